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
package io.macula.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

import io.macula.log.Printable;

/**
 * A value that somebody set, and where, for messages.
 *
 * @param value as it was set
 * @param origin for example {@code --realm} or {@code MACULA_REALM_NAME}
 * @param base against which a relative path is read
 * @param layer who has the last word: the lower one
 */
record Given(String value, String origin, Path base, int layer) {

	/** On the command line. */
	static final int OPTION = 0;

	/** In the environment. */
	static final int VARIABLE = 1;

	/** In the file of profiles. */
	static final int PROFILE = 2;

	/** Why it cannot be used. */
	CommandException refused(String what, String expected) {
		return CommandException
			.usage(what + " '" + Printable.text(this.value) + "' from " + this.origin + " is not valid: " + expected);
	}

	/** A file of the user's. */
	Path path(Path home) {
		String text = this.value.startsWith("file:") ? this.value.substring("file:".length()) : this.value;
		try {
			Path path = text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
			return path.isAbsolute() ? path : this.base.resolve(path);
		}
		catch (InvalidPathException ex) {
			throw refused("path", "expected the path of a file (" + ex.getReason() + ")");
		}
	}

	boolean is(String constant) {
		return this.value.toLowerCase(Locale.ROOT).equals(constant);
	}

}
