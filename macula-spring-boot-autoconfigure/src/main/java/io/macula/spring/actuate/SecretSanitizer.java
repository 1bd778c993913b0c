/*
 * Copyright 2026 the Macula for Spring authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.macula.spring.actuate;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Masks the secrets of the realm in what actuator endpoints show, however they are set to
 * show values: by the name of their settings in all spellings, and wherever else they
 * stand, such as in the environment variable that a placeholder names, in the command
 * line or in SPRING_APPLICATION_JSON. Immutable.
 */
final class SecretSanitizer implements SanitizingFunction {

	private static final String SECRET = "macula.realm.secret";

	private static final String ACCEPTED = "macula.realm.accepted-secrets";

	private static final List<String> NAMES = Stream.of(SECRET, "macula.realm.accepted-secret")
		.map(SecretSanitizer::uniform)
		.toList();

	/** What is shorter is refused as a secret, and could be a part of anything. */
	private static final int MIN_LENGTH = 8;

	private final List<String> secrets;

	private SecretSanitizer(List<String> secrets) {
		this.secrets = secrets;
	}

	/** What cannot be read is refused by the node, in better words. */
	static SecretSanitizer of(Environment environment) {
		try {
			return of(Binder.get(environment));
		}
		catch (BindException ex) {
			return new SecretSanitizer(List.of());
		}
	}

	private static SecretSanitizer of(Binder binder) {
		Stream<String> shown = binder.bind(SECRET, String.class).map(Stream::of).orElseGet(Stream::empty);
		Stream<String> accepted = binder.bind(ACCEPTED, Bindable.listOf(String.class))
			.map(List::stream)
			.orElseGet(Stream::empty);
		return new SecretSanitizer(Stream.concat(shown, accepted)
			.map(String::trim)
			.filter((secret) -> secret.length() >= MIN_LENGTH && !secret.startsWith("file:"))
			.toList());
	}

	@Override
	public SanitizableData apply(SanitizableData data) {
		return (named(data.getKey()) || holdsSecret(data.getValue())) ? data.withSanitizedValue() : data;
	}

	private static boolean named(String key) {
		String uniform = uniform(key);
		return NAMES.stream().anyMatch(uniform::contains);
	}

	private static String uniform(String key) {
		return key.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

	private boolean holdsSecret(@Nullable Object value) {
		if (value == null || this.secrets.isEmpty()) {
			return false;
		}
		String text = value.toString();
		return this.secrets.stream().anyMatch(text::contains);
	}

	@Override
	public String toString() {
		return "masks " + SECRET + " and " + ACCEPTED;
	}

}
