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

import java.util.Locale;

import io.macula.directory.zookeeper.ZooKeeperSettings.Access;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the directory on ZooKeeper.
 *
 * @param connectString Addresses of the ensemble's servers as host:port with commas
 * between them, and a chroot behind them if there is one
 * @param prefix Path, below the chroot, of all that is written; realms are told apart
 * below it
 * @param username User of ZooKeeper's digest authentication; by default nobody
 * @param password Password of the user
 * @param access Who may do what with the records of this node: open (everybody may read
 * and write), readable (everybody may read), private (only the user); by default private
 * with a user and open without one
 * @param ssl TLS to the ensemble
 */
@ConfigurationProperties("macula.directory.zookeeper")
public record ZooKeeperProperties(@DefaultValue("localhost:2181") String connectString,
		@DefaultValue(ZooKeeperSettings.DEFAULT_PREFIX) String prefix, @Nullable String username,
		@Nullable String password, @Nullable Access access, @DefaultValue Ssl ssl) {

	@Override
	public String toString() {
		return "ZooKeeperProperties[connectString=" + this.connectString + ", prefix=" + this.prefix + ", username="
				+ this.username + ", access="
				+ ((this.access != null) ? this.access.name().toLowerCase(Locale.ROOT) : null) + ", ssl=" + this.ssl
				+ "]";
	}

	/**
	 * TLS.
	 *
	 * @param bundle Name of the SSL bundle with the ensemble's certificate authority, and
	 * this application's key where the ensemble asks for it; without one there is no TLS
	 * @param verifyHostname Whether a server must be the one its certificate names
	 */
	public record Ssl(@Nullable String bundle, @DefaultValue("true") boolean verifyHostname) {

	}

}
