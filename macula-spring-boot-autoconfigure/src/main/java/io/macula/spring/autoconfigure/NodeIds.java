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

import java.util.UUID;

import org.springframework.core.env.Environment;

/**
 * Ids of nodes for which none is configured.
 */
final class NodeIds {

	private static final int RANDOM_LENGTH = 8;

	private static final int NAME_LENGTH = 100;

	private NodeIds() {
	}

	/**
	 * The application's name and a random part, new with each start.
	 * @param environment knows the name
	 * @return an id
	 */
	static String generate(Environment environment) {
		String name = environment.getProperty("spring.application.name", "node");
		return name.substring(0, Math.min(name.length(), NAME_LENGTH)) + "-"
				+ UUID.randomUUID().toString().substring(0, RANDOM_LENGTH);
	}

}
