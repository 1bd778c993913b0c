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

import java.util.ArrayList;
import java.util.List;

import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.StringUtils;

/**
 * The secrets of the realm as they are configured: the one that this node shows, then
 * those that it accepts, too. Immutable; read from their files anew each time.
 */
final class RealmSecrets {

	private static final String KEY = "macula.realm.secret";

	private static final String ACCEPTED_KEY = "macula.realm.accepted-secrets";

	private static final String WHAT = "the secret of the realm, the same for all its nodes, such as the output of '"
			+ RealmSecret.COMMAND + "', or to file:<path> of a file that holds it";

	private final List<Configured> configured;

	private final boolean empty;

	private final InvalidSettings invalid;

	RealmSecrets(MaculaProperties.Realm realm, InvalidSettings invalid) {
		this.configured = configured(realm);
		this.empty = realm.secret() != null && !StringUtils.hasText(realm.secret());
		this.invalid = invalid;
	}

	private static List<Configured> configured(MaculaProperties.Realm realm) {
		List<Configured> configured = new ArrayList<>();
		String secret = realm.secret();
		configured.add(new Configured(KEY, StringUtils.hasText(secret) ? secret : null));
		for (int i = 0; i < realm.acceptedSecrets().size(); i++) {
			String accepted = realm.acceptedSecrets().get(i);
			if (StringUtils.hasText(accepted)) {
				configured.add(new Configured(ACCEPTED_KEY + "[" + i + "]", accepted));
			}
		}
		return configured;
	}

	/**
	 * Read all of them.
	 * @return the one to show first
	 * @throws FailureAnalyzedException if one is empty, missing or too weak, or its file
	 * cannot be trusted; no message shows it
	 */
	List<RealmSecret> read() {
		if (this.empty) {
			throw empty();
		}
		if (this.configured.size() > 1 && this.configured.get(0).value == null) {
			throw this.invalid.alone(ACCEPTED_KEY, KEY, "the nodes of a realm that changes its secret show another one "
					+ "than that of this machine's user");
		}
		return this.configured.stream().map(this::read).toList();
	}

	/**
	 * A variable that expands to nothing is no wish for a secret of this machine's own.
	 */
	private FailureAnalyzedException empty() {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(KEY);
		return new FailureAnalyzedException(
				"The setting " + KEY + this.invalid.origin(name) + " is empty" + this.invalid.variables(name)
						+ ", so that this node would have a secret that no other machine has.",
				"Set " + KEY + " to " + WHAT + ". For the secret of this machine's user alone (~/.macula/realm-secret)"
						+ " remove the setting.");
	}

	private RealmSecret read(Configured secret) {
		try {
			return (secret.value != null) ? RealmSecret.configured(secret.value, secret.key)
					: RealmSecret.loadOrCreate(RealmSecret.defaultPath());
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			throw new FailureAnalyzedException(ex.getMessage() + "." + setIn(secret),
					secret.key.equals(KEY)
							? "Set " + secret.key + " to " + WHAT + ", or macula.ssl.bundle to an SSL bundle."
							: "Set " + secret.key + " to a secret that nodes of the realm show, now or soon, or to "
									+ "file:<path> of a file that holds it, or remove it.",
					ex);
		}
	}

	/** A list may be set as a whole, as one text with commas. */
	private String setIn(Configured secret) {
		if (secret.value == null) {
			return "";
		}
		ConfigurationPropertyName name = ConfigurationPropertyName.of(secret.key);
		String origin = this.invalid.origin(name);
		if (origin.isEmpty() && name.isLastElementIndexed()) {
			origin = this.invalid.origin(name.getParent());
		}
		return origin.isEmpty() ? "" : " " + secret.key + " is" + origin.substring(1, origin.length() - 1) + ".";
	}

	/**
	 * Changes whenever one of the files does.
	 * @return for comparison with another one; empty if no file is configured
	 */
	String fileState() {
		StringBuilder states = new StringBuilder();
		for (Configured secret : this.configured) {
			String state = (secret.value != null) ? RealmSecret.fileState(secret.value, secret.key) : null;
			if (state != null) {
				states.append(state).append('\n');
			}
		}
		return states.toString();
	}

	/**
	 * One setting.
	 *
	 * @param key its name
	 * @param value the secret or its file, or {@code null} for that of this machine's
	 * user
	 */
	private record Configured(String key, @Nullable String value) {

		@Override
		public String toString() {
			return this.key;
		}

	}

}
