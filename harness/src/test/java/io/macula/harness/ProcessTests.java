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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisabledOnOs(OS.WINDOWS)
class ProcessTests {

	@TempDir
	Path directory;

	@Test
	void shellTellsWhatACommandPrinted() {
		assertThat(Shell.run("sh", "-c", "echo out; echo err >&2")).isEqualTo("out\nerr\n");
		assertThat(Shell.feed("a line", "cat")).isEqualTo("a line");
	}

	@Test
	void whenACommandFailsThenTheExceptionHasItsStatusAndOutput() {
		assertThatIllegalStateException().isThrownBy(() -> Shell.run("sh", "-c", "echo no; exit 3"))
			.withMessageContaining("ended with 3")
			.withMessageEndingWith("no");
		assertThat(Shell.succeeds("sh", "-c", "exit 3")).isFalse();
		assertThat(Shell.succeeds("no-such-command-anywhere")).isFalse();
	}

	@Test
	void whenACommandLeavesAChildThatHoldsItsOutputThenItsEndIsNotWaitedFor() throws Exception {
		Path pid = this.directory.resolve("pid");
		assertThat(Shell.run("sh", "-c", "echo started; sleep 600 & echo $! > '" + pid + "'")).isEqualTo("started\n");
		Shell.run("kill", Files.readString(pid).strip());
	}

	@Test
	void whenACommandDoesNotEndThenItIsGivenUp() {
		assertThatIllegalStateException()
			.isThrownBy(() -> Shell.run(Duration.ofMillis(50), List.of("sh", "-c", "echo it goes on; exec sleep 600")))
			// Before what it printed: who shows one line shows this one.
			.withMessageStartingWith("'sh -c echo it goes on; exec sleep 600' did not end within ");
	}

	@Test
	void loggedProcessIsReadyWhenItsLogSaysSoInEachOfItsLives() {
		LoggedProcess process = new LoggedProcess("node", this.directory.resolve("node.log"), "READY");
		assertThat(process.running()).isFalse();
		process.start(Map.of("LIFE", "first"), List.of("sh", "-c", "echo $LIFE READY; exec sleep 600"));
		process.awaitReady();
		assertThat(process.running()).isTrue();
		process.kill();
		assertThat(process.running()).isFalse();
		process.start(Map.of("LIFE", "second"), List.of("sh", "-c", "echo $LIFE READY; exec sleep 600"));
		process.awaitReady();
		assertThat(process.logOfThisLife()).isEqualTo("second READY\n");
		assertThat(process.logFrom(0)).isEqualTo("first READY\nsecond READY\n");
		process.signal("STOP");
		process.terminate();
		assertThat(process.running()).isFalse();
	}

	@Test
	void whenALoggedProcessEndsBeforeItIsReadyThenTheExceptionTellsItsLog() {
		Path log = this.directory.resolve("node.log");
		LoggedProcess process = new LoggedProcess("node", log, "READY");
		process.start(Map.of(), List.of("sh", "-c", "exit 1"));
		assertThatIllegalStateException().isThrownBy(process::awaitReady)
			.withMessageContaining("'node' ended while it started")
			.withMessageContaining(log.toString());
	}

	@Test
	void talkingProcessIsReadLineByLine() throws Exception {
		try (TalkingProcess process = start("echo noise; echo READY 9001 9002; echo row; exit 4")) {
			assertThat(process.awaitLine("READY ", 60)).isEqualTo("9001 9002");
			assertThat(process.nextLine(60)).isEqualTo("row");
			assertThat(process.nextLine(60)).isNull();
			assertThat(process.exitCode()).isEqualTo(4);
		}
	}

	@Test
	void whenATalkingProcessEndsBeforeItsMarkThenTheExceptionTellsTheMark() throws Exception {
		try (TalkingProcess process = start("echo noise")) {
			assertThatIllegalStateException().isThrownBy(() -> process.awaitLine("READY ", 60))
				.withMessageContaining("'READY '");
		}
	}

	@Test
	void whenATalkingProcessIsSilentThenTheWaitIsBounded() throws Exception {
		try (TalkingProcess process = start("exec sleep 600")) {
			assertThatIllegalStateException().isThrownBy(() -> process.nextLine(0))
				.withMessageContaining("printed nothing");
		}
	}

	@Test
	void jvmIsThatOfThisProcess() {
		List<String> command = Jvm.command(List.of("-version"));
		assertThat(command).startsWith(Jvm.tool("java")).endsWith("-version");
		assertThat(Path.of(Jvm.tool("java"))).isExecutable();
		assertThat(Jvm.tool("no-such-tool")).isEqualTo("no-such-tool");
	}

	private TalkingProcess start(String script) throws Exception {
		return TalkingProcess.start(List.of("sh", "-c", script), this.directory.resolve("log"));
	}

}
