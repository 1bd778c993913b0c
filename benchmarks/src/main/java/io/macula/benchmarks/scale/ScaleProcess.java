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

package io.macula.benchmarks.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * A JVM with one part of the measurement; closed, it is gone.
 */
final class ScaleProcess implements AutoCloseable {

	private static final String READY = "READY ";

	private final Process process;

	private final BufferedReader output;

	private ScaleProcess(Process process) {
		this.process = process;
		this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
	}

	static ScaleProcess start(Path log, List<String> jvmOptions, Class<?> main, String... args) throws IOException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(jvmOptions);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(args));
		return new ScaleProcess(
				new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start());
	}

	/** Tell the process that started this one that it may go on. */
	static void tellReady(String text) {
		System.out.println(READY + text);
	}

	/** What the process told when it was ready. */
	String ready() throws IOException {
		for (String line = nextLine(); line != null; line = nextLine()) {
			if (line.startsWith(READY)) {
				return line.substring(READY.length());
			}
		}
		throw new IllegalStateException("process " + this.process.pid() + " ended before it was ready");
	}

	@Nullable String nextLine() throws IOException {
		return this.output.readLine();
	}

	int exitCode() throws InterruptedException {
		return this.process.waitFor();
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor();
		}
	}

}
