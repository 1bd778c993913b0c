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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.macula.harness.Clock;
import io.macula.harness.Shell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How {@code scripts/multi-node.sh} ends: a copy of it, whose runner is a script that
 * starts one process and waits.
 */
@EnabledOnOs(OS.LINUX)
class ScriptEndTests {

	private static final Path SCRIPTS = Path.of("..", "scripts");

	private static final Duration LIMIT = Duration.ofSeconds(20);

	@TempDir
	Path root;

	private Path out;

	private final Map<Process, Path> said = new HashMap<>();

	@BeforeEach
	void copyScripts() throws IOException {
		Path lib = Files.createDirectories(this.root.resolve("scripts/lib"));
		Files.copy(SCRIPTS.resolve("multi-node.sh"), this.root.resolve("scripts/multi-node.sh"));
		for (String name : List.of("build.sh", "namespaces.sh", "paths.sh")) {
			Files.copy(SCRIPTS.resolve("lib").resolve(name), lib.resolve(name));
		}
		this.out = this.root.resolve("target/multi-node");
		tool("mvn", "exit 0");
		Files.createFile(this.root.resolve("sample-provider.jar"));
		// Looks like a provider, and is written down as the runner does.
		tool("java", """
				tail -f sample-provider.jar > /dev/null 2>&1 &
				echo $! >> target/multi-node/pids
				echo $! > target/multi-node/provider
				echo $$ > target/multi-node/runner
				wait""");
	}

	@AfterEach
	void endProcesses() throws IOException {
		for (Path file : List.of(this.out.resolve("provider"), this.out.resolve("runner"))) {
			if (Files.exists(file)) {
				Files.readAllLines(file).forEach(ScriptEndTests::end);
			}
		}
	}

	@Test
	void whenItIsInterruptedThenNothingThatItStartedIsLeft() throws Exception {
		Process script = script();
		String provider = started("provider");
		String runner = started("runner");
		Shell.run("kill", "-INT", Long.toString(script.pid()));
		assertThat(said(script)).isEqualTo("Interrupted: what this run started is taken away");
		assertThat(script.exitValue()).isEqualTo(130);
		assertThat(List.of(provider, runner)).allMatch(ScriptEndTests::hasEnded);
	}

	@Test
	void whenAnEarlierRunWasKilledThenWhatItLeftIsSaidInOneLineAndEnded() throws Exception {
		Process killed = script();
		String provider = started("provider");
		String runner = started("runner");
		killed.destroyForcibly();
		assertThat(killed.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(List.of(provider, runner)).allMatch(ScriptEndTests::running);
		tool("java", "exit 0");
		Process next = script();
		assertThat(said(next).lines().filter((line) -> line.contains("earlier run"))).singleElement()
			.asString()
			.startsWith("Ending processes that an earlier run left behind: ")
			.contains(provider, runner);
		assertThat(List.of(provider, runner)).allMatch(ScriptEndTests::hasEnded);
	}

	@Test
	void whenAnotherRunIsUnderWayThenItIsNotDisturbed() throws Exception {
		Process first = script();
		String provider = started("provider");
		started("runner");
		Process second = script();
		assertThat(said(second)).isEqualTo("Cannot run: the run of process " + first.pid()
				+ " is under way here, and writes to target/multi-node as well: wait until it has ended");
		assertThat(second.exitValue()).isEqualTo(2);
		assertThat(running(provider)).isTrue();
		first.destroy();
		said(first);
		assertThat(hasEnded(provider)).isTrue();
	}

	@Test
	void whatTheRunnerSaysIsPrintedButForItsLog() throws Exception {
		tool("java", "echo 'INFO a line of the log'; echo 'Cannot run: there is no host'; exit 2");
		Process script = script();
		assertThat(said(script))
			.isEqualTo("Cannot run: there is no host\nEnded with 2, see target/multi-node/runner.log");
		assertThat(script.exitValue()).isEqualTo(2);
	}

	@Test
	void whenTheDiskIsFullThenItIsSaidBeforeAnythingIsStarted() throws Exception {
		tool("df", "echo Filesystem; echo /dev/sda 1000000 980000 20480 98% /");
		Process script = script();
		assertThat(said(script)).isEqualTo("Cannot run: 20 MB are free where target/multi-node is, and reports and logs"
				+ " take up to 100 MB: make room, or take another disk");
		assertThat(script.exitValue()).isEqualTo(2);
		assertThat(this.out.resolve("runner")).doesNotExist();
	}

	@Test
	void whenNamespacesAreLeftThenTheyAreSaidInOneLineAndRemoved() throws Exception {
		Files.createFile(this.root.resolve("multi-node.sh"));
		Process underWay = shell("tail", "-f", "multi-node.sh");
		try {
			String gone = "mn999999999-";
			String present = "mn" + underWay.pid() + "-";
			tool("ip", "case \"$2\" in list) printf '%s (id: 0)\\n' " + gone + "sw " + gone + "node1 " + present
					+ "sw mf999999999-sw mnx;; del) echo \"$3\" >> removed;; esac");
			Process process = shell("sh", "-c", ". scripts/lib/namespaces.sh; remove_left mn multi-node.sh");
			assertThat(said(process))
				.isEqualTo("Removing the network namespaces " + gone + "*, which an earlier run left behind");
			assertThat(Files.readAllLines(this.root.resolve("removed"))).containsExactly(gone + "sw", gone + "node1");
		}
		finally {
			underWay.destroyForcibly();
		}
	}

	/** A shell that began with a signal ignored, as in the background, traps it never. */
	private Process script() throws IOException {
		return shell("env", "--default-signal=INT", "sh", "scripts/multi-node.sh", "local");
	}

	private Process shell(String... command) throws IOException {
		Path said = this.root.resolve("said-" + this.said.size());
		ProcessBuilder builder = new ProcessBuilder(command).directory(this.root.toFile())
			.redirectErrorStream(true)
			.redirectOutput(said.toFile());
		builder.environment().remove("JAVA_HOME");
		builder.environment().merge("PATH", this.root.resolve("bin").toString(), (path, first) -> first + ":" + path);
		Process process = builder.start();
		this.said.put(process, said);
		return process;
	}

	/** Waits until it has ended. Complaints of what the copy lacks are left out. */
	private String said(Process process) throws IOException, InterruptedException {
		assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		return Files.readString(this.said.get(process))
			.lines()
			.filter((line) -> !line.startsWith("find:") && !line.startsWith("Building "))
			.collect(Collectors.joining("\n"));
	}

	private String started(String file) throws IOException {
		Path path = this.out.resolve(file);
		Clock.await(file + " is written", LIMIT, () -> path.toFile().length() > 0);
		return Files.readString(path).strip();
	}

	private void tool(String name, String script) throws IOException {
		Path tool = Files.createDirectories(this.root.resolve("bin")).resolve(name);
		Files.writeString(tool, "#!/bin/sh\n" + script + "\n");
		Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
	}

	private static void end(String id) {
		ProcessHandle.of(Long.parseLong(id)).ifPresent(ProcessHandle::destroyForcibly);
	}

	private static boolean hasEnded(String id) {
		return Clock.within(LIMIT, () -> !running(id));
	}

	/** One that has ended and was not waited for has no command line any more. */
	private static boolean running(String id) {
		try {
			return Files.readAllBytes(Path.of("/proc", id, "cmdline")).length > 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
