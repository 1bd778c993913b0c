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

package io.macula.machines;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.macula.harness.Shell;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@DisabledOnOs(OS.WINDOWS)
class StepTests {

	private static final List<String> STEPS = List.of("deployed", "check", "secret", "begin", "end", "install", "put",
			"publish", "discard", "links", "prune", "start", "ready", "serves", "stop", "shoot", "remove", "down",
			"life", "logs", "report", "client", "run_client", "collect_client", "end_client", "remove_client");

	private static final Path FILES = Path.of("src", "main", "resources", "io", "macula", "machines");

	@TempDir
	Path directory;

	@ParameterizedTest
	@EnumSource
	void eachModeHasEachStep(Mode mode) {
		List<String> steps = new ArrayList<>(STEPS);
		if (mode.runsImage()) {
			steps.addAll(List.of("load", "image"));
		}
		for (String name : steps) {
			Step step = Step.of(mode, name, Map.of("directory", "/opt/macula"));
			assertThat(step.script()).startsWith("set -eu\ndirectory=/opt/macula\n").endsWith(name + " < /dev/null\n");
			assertThat(Shell.feed(step.script(), "sh", "-n")).isEmpty();
		}
	}

	@Test
	void aStepHasWhatItCallsAndNothingElse() {
		assertThat(Step.of(Mode.SYSTEMD, "ready", Map.of()).script())
			.contains("answers() {", "alive() {", "systemctl show")
			.doesNotContain("start() {", "stop() {");
		assertThat(Step.of(Mode.PROCESS, "check", Map.of()).script()).contains("alive() {", "taken() {", "things() {",
				"check_mode() {");
		assertThat(Step.of(Mode.DOCKER, "check", Map.of()).script()).as("behind elif").contains("of_directory() {");
		assertThatIllegalArgumentException().isThrownBy(() -> Step.of(Mode.SYSTEMD, "load", Map.of()))
			.withMessage("There is no step 'load'");
	}

	@Test
	void whatTheShellWouldReadIsQuoted() {
		String value = "it's $(id) `id` \"x\" \\ * ~";
		Step step = Step.reading(Mode.PROCESS, "say", Map.of("x", value), "value", value);
		assertThat(Shell.feed(step.script() + "say x \"$x\"\n", "sh", "-s"))
			.isEqualTo("value=" + value + "\nx=" + value + "\n");
	}

	@Test
	void whatDoesNotArriveWholeIsNotThere() throws IOException {
		Path file = this.directory.resolve("file");
		Content content = Content.of("text", "whole");
		Map<String, String> variables = Map.of("directory", this.directory.toString(), "file", file.toString(),
				"permissions", "600", "sum", content.sum(), "patience", "0");
		String script = Step.reading(Mode.PROCESS, "put", variables).script();
		assertThat(Shell.succeeds("sh", "-c", "printf whol | { " + script + "}")).isFalse();
		assertThat(this.directory).isEmptyDirectory();
		Shell.feed("whole", "sh", "-c", script);
		assertThat(file).hasContent("whole");
		assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
	}

	@Test
	void linksAreSwappedAndGoAway() throws IOException {
		Files.createDirectories(this.directory.resolve("releases/b"));
		links("a", "");
		links("b", "a");
		assertThat(Files.readSymbolicLink(this.directory.resolve("current"))).hasToString("releases/b");
		assertThat(Files.readSymbolicLink(this.directory.resolve("previous"))).hasToString("releases/a");
		links("", "");
		try (Stream<Path> left = Files.list(this.directory)) {
			assertThat(left).containsExactly(this.directory.resolve("releases"));
		}
	}

	@Test
	void whatSomebodyHasLockedIsNotTakenAway() throws IOException {
		Path owner = Files.createDirectories(this.directory.resolve("lock")).resolve("owner");
		Files.writeString(owner, "ann\n");
		Files.createDirectories(this.directory.resolve("releases/a"));
		Map<String, String> variables = Map.of("directory", this.directory.toString(), "owner", "bob", "patience", "0");
		for (String name : List.of("down", "begin")) {
			assertThatIllegalStateException().as(name)
				.isThrownBy(() -> Shell.feed(Step.of(Mode.PROCESS, name, variables).script(), "sh", "-s"))
				.withMessageContaining("lock is held by ann");
		}
		Shell.feed(Step.of(Mode.PROCESS, "end", variables).script(), "sh", "-s");
		assertThat(owner).hasContent("ann\n");
		assertThat(this.directory.resolve("releases/a")).exists();
	}

