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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import io.macula.log.DurationText;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * How etcd is reached. Immutable.
 *
 * @param servers at least one, as {@code host:port}; IPv6 addresses in brackets
 * @param prefix begin of all keys, for example {@code /macula}; without a slash at its
 * end, and empty for none
 * @param username as whom, or {@code null} where etcd knows no users
 * @param password of that user, or {@code null}
 * @param tls gives the trust of each new connection, or {@code null} for connections in
 * the clear
 * @param timeout of one question, 100 milliseconds to 1 minute
 */
public record EtcdSettings(List<String> servers, String prefix, @Nullable String username, @Nullable String password,
		@Nullable Supplier<SslContext> tls, Duration timeout) {

	/** Where nothing else is said. */
	public static final String DEFAULT_PREFIX = "/macula";

	/** Where nothing else is said. */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);

	private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

	private static final Pattern PREFIX = Pattern.compile("(?:/[\\x21-\\x2e\\x30-\\x7e]+)*");

	public EtcdSettings {
		servers = List.copyOf(servers);
		Objects.requireNonNull(prefix, "prefix");
		if (servers.isEmpty()) {
			throw new IllegalArgumentException(
					"macula.directory.etcd.endpoints is empty: expected at least one, such as http://10.0.0.1:2379");
		}
		if (!PREFIX.matcher(prefix).matches()) {
			throw new IllegalArgumentException("macula.directory.etcd.prefix '" + prefix
					+ "' is not valid: expected a path such as /macula, without a slash at its end");
		}
		if ((username == null) != (password == null)) {
			String missing = (username == null) ? "username" : "password";
			throw new IllegalArgumentException(
					"macula.directory.etcd." + missing + " is missing: expected it beside macula.directory.etcd."
							+ ((username == null) ? "password" : "username"));
		}
		if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
			throw new IllegalArgumentException("macula.directory.etcd.timeout '" + DurationText.setting(timeout)
					+ "' is not valid: expected 100ms to 1m");
		}
	}

	/**
	 * Servers in the clear, without users.
	 * @param servers as {@code host:port}
	 * @return the settings
	 */
	public static EtcdSettings of(List<String> servers) {
		return new EtcdSettings(servers, DEFAULT_PREFIX, null, null, null, DEFAULT_TIMEOUT);
	}

	/**
	 * The same with another user.
	 * @param name of the user
	 * @param secret of the user
	 * @return new settings
	 */
	public EtcdSettings withUser(String name, String secret) {
		return new EtcdSettings(this.servers, this.prefix, name, secret, this.tls, this.timeout);
	}

	/**
	 * The same with TLS.
	 * @param trust gives the trust of each new connection
	 * @return new settings
	 */
	public EtcdSettings withTls(Supplier<SslContext> trust) {
		return new EtcdSettings(this.servers, this.prefix, this.username, this.password, trust, this.timeout);
	}

	@Override
	public String toString() {
		return "etcd at " + String.join(", ", this.servers) + ((this.tls != null) ? " with TLS" : "")
				+ ((this.username != null) ? " as user '" + this.username + "'" : "") + ", keys under '" + this.prefix
				+ "'";
	}

}
