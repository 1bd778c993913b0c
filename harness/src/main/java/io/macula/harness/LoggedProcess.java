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
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A process that says in its log when it is ready, and can be started again. The log
 * gathers all its lives. Driven by one thread, but {@link #kill} may come from any;
 * whoever starts it ends it.
 */
public final class LoggedProcess {

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	private static final int END_LIMIT_SECONDS = 60;

	private final String name;

	private final Path log;

	private final String readyLine;

	private volatile @Nullable Process process;

	private long readFrom;

	/**
	 * A process that was not started yet.
	 * @param name its name, for messages
	 * @param log file to which its output is appended
	 * @param readyLine part of the log that tells that it is ready
	 */
	public LoggedProcess(String name, Path log, String readyLine) {
		this.name = name;
		this.log = log;
		this.readyLine = readyLine;
	}

	/**
	 * Start the process; does not wait until it is ready.
	 * @param environment environment variables
	 * @param command the command and its arguments
	 */
	public void start(Map<String, String> environment, List<String> command) {
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
		builder.environment().putAll(environment);
		try {
			this.readFrom = Files.exists(this.log) ? Files.size(this.log) : 0;
			this.process = builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("'" + this.name + "' cannot be started", ex);
		}
	}

	/**
	 * Wait until the process says that it is ready.
	 * @throws IllegalStateException if it ends before, or takes longer than 90 s
	 */
	public void awaitReady() {
		Clock.await("'" + this.name + "' is ready, see " + this.log, START_LIMIT, () -> {
			if (!running()) {
				throw new IllegalStateException("'" + this.name + "' ended while it started, see " + this.log);
			}
			return logOfThisLife().contains(this.readyLine);
		});
	}

	public boolean running() {
		Process present = this.process;
		return present != null && present.isAlive();
	}

	/**
	 * Process id.
	 * @return the id, or -1 if it was never started
	 */
	public long pid() {
		Process present = this.process;
		return (present != null) ? present.pid() : -1;
	}

	/**
	 * Lines of the log since the last start.
	 * @return the text
	 */
	public String logOfThisLife() {
		return logFrom(this.readFrom);
	}

	/**
	 * Size of the log now.
	 * @return a position for {@link #logFrom}
	 */
	public long logPosition() {
		try {
			return Files.size(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Log " + this.log + " cannot be read", ex);
		}
	}

	/**
	 * Lines of the log since a position.
	 * @param position what {@link #logPosition} told
	 * @return the text
	 */
	public String logFrom(long position) {
		try {
			byte[] all = Files.readAllBytes(this.log);
			int from = (int) Math.min(position, all.length);
			return new String(all, from, all.length - from, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Log " + this.log + " cannot be read", ex);
		}
	}

	/**
	 * Send SIGKILL and wait until the process is gone.
	 */
	public void kill() {
		Process present = this.process;
		if (present != null) {
			present.destroyForcibly();
			awaitEnd(present);
		}
	}

	/**
	 * Send SIGTERM and wait until the process is gone.
	 * @return how long it took
	 */
	public Duration terminate() {
		long start = Clock.now();
		Process present = this.process;
		if (present != null) {
			signal("CONT");
			present.destroy();
			awaitEnd(present);
		}
		return Duration.ofNanos(Clock.now() - start);
	}

	/**
	 * Send a signal.
	 * @param name its name without SIG
	 */
	public void signal(String name) {
		if (running()) {
			Shell.run("kill", "-" + name, Long.toString(pid()));
		}
	}

	private void awaitEnd(Process ending) {
		try {
			if (!ending.waitFor(END_LIMIT_SECONDS, TimeUnit.SECONDS)) {
				ending.destroyForcibly();
				throw new IllegalStateException("'" + this.name + "' did not end within " + END_LIMIT_SECONDS + " s");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
