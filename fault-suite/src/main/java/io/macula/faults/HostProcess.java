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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A JVM on a host, which can be started again. Its log gathers all its lives.
 */
final class HostProcess {

	private static final Duration START_LIMIT = Duration.ofSeconds(90);

	private final Network network;

	private final String host;

	private final Path log;

	private final String readyLine;

	private @Nullable Process process;

	private long readFrom;

	HostProcess(Network network, String host, Path log, String readyLine) {
		this.network = network;
		this.host = host;
		this.log = log;
		this.readyLine = readyLine;
	}

	String host() {
		return this.host;
	}

	/**
	 * Start the process; does not wait until it is ready.
	 * @param environment environment variables
	 * @param command arguments of java
	 */
	void start(Map<String, String> environment, List<String> command) {
		List<String> all = new ArrayList<>();
		all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		all.add("--enable-native-access=ALL-UNNAMED");
		all.addAll(command);
		ProcessBuilder builder = new ProcessBuilder(this.network.on(this.host, all)).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(this.log.toFile()));
		builder.environment().putAll(environment);
		try {
			this.readFrom = Files.exists(this.log) ? Files.size(this.log) : 0;
			this.process = builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Process on " + this.host + " cannot be started", ex);
		}
	}

	void awaitReady() {
		Clock.await(this.host + " is ready, see " + this.log, START_LIMIT, () -> {
			if (!running()) {
				throw new IllegalStateException("Process on " + this.host + " ended while it started, see " + this.log);
			}
			return logOfThisLife().contains(this.readyLine);
		});
	}

	boolean running() {
		return this.process != null && this.process.isAlive();
	}

	long pid() {
		return (this.process != null) ? this.process.pid() : -1;
	}

	/**
	 * Lines of the log since the last start.
	 * @return the text
	 */
	String logOfThisLife() {
		return logFrom(this.readFrom);
	}

	/**
	 * Size of the log now.
	 * @return a position for {@link #logFrom}
	 */
	long logPosition() {
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
	String logFrom(long position) {
		try {
			byte[] all = Files.readAllBytes(this.log);
			int from = (int) Math.min(position, all.length);
			return new String(all, from, all.length - from, java.nio.charset.StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Log " + this.log + " cannot be read", ex);
		}
	}

	/**
	 * Send SIGKILL and wait until the process is gone.
	 */
	void kill() {
		if (this.process != null) {
			this.process.destroyForcibly();
			awaitEnd(this.process);
		}
	}

	/**
	 * Send SIGTERM and wait until the process is gone.
	 * @return how long it took
	 */
	Duration terminate() {
		long start = Clock.now();
		if (this.process != null) {
			signal("CONT");
			this.process.destroy();
			awaitEnd(this.process);
		}
		return Duration.ofNanos(Clock.now() - start);
	}

	/**
	 * Send a signal.
	 * @param name its name without SIG
	 */
	void signal(String name) {
		if (running()) {
			Shell.run("kill", "-" + name, Long.toString(pid()));
		}
	}

	private void awaitEnd(Process ending) {
		try {
			if (!ending.waitFor(60, TimeUnit.SECONDS)) {
				ending.destroyForcibly();
				throw new IllegalStateException("Process on " + this.host + " did not end within 60 s");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