	@Test
	void whatSomebodyElseHasPutThereIsNotTakenAway() throws IOException {
		// As other programs lay out their folders, too.
		Path release = Files.createDirectories(this.directory.resolve("releases/20260101"));
		Path log = Files.createDirectories(this.directory.resolve("log")).resolve("production.log");
		Files.writeString(log, "text");
		Files.createSymbolicLink(this.directory.resolve("current"), Path.of("releases/20260101"));
		Process other = new ProcessBuilder("sh", "-c", "read x", release.toString()).start();
		try {
			Path pid = Files.createDirectories(this.directory.resolve("run")).resolve("pid");
			Files.writeString(pid, other.pid() + "\n");
			assertThat(step("down")).isEqualTo("left=current log releases run \n");
			assertThat(other.isAlive()).isTrue();
			assertThat(List.of(release, log, pid)).allMatch(Files::exists);
			Files.writeString(this.directory.resolve("mode"), "0644\n");
			assertThat(step("down")).isEqualTo("left=current log mode releases run \n");
			assertThat(log).exists();
		}
		finally {
			other.destroyForcibly();
		}
	}

	@Test
	void whatARunHasPutThereIsTakenAwayEvenIfItWasKilled() throws IOException {
		step("begin");
		step("install");
		assertThat(this.directory.resolve("releases/.1-a.part")).isDirectory();
		Shell.run("rm", "-r", this.directory.resolve("lock").toString());
		assertThat(step("down")).isEmpty();
		assertThat(this.directory).doesNotExist();
	}

	@Test
	void whenNothingCanBeWrittenThenNoLockStays() {
		String script = Step.of(Mode.PROCESS, "begin", variables()).script();
		assertThatIllegalStateException()
			.isThrownBy(() -> Shell.feed("trap '' XFSZ\nulimit -f 0\n" + script, "sh", "-s"));
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void whatIsBegunAndEndedLeavesNothing() {
		step("begin");
		step("end");
		assertThat(this.directory).doesNotExist();
	}

	/** Options that the machine has for each JVM are told before the version. */
	@Test
	void theVersionOfJavaIsFoundBehindOtherWords() throws IOException {
		Path java = this.directory.resolve("java");
		Files.writeString(java, """
				#!/bin/sh
				echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=y' >&2
				echo 'NOTE: Picked up JDK_JAVA_OPTIONS: @options' >&2
				echo 'openjdk version "17.0.1"' >&2
				""");
		Shell.run("chmod", "755", java.toString());
		assertThat(step("check").lines()).contains("java=openjdk version \"17.0.1\"");
	}

	private String step(String name) {
		return Shell.feed(Step.of(Mode.PROCESS, name, variables()).script(), "sh", "-s");
	}

	private Map<String, String> variables() {
		return Map.of("directory", this.directory.toString(), "mode", "process", "owner", "me", "patience", "0",
				"release", "1-a", "java", this.directory.resolve("java").toString(), "udp", "1", "http", "1",
				"stop_seconds", "1", "service", "macula-provider");
	}

	/** One that lost its connection goes on there. */
	@Test
	void aStepWaitsForTheEndOfTheOneBefore() throws Exception {
		Path file = this.directory.resolve("file");
		Map<String, String> variables = Map.of("directory", this.directory.toString(), "file", file.toString(),
				"permissions", "600", "sum", Content.of("text", "whole").sum(), "current", "a", "previous", "",
				"patience", "0");
		String links = Step.of(Mode.PROCESS, "links", variables).script();
		Process slow = new ProcessBuilder("sh", "-c", Step.reading(Mode.PROCESS, "put", variables).script()).start();
		try (OutputStream input = slow.getOutputStream()) {
			await().until(() -> Files.exists(this.directory.resolve("file.part")));
			assertThatIllegalStateException().isThrownBy(() -> Shell.feed(links, "sh", "-s"))
				.withMessageContaining("another step has not ended after 0 s");
			assertThat(this.directory.resolve("current")).doesNotExist();
			input.write("whole".getBytes(StandardCharsets.UTF_8));
		}
		Shell.feed(links.replace("patience=0", "patience=10"), "sh", "-s");
		assertThat(this.directory.resolve("current")).isSymbolicLink();
		assertThat(file).hasContent("whole");
	}

	private void links(String current, String previous) {
		Map<String, String> variables = Map.of("directory", this.directory.toString(), "current", current, "previous",
				previous, "patience", "0");
		Shell.feed(Step.of(Mode.PROCESS, "links", variables).script(), "sh", "-s");
	}

	@Test
	void shellcheckHasNothingToSay() {
		Assumptions.assumeTrue(Shell.succeeds("shellcheck", "--version"), "There is no shellcheck");
		List<String> command = new ArrayList<>(
				List.of("shellcheck", "--norc", "--external-sources", "--source-path=.."));
		for (String file : List.of("common", "systemd", "docker", "k3s", "process")) {
			command.add(FILES.resolve(file + ".sh").toString());
		}
		command.addAll(List.of("../scripts/machines.sh", "../scripts/machines-test.sh"));
		assertThat(Shell.run(command.toArray(String[]::new))).isEmpty();
	}

}
