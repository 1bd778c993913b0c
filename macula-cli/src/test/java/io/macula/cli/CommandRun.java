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

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/**
 * One run of the command in this virtual machine, and what it said.
 *
 * @param code how it ended
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int code, String out, String err) {

	/** Without a terminal. */
	static CommandRun of(Path home, Map<String, String> variables, String input, String... arguments) {
		return of(new Surroundings(variables, home, home,
				new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), false, false), arguments);
	}

	static CommandRun of(Surroundings surroundings, String... arguments) {
		StringWriter out = new StringWriter();
		StringWriter err = new StringWriter();
		CommandLine line = MaculaCommand.commandLine(surroundings)
			.setOut(new PrintWriter(out))
			.setErr(new PrintWriter(err));
		int code = line.execute(arguments);
		return new CommandRun(code, out.toString(), err.toString());
	}

	JsonNode json() {
		return Json.tree(this.out);
	}

}
