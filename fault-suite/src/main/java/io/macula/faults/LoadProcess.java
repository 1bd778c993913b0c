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
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.macula.harness.AppendedLines;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The process of a {@link LoadClient}, and what it has written down.
 */
final class LoadProcess implements AutoCloseable {

	private static final int REPLY_LIMIT_SECONDS = 60;

	private final Process process;

	private final BufferedWriter commands;

	private final AppendedLines calls;

	private final Path log;

	private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();

	private LoadProcess(Process process, Path calls, Path log) {
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
	 * @return the running client
	 */
	static LoadProcess start(List<String> command, Map<String, String> environment, Path calls, Path log) {
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().putAll(environment);
		try {
			Process process = builder.start();
			LoadProcess load = new LoadProcess(process, calls, log);
			Thread reader = new Thread(() -> load.read(), "load-log");
			reader.setDaemon(true);
			reader.start();
			String reply = load.reply();
			if (!reply.equals("started")) {
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
	 * Wait until all calls that are open now have ended.
	 * @return empty, or the ids of calls that do not end
	 */
	String settle() {
		String reply = command("settle");
		return reply.equals("settled") ? "" : reply;
	}

	/**
	 * The report of the client's node.
	 * @return JSON of a {@link io.macula.node.NodeReport}
	 */
	JsonNode report() {
		return JsonMapper.builder().build().readTree(command("report"));
	}

	void pace(double pace) {
		command("pace " + pace);
	}

	/**
	 * Calls that were written down since the last time this was asked.
	 * @return calls in order of their end
	 */
	List<CallRecord> newCalls() {
		return this.calls.next().stream().map(CallRecord::parse).toList();
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

	private String command(String command) {
		try {
			this.commands.write(command);
			this.commands.write('\n');
			this.commands.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The load does not listen any more", ex);
		}
		return reply();
	}

	private String reply() {
		try {
			for (int i = 0; i < REPLY_LIMIT_SECONDS * 2; i++) {
				String reply = this.replies.poll(500, TimeUnit.MILLISECONDS);
				if (reply != null) {
					return reply;
				}
				if (!this.process.isAlive()) {
					throw new IllegalStateException("The load ended with " + this.process.exitValue());
				}
			}
			throw new IllegalStateException("The load did not answer within " + REPLY_LIMIT_SECONDS + " s");
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
				if (line.startsWith(LoadClient.REPLY)) {
					this.replies.add(line.substring(LoadClient.REPLY.length()));
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
