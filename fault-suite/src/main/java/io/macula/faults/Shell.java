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

package io.macula.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Short commands of the operating system.
 */
final class Shell {

	private static final long LIMIT_SECONDS = 30;

	private Shell() {
	}

	/**
	 * Run a command.
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails
	 */
	static String run(String... command) {
		return feed("", command);
	}

	/**
	 * Run a command.
	 * @param input its standard input
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails
	 */
	static String feed(String input, String... command) {
		Outcome outcome = execute(input, command);
		if (outcome.status() != 0) {
			throw new IllegalStateException("'" + String.join(" ", command) + "' ended with " + outcome.status() + ": "
					+ outcome.output().strip());
		}
		return outcome.output();
	}

	/**
	 * Run a command that may fail.
	 * @param command the command and its arguments
	 * @return whether it ended with 0
	 */
	static boolean succeeds(String... command) {
		return execute("", command).status() == 0;
	}

	private static Outcome execute(String input, String... command) {
		try {
			Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
			process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
				process.destroyForcibly();
				return new Outcome(-1, output + "(did not end within " + LIMIT_SECONDS + " s)");
			}
			return new Outcome(process.exitValue(), output);
		}
		catch (IOException ex) {
			return new Outcome(-1, String.valueOf(ex.getMessage()));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new UncheckedIOException(new IOException("Interrupted", ex));
		}
	}

	private record Outcome(int status, String output) {

	}

}
