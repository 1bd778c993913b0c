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

package io.macula.multinode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

import io.macula.harness.Clock;
import io.macula.harness.LoggedProcess;

/**
 * Processes that the runner starts, and ends when it ends, however that comes. Logs go to
 * {@code <name>.log}, and the process ids to {@code pids}, so that a script can clean up
 * after a runner that was killed.
 */
final class StartedProcesses {

	private static final String ENDS = "The runner ends: nothing is started any more";

	private final Path directory;

	private final List<Process> talking = new ArrayList<>();

	private final Queue<LoggedProcess> processes = new ConcurrentLinkedQueue<>();

	/** Never taken back: what would start afterwards would be left behind. */
	private boolean ended;

	StartedProcesses(Path directory) {
		this.directory = directory;
		Runtime.getRuntime().addShutdownHook(new Thread(this::end));
	}

	/**
	 * A process that was not started yet.
	 * @param name its name, and that of its log
	 * @param readyLine part of the log that tells that it is ready
	 * @return the process, to be started by {@link #start}
	 */
	LoggedProcess process(String name, String readyLine) {
		LoggedProcess process = new LoggedProcess(name, log(name), readyLine);
		this.processes.add(process);
		return process;
	}

	/**
	 * Start a process; does not wait until it is ready.
	 * @param process one of {@link #process}
	 * @param command the command and its arguments
	 * @throws IllegalStateException if the runner ends
	 */
	synchronized void start(LoggedProcess process, List<String> command) {
		if (this.ended) {
			throw new IllegalStateException(ENDS);
		}
		process.start(Map.of(), command);
		remember(process.pid());
	}

	/**
	 * Start a process that this one talks to by its standard input and output.
	 * @param command the command and its arguments
	 * @return the process, to be ended by the caller
	 * @throws IllegalStateException if the runner ends
	 * @throws CannotRunException if there is no such program
	 */
	synchronized Process startTalking(List<String> command) {
		if (this.ended) {
			throw new IllegalStateException(ENDS);
		}
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			this.talking.add(process);
			remember(process.pid());
			return process;
		}
		catch (IOException ex) {
			throw new CannotRunException("'" + command.get(0) + "' cannot be started: " + ex.getMessage(), ex);
		}
	}

	private void remember(long pid) {
		try {
			Files.writeString(this.directory.resolve("pids"), pid + "\n", StandardOpenOption.CREATE,
					StandardOpenOption.APPEND);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Process id " + pid + " cannot be written", ex);
		}
	}

	/** Kill all, and start none any more. */
	synchronized void end() {
		this.ended = true;
		this.talking.forEach(Process::destroyForcibly);
		this.processes.forEach(LoggedProcess::kill);
	}

	/**
	 * Whether the runner ends, so that what fails now tells nothing of the realm.
	 * @return whether nothing is started any more
	 */
	synchronized boolean ended() {
		return this.ended;
	}

	/**
	 * A directory for what processes write.
	 * @param name its name
	 * @return the directory, which exists
	 */
	Path directory(String name) {
		try {
			return Files.createDirectories(this.directory.resolve(name).toAbsolutePath());
		}
		catch (IOException ex) {
			throw new CannotRunException("Directory " + this.directory.resolve(name)
					+ " cannot be made: expected a place to write to with room (" + ex.getMessage() + ")", ex);
		}
	}

	/**
	 * The log of a process.
	 * @param name its name
	 * @return path of the file
	 */
	Path log(String name) {
		return this.directory.resolve(name + ".log");
	}

	/**
	 * Wait until a server that was started answers.
	 * @param name its name
	 * @param process the process
	 * @param answers whether it does
	 * @throws CannotRunException if it ends before, or takes longer than 30 s
	 */
	void awaitServer(String name, LoggedProcess process, BooleanSupplier answers) {
		boolean ready = Clock.within(Duration.ofSeconds(30), () -> !process.running() || answers.getAsBoolean());
		if (!ready || !process.running()) {
			boolean ended = !process.running();
			String last = process.logOfThisLife().lines().reduce((first, second) -> second).orElse("nothing");
			process.kill();
			throw new CannotRunException(name + (ended ? " ended while it started" : " did not answer within 30 s")
					+ ": its last line in " + log(name) + " is: " + last);
		}
	}

}
