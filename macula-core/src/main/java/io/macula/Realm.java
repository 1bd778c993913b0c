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

package io.macula;

import java.util.Objects;
import java.util.regex.Pattern;

import io.macula.log.Printable;

/**
 * Isolated namespace to which every advertisement and every call belongs. Immutable.
 *
 * @param name 1 to 128 characters: letters, digits, {@code .}, {@code _}, {@code -};
 * starts with a letter or a digit
 */
public record Realm(String name) {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

	public Realm {
		Objects.requireNonNull(name, "name");
		if (!NAME.matcher(name).matches()) {
			throw new IllegalArgumentException("Realm name '" + Printable.text(name, 200)
					+ "' is not valid: expected 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or a digit");
		}
	}

	@Override
	public String toString() {
		return this.name;
	}

}
