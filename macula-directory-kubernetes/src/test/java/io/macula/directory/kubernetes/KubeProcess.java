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

package io.macula.directory.kubernetes;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process of a control plane that {@code kubernetes.sh up} started; no other is
 * touched.
 */
final class KubeProcess {

	private final Path pidFile;

	private final Path log;

	private final List<String> command;

	private ProcessHandle process;

	KubeProcess(Path run, String name) throws IOException {
		this.pidFile = run.resolve(name + ".pid");
		this.log = run.resolve(name + ".log");
		long pid = Long.parseLong(Files.readString(this.pidFile).trim());
		this.process = ProcessHandle.of(pid).orElseThrow();
		String line = Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.UTF_8);
		this.command = List.of(line.split("\0"));
		if (!this.command.get(0).endsWith("/" + name)) {
			throw new IllegalStateException("process " + pid + " is not " + name + " but " + this.command.get(0));
		}
	}

	void pause() throws IOException, InterruptedException {
		signal("-STOP");
	}

	void resume() throws IOException, InterruptedException {
		signal("-CONT");
	}

	private void signal(String signal) throws IOException, InterruptedException {
		new ProcessBuilder("kill", signal, String.valueOf(this.process.pid())).inheritIO().start().waitFor();
	}

	void kill() {
		this.process.destroyForcibly();
		this.process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
	}

	/** However a test ended: it runs again. */
	void restore() throws IOException, InterruptedException {
		if (!this.process.isAlive()) {
			start();
		}
		resume();
	}

	void start() throws IOException {
		File output = this.log.toFile();
		this.process = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(output))
			.start()
			.toHandle();
		Files.writeString(this.pidFile, this.process.pid() + "\n");
	}

}
