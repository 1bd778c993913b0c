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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A process that tells what it does by lines of its standard output. Closed, it is gone.
 * For one thread, beside which a thread of its own reads the lines.
 */
public final class TalkingProcess implements AutoCloseable {

	private static final String END = "\0";

	private static final int END_LIMIT_SECONDS = 10;

	private final Process process;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private TalkingProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "reader");
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Start a process.
	 * @param command the command and its arguments
	 * @param log file to which its standard error is appended
	 * @return the running process
	 * @throws IOException if it cannot be started
	 */
	public static TalkingProcess start(List<String> command, Path log) throws IOException {
		return new TalkingProcess(
				new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
	}

	/**
	 * Wait for the next line.
	 * @param timeoutSeconds bound of the wait
	 * @return the line, or {@code null} after the last
	 * @throws InterruptedException if this thread is interrupted
	 * @throws IllegalStateException if there is none within the time
	 */
	public @Nullable String nextLine(long timeoutSeconds) throws InterruptedException {
		String line = this.lines.poll(timeoutSeconds, TimeUnit.SECONDS);
		if (line == null) {
			throw new IllegalStateException(
					"Process " + this.process.pid() + " printed nothing for " + timeoutSeconds + " s");
		}
		return line.equals(END) ? null : line;
	}

	/**
	 * Wait for a line with a mark, and pass over all before it.
	 * @param mark begin of the line
	 * @param timeoutSeconds bound of the wait for each line
	 * @return the rest of the line
	 * @throws InterruptedException if this thread is interrupted
	 * @throws IllegalStateException if the process ends without such a line, or is silent
	 * for the time
	 */
	public String awaitLine(String mark, long timeoutSeconds) throws InterruptedException {
		for (String line = nextLine(timeoutSeconds); line != null; line = nextLine(timeoutSeconds)) {
			if (line.startsWith(mark)) {
				return line.substring(mark.length());
			}
		}
		throw new IllegalStateException("Process " + this.process.pid() + " ended before it said '" + mark + "'");
	}

	/**
	 * Wait for the end of a process that has printed its last line.
	 * @return its exit code
	 * @throws InterruptedException if this thread is interrupted
	 * @throws IllegalStateException if it does not end within 10 s
	 */
	public int exitCode() throws InterruptedException {
		if (!this.process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
			throw new IllegalStateException(
					"Process " + this.process.pid() + " did not end within " + END_LIMIT_SECONDS + " s");
		}
		return this.process.exitValue();
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor();
		}
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			this.lines.add("FAILURE " + ex);
		}
		this.lines.add(END);
	}

}
