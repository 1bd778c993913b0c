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

package io.macula.directory.zookeeper;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.macula.log.Printable;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.common.PathUtils;
import org.jspecify.annotations.Nullable;

/**
 * Where an ensemble of ZooKeeper is, and how it is talked to. Immutable.
 *
 * @param connectString addresses of its servers, {@code host:port} with commas between
 * them, and a chroot behind them if there is one
 * @param prefix path, below the chroot, of all that is written
 * @param credentials who this application is, or {@code null} for nobody
 * @param access who may do what with the records of this node
 * @param clientProperties further properties of ZooKeeper's client by their own names,
 * such as {@code zookeeper.client.secure}
 */
public record ZooKeeperSettings(String connectString, String prefix, @Nullable Credentials credentials, Access access,
		Map<String, String> clientProperties) {

	/** Where all is written unless another path is set. */
	public static final String DEFAULT_PREFIX = "/macula";

	public ZooKeeperSettings {
		checkConnectString(connectString);
		checkPrefix(prefix);
		if (access != Access.OPEN && credentials == null) {
			throw new IllegalArgumentException("macula.directory.zookeeper.access '" + name(access)
					+ "' keeps others out, and so needs macula.directory.zookeeper.username and password");
		}
		clientProperties = Map.copyOf(clientProperties);
	}

	/**
	 * An ensemble that everybody may write to.
	 * @param connectString addresses of its servers
	 * @return settings with defaults
	 */
	public static ZooKeeperSettings of(String connectString) {
		return new ZooKeeperSettings(connectString, DEFAULT_PREFIX, null, Access.OPEN, Map.of());
	}

	/**
	 * The same below another path.
	 * @param other the path
	 * @return new settings
	 */
	public ZooKeeperSettings withPrefix(String other) {
		return new ZooKeeperSettings(this.connectString, other, this.credentials, this.access, this.clientProperties);
	}

	/**
	 * The same as a user of ZooKeeper's digest authentication.
	 * @param other who this application is
	 * @param records who may do what with the records of this node
	 * @return new settings
	 */
	public ZooKeeperSettings withCredentials(Credentials other, Access records) {
		return new ZooKeeperSettings(this.connectString, this.prefix, other, records, this.clientProperties);
	}

	/**
	 * The same with other properties of ZooKeeper's client.
	 * @param other all of them, by name
	 * @return new settings
	 */
	public ZooKeeperSettings withClientProperties(Map<String, String> other) {
		return new ZooKeeperSettings(this.connectString, this.prefix, this.credentials, this.access, other);
	}

	/** Who this is for ZooKeeper, in messages. */
	String self() {
		return (this.credentials != null) ? "user '" + this.credentials.username() + "'" : "nobody in particular";
	}

	/** What is to be said when there is no connection. */
	String unreachable() {
		boolean tls = Boolean.parseBoolean(this.clientProperties.get("zookeeper.client.secure"));
		return "no server of '" + this.connectString + "' answers" + (tls
				? " over TLS: check that the port in macula.directory.zookeeper.connect-string is one for TLS, and that"
						+ " each side trusts the other's certificate (macula.directory.zookeeper.ssl.bundle)"
				: ": check that the ensemble runs, with a majority of its servers, and that"
						+ " macula.directory.zookeeper.connect-string names them");
	}

	private static void checkConnectString(String connectString) {
		Objects.requireNonNull(connectString, "connectString");
		try {
			List<InetSocketAddress> servers = new ConnectStringParser(connectString).getServerAddresses();
			if (!servers.isEmpty() && servers.stream().allMatch(ZooKeeperSettings::canBe)) {
				return;
			}
		}
		catch (RuntimeException ex) {
			throw refuse("connect-string", connectString,
					"host:port with commas between servers, such as zk1:2181,zk2:2181", ex);
		}
		throw refuse("connect-string", connectString,
				"host:port with commas between servers, such as zk1:2181,zk2:2181", null);
	}

	/* The parser takes these, and the client then tries them for ever. */
	private static boolean canBe(InetSocketAddress server) {
		String host = server.getHostString();
		return server.getPort() != 0 && !host.isEmpty() && host.chars().noneMatch(Character::isWhitespace);
	}

	private static void checkPrefix(String prefix) {
		Objects.requireNonNull(prefix, "prefix");
		try {
			PathUtils.validatePath(prefix);
		}
		catch (IllegalArgumentException ex) {
			throw refuse("prefix", prefix, "a path such as " + DEFAULT_PREFIX, ex);
		}
		if (prefix.equals("/") || prefix.equals("/zookeeper") || prefix.startsWith("/zookeeper/")) {
			throw refuse("prefix", prefix, "a path such as " + DEFAULT_PREFIX, null);
		}
	}

	private static IllegalArgumentException refuse(String key, String value, String expected,
			@Nullable RuntimeException cause) {
		return new IllegalArgumentException("macula.directory.zookeeper." + key + " '" + Printable.text(value, 200)
				+ "' is not valid: expected " + expected, cause);
	}

	private static String name(Access access) {
		return access.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * A user of ZooKeeper's digest authentication.
	 *
	 * @param username name, without a colon
	 * @param password password
	 */
	public record Credentials(String username, String password) {

		public Credentials {
			Objects.requireNonNull(password, "password");
			if (username.isEmpty() || username.contains(":")) {
				throw refuse("username", username, "a name without ':'", null);
			}
		}

		@Override
		public String toString() {
			return "Credentials[username=" + this.username + "]";
		}

	}

	/**
	 * Who may do what with the records of this node, and with the paths above them that
	 * it creates.
	 */
	public enum Access {

		/** Everybody may read and write. */
		OPEN,
		/** The user of this node may write, everybody may read. */
		READABLE,
		/** The user of this node may read and write, nobody else may. */
		PRIVATE

	}

}
