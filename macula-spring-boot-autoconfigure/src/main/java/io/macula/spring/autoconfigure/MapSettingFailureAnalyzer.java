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

package io.macula.spring.autoconfigure;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains a value that was set for a key which only has entries below it; Boot's own
 * analysis, which comes later, tells of a missing converter.
 */
@Order(0)
final class MapSettingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private static final ConfigurationPropertyName SECURITY = ConfigurationPropertyName.of("macula.security");

	private final InvalidSettings invalid;

	MapSettingFailureAnalyzer(Environment environment) {
		this.invalid = new InvalidSettings(environment);
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		if (!KnownKeys.PREFIX.isAncestorOf(cause.getName()) || cause.getProperty() == null
				|| cause.getTarget().getType().resolve() != Map.class) {
			return null;
		}
		String key = cause.getName().toString();
		String entry = KnownKeys.SERVICES.equals(cause.getName()) ? ".<name>.deadline=5s" : KnownKeys.INSTANCES
			.equals(cause.getName())
					? ".shop.orders=10.0.0.1:9443"
					: SECURITY.isAncestorOf(cause.getName())
							? ".shop.orders=spiffe://shop/web or " + key + "[*]=*, in YAML with the brackets: \"[*]\""
							: ".<key>=<value>";
		return this.invalid
			.refuse(key, String.valueOf(cause.getProperty().getValue()), "entries below it, such as " + key + entry)
			.analysis();
	}

}
