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

import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What the command finds when it is started. Tests have their own.
 *
 * @param variables of the environment
 * @param home of the user
 * @param directory against which relative paths are read
 * @param input standard input
 * @param inputTerminal whether somebody types there
 * @param outputTerminal whether somebody reads there
 */
record Surroundings(Map<String, String> variables, Path home, Path directory, InputStream input, boolean inputTerminal,
		boolean outputTerminal) {

	/** Set by the executable: which streams are terminals, of {@code i} and {@code o}. */
	private static final String TERMINAL = "macula.terminal";

	/** Those of this process. */
	static Surroundings ofProcess() {
		String said = System.getProperty(TERMINAL);
		boolean console = said == null && console();
		return new Surroundings(System.getenv(), Path.of(System.getProperty("user.home", ".")), Path.of(""), System.in,
				console || (said != null && said.contains("i")), console || (said != null && said.contains("o")));
	}

	/** From JDK 22 on there is a console even where nobody sits. */
	private static boolean console() {
		Object console = System.console();
		if (console == null) {
			return false;
		}
		try {
			return !(console.getClass().getMethod("isTerminal").invoke(console) instanceof Boolean terminal)
					|| terminal;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			return true;
		}
	}

	@Nullable String variable(String name) {
		String value = this.variables.get(name);
		return (value != null && !value.isBlank()) ? value : null;
	}

	/** Whether text may have colours. */
	boolean colours() {
		return this.outputTerminal && variable("NO_COLOR") == null && !"dumb".equals(variable("TERM"));
	}

}
