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

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where the ensemble is, and who this application is there.
 */
public interface ZooKeeperConnectionDetails extends ConnectionDetails {

	/**
	 * Addresses of the servers.
	 * @return {@code host:port} with commas between servers, and a chroot behind them if
	 * there is one
	 */
	String getConnectString();

	/**
	 * User of ZooKeeper's digest authentication.
	 * @return a name, or {@code null} for nobody
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * Password of the user.
	 * @return {@code null} if there is no user
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * What TLS is spoken with.
	 * @return {@code null} for a connection without TLS
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}
