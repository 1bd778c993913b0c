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
import org.apache.zookeeper.KeeperException.Code;

/**
 * What ZooKeeper's refusals mean, as clauses that say what to do.
 */
final class ZooKeeperFaults {

	private ZooKeeperFaults() {
	}

	/**
	 * Why something could not be done.
	 * @param code what ZooKeeper says
	 * @param action what was tried, such as {@code read}
	 * @param path where
	 * @param settings who tried it
	 */
	static String text(Code code, String action, String path, ZooKeeperSettings settings) {
		return switch (code) {
			case NOAUTH -> settings.self() + " is not allowed to " + action + " " + path
					+ " of ZooKeeper: check macula.directory.zookeeper.username and password, or grant it "
					+ rights(action) + " in the ACL there";
			case AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH -> "ZooKeeper refuses the credentials of " + settings.self()
					+ ": check macula.directory.zookeeper.username and password";
			case INVALIDACL -> "ZooKeeper takes no ACL of " + settings.self()
					+ ": check macula.directory.zookeeper.access, username and password";
			case NONODE -> "cannot " + action + " " + path + ": the chroot in '" + settings.connectString()
					+ "' does not exist, create it or leave it out of macula.directory.zookeeper.connect-string";
			case UNIMPLEMENTED -> "the server knows no persistent watches and reads of several records: "
					+ "ZooKeeper 3.6 or later is needed";
			case QUOTAEXCEEDED, THROTTLEDOP ->
				"ZooKeeper does not " + action + " " + path + ", its limit is reached (" + code + ")";
			case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT -> settings.unreachable();
			case SESSIONEXPIRED, SESSIONMOVED -> "the session expired";
			default -> "cannot " + action + " " + path + ": " + KeeperException.create(code).getMessage();
		};
	}

	private static String rights(String action) {
		return switch (action) {
			case "read", "list" -> "READ";
			case "delete" -> "DELETE";
			default -> "CREATE, READ, WRITE and DELETE";
		};
	}

	/** Whether it passes by itself, when the client is connected again. */
	static boolean passes(Code code) {
		return switch (code) {
			case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT, SESSIONEXPIRED, SESSIONMOVED -> true;
			default -> false;
		};
	}

	/** Whether somebody has to grant something first. */
	static boolean refused(Code code) {
		return switch (code) {
			case NOAUTH, AUTHFAILED, SESSIONCLOSEDREQUIRESASLAUTH -> true;
			default -> false;
		};
	}

}
