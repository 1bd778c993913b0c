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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.macula.harness.LoggedProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@DisabledOnOs(OS.WINDOWS)
class StartedProcessesTests {

	private static final List<String> COMMAND = List.of("sleep", "60");

	@TempDir
	Path directory;

	@Test
	void whenTheRunnerEndsThenItsProcessesEndAndNoneIsStartedAnyMore() throws Exception {
		StartedProcesses processes = new StartedProcesses(this.directory);
		LoggedProcess started = processes.process("started", "ready");
		LoggedProcess late = processes.process("late", "ready");
		processes.start(started, COMMAND);
		assertThat(Files.readString(this.directory.resolve("pids"))).isEqualTo(started.pid() + "\n");
		processes.end();
		assertThat(started.running()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> processes.start(late, COMMAND))
			.withMessageContaining("nothing is started any more");
		assertThat(late.running()).isFalse();
	}

}
