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

package io.macula.node;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Ids for nodes that were given none.
 */
public final class NodeIds {

	private static final SecureRandom RANDOM = new SecureRandom();

	private static final int NAME_LENGTH = 100;

	private static final int RANDOM_BYTES = 6;

	private NodeIds() {
	}

	/**
	 * A name and a random part, new with each start.
	 * @param name what a reader knows the node by, for example the application's name;
	 * cut after 100 characters
	 * @return an id
	 */
	public static String generate(String name) {
		byte[] bytes = new byte[RANDOM_BYTES];
		RANDOM.nextBytes(bytes);
		return name.substring(0, Math.min(name.length(), NAME_LENGTH)) + "-" + HexFormat.of().formatHex(bytes);
	}

}
