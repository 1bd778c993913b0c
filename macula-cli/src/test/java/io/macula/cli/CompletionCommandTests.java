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
package io.macula.cli;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Completion for shells, and the rehearsal for the archive of classes. */
@Timeout(60)
class CompletionCommandTests {

	@TempDir
	Path home;

	@Test
	void completionNamesCommandsAndOptions() {
		CommandRun bash = CommandRun.of(this.home, Map.of(), "", "completion", "bash");
		assertThat(bash.code()).isZero();
		assertThat(bash.out()).startsWith("#!/usr/bin/env bash").contains("drain", "--secret-file", "--elements");
		CommandRun zsh = CommandRun.of(this.home, Map.of(), "", "completion", "zsh");
		assertThat(zsh.out()).startsWith("autoload -U").endsWith(bash.out());
		CommandRun fish = CommandRun.of(this.home, Map.of(), "", "completion", "fish");
		assertThat(fish.code()).isEqualTo(ExitCode.USAGE.number());
		assertThat(fish.err()).contains("fish");
	}

	@Test
	void theRehearsalGoesThroughTheCommandsAndSaysNothing() {
		CommandRun run = CommandRun.of(this.home, Map.of(), "", "rehearse");
		assertThat(run).isEqualTo(new CommandRun(0, "", ""));
	}

}
