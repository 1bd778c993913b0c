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

package io.macula.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * A JVM that this one started; closed, it is gone.
 */
final class Child implements AutoCloseable {

	private static final String END = "\0";

	private final Process process;

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private Child(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "reader");
		reader.setDaemon(true);
		reader.start();
	}

	/** Start a JVM; the prefix of its command says where. */
	static Child java(Path log, List<String> prefix, List<String> jvmOptions, Predicate<String> excludedJars,
			Class<?> main, List<String> args) throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(jvmOptions);
		command.addAll(List.of("-cp", classPath(excludedJars), main.getName()));
		command.addAll(args);
		return new Child(
				new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
	}

	private static String classPath(Predicate<String> excludedJars) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !excludedJars.test(new File(entry).getName()))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/** The next line, or {@code null} after the last. */
	@Nullable String nextLine(long timeoutSeconds) throws InterruptedException {
		String line = this.lines.poll(timeoutSeconds, TimeUnit.SECONDS);
		if (line == null) {
			throw new IllegalStateException(
					"process " + this.process.pid() + " printed nothing for " + timeoutSeconds + " seconds");
		}
		return line.equals(END) ? null : line;
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(5, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor();
		}
	}

	private void read() {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
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
