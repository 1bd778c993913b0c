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

package io.macula.harness;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arguments of a command, each {@code --name=value}. Immutable.
 */
public final class Arguments {

	private final Map<String, String> values;

	private Arguments(Map<String, String> values) {
		this.values = values;
	}

	/**
	 * Read arguments.
	 * @param args the arguments as they were given
	 * @return the arguments by name; of two with one name the later counts
	 * @throws IllegalArgumentException if one has another form
	 */
	public static Arguments parse(String... args) {
		Map<String, String> values = new LinkedHashMap<>();
		for (String arg : args) {
			int equals = arg.indexOf('=');
			if (!arg.startsWith("--") || equals < 3) {
				throw new IllegalArgumentException("Argument '" + arg + "' is not valid: expected --name=value");
			}
			values.put(arg.substring(2, equals), arg.substring(equals + 1));
		}
		return new Arguments(values);
	}

	public boolean has(String name) {
		return this.values.containsKey(name);
	}

	/**
	 * An argument that may be missing.
	 * @param name its name
	 * @param otherwise what counts if it is missing
	 * @return its value
	 */
	public String optional(String name, String otherwise) {
		return this.values.getOrDefault(name, otherwise);
	}

	/**
	 * An argument that must be there.
	 * @param name its name
	 * @return its value
	 * @throws IllegalArgumentException if it is missing
	 */
	public String required(String name) {
		String value = this.values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("Argument --" + name + "= is missing");
		}
		return value;
	}

}
