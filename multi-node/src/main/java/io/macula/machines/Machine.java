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

package io.macula.machines;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A machine of the hosts file. Immutable.
 *
 * @param name its name, and the node id of its provider
 * @param address name or address at which ssh finds it
 * @param user who ssh logs in as
 * @param sshPort TCP port of its ssh server
 * @param roles what it is for, one or both
 * @param settings further ones, by {@link Setting}; those that are missing have their
 * default
 */
record Machine(String name, String address, String user, int sshPort, Set<Role> roles, Map<Setting, String> settings) {

	Machine {
		roles = Set.copyOf(roles);
		settings = Map.copyOf(settings);
	}

	boolean is(Role role) {
		return this.roles.contains(role);
	}

	boolean isRoot() {
		return this.user.equals("root");
	}

	/**
	 * UDP port of its provider.
	 * @return the port
	 */
	int udp() {
		return Integer.parseInt(setting(Setting.UDP));
	}

	/**
	 * TCP port of its provider's actuator, on its loopback interface.
	 * @return the port
	 */
	int http() {
		return Integer.parseInt(setting(Setting.HTTP));
	}

	String directory() {
		return setting(Setting.DIRECTORY);
	}

	String java() {
		return setting(Setting.JAVA);
	}

	@Nullable String zone() {
		return this.settings.get(Setting.ZONE);
	}

	/**
	 * Where its provider is reached by those that do not reach {@link #endpoint()}.
	 * @return addresses with ports, with commas between, or {@code null}
	 */
	@Nullable String further() {
		return this.settings.get(Setting.FURTHER);
	}

	/**
	 * Where its provider is reached by the realm.
	 * @return host and port, an IPv6 address in brackets
	 */
	String endpoint() {
		String host = advertised();
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + udp();
	}

	/**
	 * The host that its provider advertises.
	 * @return name or address
	 */
	String advertised() {
		return this.settings.getOrDefault(Setting.ADVERTISE, this.address);
	}

	private String setting(Setting setting) {
		return this.settings.getOrDefault(setting, setting.otherwise);
	}

	/** What a machine is for. */
	enum Role {

		/** Runs a provider. */
		PROVIDER,
		/** The scenarios are run from here. */
		CLIENT

	}

	/** What may stand behind the five fields. */
	enum Setting {

		/** UDP port of its provider. */
		UDP("9443"),
		/** TCP port of its provider's actuator, on the loopback interface. */
		HTTP("8080"),
		/** Where releases are kept. */
		DIRECTORY("/opt/macula"),
		/** The JVM. */
		JAVA("/usr/bin/java"),
		/** The host that its provider advertises, if that is not the address. */
		ADVERTISE(""),
		/** Its zone, if it has one. */
		ZONE(""),
		/** Addresses of its provider beside the first one. */
		FURTHER("");

		private final String otherwise;

		Setting(String otherwise) {
			this.otherwise = otherwise;
		}

	}

}
