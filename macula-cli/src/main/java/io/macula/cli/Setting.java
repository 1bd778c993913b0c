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
package io.macula.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A setting of the command: an option, variables of the environment as Spring Boot binds
 * them, and a key of a profile, all for the same thing.
 */
enum Setting {

	/** Name of the realm. */
	REALM("realm", "MACULA_REALM_NAME"),
	/** Nodes that are asked first. */
	SEEDS("seeds", "MACULA_REALM_SEEDS"),
	/** Files of realm secrets, the first one to be shown. */
	SECRET_FILE("secret-file", "MACULA_REALM_SECRET"),
	/** Certificate chain in PEM. */
	CERTIFICATE("certificate", "MACULA_SSL_CERTIFICATE"),
	/** Its private key in PEM. */
	KEY("key", "MACULA_SSL_KEY"),
	/** Trusted authorities in PEM. */
	TRUST("trust", "MACULA_SSL_TRUST"),
	/** Name in the certificates of all nodes. */
	PEER_NAME("peer-name", "MACULA_SSL_PEERNAME", "MACULA_SSL_PEER_NAME"),
	/** Bound of each question to a node. */
	TIMEOUT("timeout", "MACULA_TIMEOUT"),
	/** Table or JSON. */
	OUTPUT("output", "MACULA_OUTPUT");

	/** In the environment each of it may be said of a bundle, too. */
	static final String BUNDLE = "MACULA_SSL_BUNDLE";

	private static final Map<Setting, String> OF_BUNDLE = Map.of(CERTIFICATE, "_KEYSTORE_CERTIFICATE", KEY,
			"_KEYSTORE_PRIVATEKEY", TRUST, "_TRUSTSTORE_CERTIFICATE");

	private final String key;

	private final List<String> variables;

	Setting(String key, String... variables) {
		this.key = key;
		this.variables = List.of(variables);
	}

	/** In a profile, and after two dashes as an option. */
	String key() {
		return this.key;
	}

	String option() {
		return "--" + this.key;
	}

	/** The value in the environment, or {@code null}. */
	@Nullable Given variable(Surroundings surroundings) {
		for (String name : this.variables) {
			String value = surroundings.variable(name);
			if (value != null) {
				return new Given(value, name, surroundings.directory(), Given.VARIABLE);
			}
		}
		String bundle = surroundings.variable(BUNDLE);
		String part = OF_BUNDLE.get(this);
		if (bundle == null || part == null) {
			return null;
		}
		String name = "SPRING_SSL_BUNDLE_PEM_" + bundle.replace("-", "").toUpperCase(Locale.ROOT) + part;
		String value = surroundings.variable(name);
		return (value != null) ? new Given(value, name, surroundings.directory(), Given.VARIABLE) : null;
	}

}
