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

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.macula.harness.AppendedLines;
import io.macula.harness.Clock;
import io.macula.harness.Shell;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The process of a {@link LoadClient}, and what it has written down.
 */
final class LoadProcess implements AutoCloseable {

	private static final int REPLY_LIMIT_SECONDS = 60;

	private static final int START_LIMIT_SECONDS = 90;

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Process process;

	private final BufferedWriter commands;

	private final AppendedLines calls;

	private final Path log;

	private final Duration deadline;

	private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

	private List<CallRecord> seen = new ArrayList<>();

	private long begin = Clock.now();

	private String unended = "";

	private LoadProcess(Process process, Path calls, Path log, Duration deadline) {
		this.deadline = deadline;
		this.process = process;
		this.commands = process.outputWriter(StandardCharsets.UTF_8);
		this.calls = new AppendedLines(calls);
		this.log = log;
	}

	/**
	 * Start the client and its load.
	 * @param command the whole command
	 * @param environment environment variables
	 * @param calls file for the calls
	 * @param log file for the log
	 * @param deadline bound of each of its calls
	 * @return the running client
	 */
	static LoadProcess start(List<String> command, Map<String, String> environment, Path calls, Path log,
			Duration deadline) {
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		try {
			Process process = builder.start();
			LoadProcess load = new LoadProcess(process, calls, log, deadline);
			Thread reader = new Thread(() -> load.read(), "load-log");
			reader.setDaemon(true);
			reader.start();
			String reply = load.reply(START_LIMIT_SECONDS);
			if (!reply.equals("started")) {
				process.destroyForcibly();
				throw new IllegalStateException("The load did not start: " + reply + ", see " + log);
			}
			return load;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The load cannot be started", ex);
		}
	}

	long pid() {
		return this.process.pid();
	}

	/**
	 * Lines of the log so far.
	 * @return the text
	 */
	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Log " + this.log + " cannot be read", ex);
		}
	}

	/**
	 * Number of characters of the log so far.
	 * @return a position for {@link #logFrom}
	 */
	int logPosition() {
		return log().length();
	}

	/**
	 * The log from a position on.
	 * @param position what {@link #logPosition} told
	 * @return lines
	 */
	List<String> logFrom(int position) {
		return log().substring(position).lines().toList();
	}

	Duration deadline() {
		return this.deadline;
	}

	/**
	 * Begin to count: what it did before does not count any more.
	 */
	void begin() {
		settle();
		newCalls();
		this.seen = new ArrayList<>();
		this.begin = Clock.now();
	}

	/**
	 * All calls since the begin. Waits until those that are open now have ended, at most
	 * until a second after their deadline.
	 * @return the calls
	 */
	Window window() {
		this.unended = settle();
		return ended();
	}

	/**
	 * The calls since the begin that have ended and were written down, of a client that
	 * may be gone.
	 * @return the calls
	 */
	Window ended() {
		newCalls();
		return new Window(this.begin, Clock.now(), List.copyOf(this.seen));
	}

	/**
	 * Calls without an outcome a second after their deadline, when {@link #window} was
	 * asked for the last time.
	 * @return empty, or their ids
	 */
	String unended() {
		return this.unended;
	}

	/**
	 * Wait until all calls that are open now have ended, at most until a second after
	 * their deadline.
	 * @return empty, or the ids of calls that do not end
	 */
	String settle() {
		String reply = order("settle " + this.deadline.plusSeconds(1).toSeconds());
		return reply.equals("settled") ? "" : reply;
	}

	/**
	 * The report of the client's node.
	 * @return JSON of a {@link io.macula.node.NodeReport}
	 */
	JsonNode report() {
		return JSON.readTree(order("report"));
	}

	/**
	 * A call in each shape.
	 * @return how each ended
	 */
	List<Shapes.Ended> shapes() {
		return List
			.of(JSON.readValue(order("shapes " + this.deadline.plusSeconds(1).toSeconds()), Shapes.Ended[].class));
	}

	void pace(double pace) {
		order("pace " + pace);
	}

	/**
	 * Calls that were written down since the last time this was asked.
	 * @return calls in order of their end
	 */
	List<CallRecord> newCalls() {
		List<CallRecord> ended = this.calls.next().stream().map(CallRecord::parse).toList();
		this.seen.addAll(ended);
		return ended;
	}

	/**
	 * Send a signal.
	 * @param name its name without SIG
	 */
	void signal(String name) {
		Shell.run("kill", "-" + name, Long.toString(pid()));
	}

	/**
	 * Wait until the process is gone.
	 * @param limit bound of the wait
	 * @return seconds that it took, or infinity if it is still there, and killed then
	 */
	double secondsToEnd(Duration limit) {
		long start = Clock.now();
		boolean ended = Clock.within(limit, () -> !this.process.isAlive());
		if (!ended) {
			this.process.destroyForcibly();
		}
		return ended ? (Clock.now() - start) / 1e9 : Double.POSITIVE_INFINITY;
	}

	@Override
	public void close() {
		try {
			this.commands.close();
			if (!this.process.waitFor(20, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (IOException ex) {
			this.process.destroyForcibly();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.process.destroyForcibly();
		}
	}

	/**
	 * Have the client do something.
	 * @param command what, see {@link LoadClient}
	 * @return its answer
	 */
	String order(String command) {
		try {
			this.commands.write(command);
			this.commands.write('\n');
			this.commands.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The load does not listen any more", ex);
		}
		return reply(REPLY_LIMIT_SECONDS);
	}

	private String reply(int limitSeconds) {
		try {
			for (int i = 0; i < limitSeconds * 2; i++) {
				String reply = this.replies.poll(500, TimeUnit.MILLISECONDS);
				if (reply != null) {
					return reply;
				}
				if (!this.process.isAlive()) {
					throw new IllegalStateException("The load ended with " + this.process.exitValue());
				}
			}
			throw new IllegalStateException("The load did not answer within " + limitSeconds + " s");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	private void read() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8);
				BufferedWriter writer = Files.newBufferedWriter(this.log)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.startsWith(Orders.REPLY)) {
					this.replies.add(line.substring(Orders.REPLY.length()));
				}
				else {
					writer.write(line);
					writer.write('\n');
					writer.flush();
				}
			}
		}
		catch (IOException ex) {
			// The process is gone, which its commands will tell.
			this.replies.add("log ended: " + ex.getMessage());
		}
	}

}
