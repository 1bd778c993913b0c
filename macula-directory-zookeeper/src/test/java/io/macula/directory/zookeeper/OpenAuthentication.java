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

import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.auth.AuthenticationProvider;

/**
 * Lets everybody in who uses the scheme that a test has just made known to its server.
 */
public final class OpenAuthentication implements AuthenticationProvider {

	@Override
	public String getScheme() {
		return "pass";
	}

	@Override
	public KeeperException.Code handleAuthentication(ServerCnxn connection, byte[] data) {
		connection.addAuthInfo(new Id("pass", "anybody"));
		return KeeperException.Code.OK;
	}

	@Override
	public boolean matches(String id, String expression) {
		return true;
	}

	@Override
	public boolean isAuthenticated() {
		return true;
	}

	@Override
	public boolean isValid(String id) {
		return true;
	}

}
