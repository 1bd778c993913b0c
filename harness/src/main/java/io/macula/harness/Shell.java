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

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Short commands of the operating system.
 */
public final class Shell {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private Shell() {
	}

	/**
	 * Run a command.
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails, or does not end within 30 s
	 */
	public static String run(String... command) {
		return run(LIMIT, List.of(command));
	}

	/**
	 * Run a command that may take longer.
	 * @param limit bound of the wait for its end
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails, or does not end within the limit
	 */
	public static String run(Duration limit, List<String> command) {
		return execute("", limit, command).outputOf(command);
	}

	/**
	 * Run a command.
	 * @param input its standard input
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails, or does not end within 30 s
	 */
	public static String feed(String input, String... command) {
		return feed(input, LIMIT, List.of(command));
	}

	/**
	 * Run a command that may take longer.
	 * @param input its standard input
	 * @param limit bound of the wait for its end
	 * @param command the command and its arguments
	 * @return what it printed
	 * @throws IllegalStateException if it fails, or does not end within the limit
	 */
	public static String feed(String input, Duration limit, List<String> command) {
		return execute(input, limit, command).outputOf(command);
	}

	/**
	 * Run a command that may fail.
	 * @param command the command and its arguments
	 * @return whether it ended with 0 within 30 s
	 */
	public static boolean succeeds(String... command) {
		return execute("", LIMIT, List.of(command)).status() == 0;
	}

	/*
	 * The output goes to a file, since a pipe would have to be read to its end: without a
	 * bound, as a child of the command may hold it open.
	 */
	private static Result execute(String input, Duration limit, List<String> command) {
		try {
			Path output = Files.createTempFile("shell", ".out");
			try {
				return execute(input, limit, command, output);
			}
			catch (IOException ex) {
				return new Result(-1, String.valueOf(ex.getMessage()));
			}
			finally {
				Files.delete(output);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No file for the output of '" + String.join(" ", command) + "'", ex);
		}
	}

	private static Result execute(String input, Duration limit, List<String> command, Path output) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try (OutputStream standardInput = process.getOutputStream()) {
			standardInput.write(input.getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			// It ended without reading; its status tells whether that was right.
		}
		try {
			boolean ended = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
			if (!ended) {
				process.destroyForcibly();
			}
			String printed = Files.readString(output);
			return ended ? new Result(process.exitValue(), printed)
					: new Result(-1, "did not end within " + limit.toSeconds() + " s", printed);
		}
		catch (InterruptedException ex) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private record Result(int status, String end, String output) {

		Result(int status, String output) {
			this(status, "ended with " + status, output);
		}

		String outputOf(List<String> command) {
			if (this.status != 0) {
				throw new IllegalStateException(
						"'" + String.join(" ", command) + "' " + this.end + ": " + this.output.strip());
			}
			return this.output;
		}

	}

}
