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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Shell;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Steps of docker and k3s, with commands of these names that have a file for what they
 * would keep: a container or namespace, and in it whose it is.
 */
@DisabledOnOs(OS.WINDOWS)
class ContainerStepTests {

	private static final String DOCKER = """
			#!/bin/sh
			kept=$(dirname "$0")/../kept
			echo "$*" >> "$kept.calls"
			[ ! -e "$kept.silent" ] || { echo 'Cannot connect to the Docker daemon' >&2; exit 1; }
			command="$1 $2"
			name=
			for word; do
				case "$before" in
					--name) name=$word ;;
					--label) label=${word#io.macula.machines=} ;;
				esac
				before=$word
			done
			case "$command" in
				'info '*) ;;
				'image inspect') exit 1 ;;
				'pull --quiet') printf 'Using default tag\\nError response from daemon: no route\\n' >&2; exit 1 ;;
				'run --detach')
					case "$*" in *bad:1) printf 'docker: Error: no such file\\nSee docker run --help\\n' >&2; exit 125 ;; esac
					mkdir "$kept.$name" && echo "$label" > "$kept.$name/label"
					;;
				'container inspect')
					[ -d "$kept.$before" ] || { echo "No such container: $before" >&2; exit 1; }
					case "$*" in *State*) state=' running' ;; esac
					echo "$(cat "$kept.$before/label")$state"
					;;
				'rm --force') rm -r "$kept.$before" ;;
				'stop '* | 'kill '* | 'logs '*) [ -d "$kept.$before" ] && echo "$1" ;;
				*) echo "unexpected: $*" >&2; exit 125 ;;
			esac
			""";

	private static final String K3S = """
			#!/bin/sh
			kept=$(dirname "$0")/../kept
			echo "$*" >> "$kept.calls"
			[ ! -e "$kept.silent" ] || { echo 'The connection to the server was refused' >&2; exit 1; }
			case "$*" in
				*'get --raw /readyz') ;;
				*'get namespace macula-provider --ignore-not-found --output name')
					[ ! -d "$kept.macula-provider" ] || echo namespace/macula-provider ;;
				*'get namespace macula-provider --ignore-not-found --output jsonpath={.metadata.annotations.macula'*)
					cat "$kept.macula-provider/label" 2> /dev/null || true ;;
				*'create --save-config --filename -')
					mkdir "$kept.macula-provider" && sed -n 's/.*machines: //p' > "$kept.macula-provider/label" ;;
				*'delete namespace macula-provider'*) rm -r "$kept.macula-provider" ;;
				*'get pods'*) [ -e "$kept.scaled" ] || echo 2026-01-01 ;;
				*scale*) : > "$kept.scaled" ;;
				*apply*) rm -f "$kept.scaled" ;;
				*--follow) echo 'its last words' ;;
				*'create secret'* | *'get deployment/macula-provider'* | *wait* | *logs* | *'delete pod'* | *'get all,events'*) echo "$*" ;;
				*) echo "unexpected: $*" >&2; exit 125 ;;
			esac
			""";

	@TempDir
	Path directory;

	private Path kept;

	private Path own;

	private String path = "";

	@BeforeEach
	void tools() throws IOException {
		Path tools = Files.createDirectories(this.directory.resolve("tools"));
		for (Map.Entry<String, String> tool : Map.of("docker", DOCKER, "k3s", K3S).entrySet()) {
			Path file = Files.writeString(tools.resolve(tool.getKey()), tool.getValue());
			Shell.run("chmod", "755", file.toString());
		}
		this.path = tools + ":" + System.getenv("PATH");
		this.kept = this.directory.resolve("kept.macula-provider");
		this.own = this.directory.resolve("own");
	}

	@ParameterizedTest
	@EnumSource(names = { "DOCKER", "K3S" })
	void whatItMadeIsTakenAway(Mode mode) throws IOException {
		deploy(mode);
		assertThat(this.kept.resolve("label")).hasContent(this.own.toString());
		assertThat(step(mode, "check")).contains("installed=").contains("running=yes").doesNotContain("elsewhere=");
		// As it is when it is started again.
		step(mode, "stop");
		step(mode, "start");
		step(mode, "shoot");
		assertThat(step(mode, "down")).isEmpty();
		assertThat(this.kept).doesNotExist();
		assertThat(this.own).doesNotExist();
	}

	@ParameterizedTest
	@EnumSource(names = { "DOCKER", "K3S" })
	void whatIsLeftWithoutItsDirectoryIsTakenAway(Mode mode) throws IOException {
		deploy(mode);
		Shell.run("rm", "-r", this.own.toString());
		assertThat(step(mode, "check")).contains("installed=").doesNotContain("elsewhere=");
		assertThat(step(mode, "down")).isEmpty();
		assertThat(this.kept).doesNotExist();
	}

	/** Made by hand, with the same name. */
	@ParameterizedTest
	@EnumSource(names = { "DOCKER", "K3S" })
	void whatSomebodyElseMadeStays(Mode mode) throws IOException {
		Files.writeString(Files.createDirectory(this.kept).resolve("label"), "\n");
		staysAsItIs(mode, "elsewhere=\n");
	}

	@ParameterizedTest
	@EnumSource(names = { "DOCKER", "K3S" })
	void whatIsOfAnotherDirectoryStays(Mode mode) throws IOException {
		Files.writeString(Files.createDirectory(this.kept).resolve("label"), "/srv/other\n");
		staysAsItIs(mode, "elsewhere=/srv/other\n");
	}

	private void staysAsItIs(Mode mode, String told) throws IOException {
		assertThat(step(mode, "check")).contains(told).doesNotContain("installed=", "running=");
		release(mode);
		assertThatIllegalStateException().isThrownBy(() -> step(mode, "start"))
			.withMessageContaining("macula-provider is not that of " + this.own);
		for (String name : List.of("logs", "life")) {
			assertThatIllegalStateException().as(name)
				.isThrownBy(() -> step(mode, name))
				.withMessageContaining("macula-provider is not that of " + this.own);
		}
		step(mode, "stop");
		step(mode, "shoot");
		step(mode, "remove");
		assertThat(step(mode, "down")).startsWith("stays=").contains("macula-provider");
		assertThat(this.own).doesNotExist();
		assertThat(this.kept).exists();
		assertThat(Files.readString(this.directory.resolve("kept.calls"))).doesNotContain("stop", "kill", "rm ",
				"scale", "delete", "apply", "logs");
	}

	/** It may be there and start again. */
	@ParameterizedTest
	@EnumSource(names = { "DOCKER", "K3S" })
	void whenNobodyAnswersThenNothingIsTakenAway(Mode mode) throws IOException {
		deploy(mode);
		Path silent = Files.createFile(this.directory.resolve("kept.silent"));
		assertThatIllegalStateException().isThrownBy(() -> step(mode, "down"))
			.withMessageContaining(mode.key() + " does not answer");
		assertThat(this.own.resolve("releases/1-a")).exists();
		Files.delete(silent);
		assertThat(step(mode, "down")).isEmpty();
		assertThat(this.kept).doesNotExist();
	}

	@Test
	void whatAPodSaidUntilItsEndIsKept() throws IOException {
		deploy(Mode.K3S);
		assertThat(step(Mode.K3S, "life")).contains("logs deployment/macula-provider");
		step(Mode.K3S, "stop");
		assertThat(step(Mode.K3S, "life")).isEqualTo("its last words\n");
		assertThat(step(Mode.K3S, "logs")).endsWith("its last words\n");
		assertThat(Files.getPosixFilePermissions(this.own.resolve("log"))).hasSize(3);
		assertThat(step(Mode.K3S, "down")).isEmpty();
		assertThat(this.own).doesNotExist();
	}

	@Test
	void aMachineWithoutDockerHasNothingToTakeAway() throws IOException {
		release(Mode.DOCKER);
		Path tools = this.directory.resolve("tools");
		Files.delete(tools.resolve("docker"));
		for (String tool : List.of("flock", "head", "rm", "rmdir")) {
			Shell.run("sh", "-c", "ln -s \"$(command -v " + tool + ")\" " + tools);
		}
		this.path = tools.toString();
		assertThat(step(Mode.DOCKER, "down")).isEmpty();
		assertThat(this.own).doesNotExist();
	}

	@Test
	void anImageThatIsNowhereIsNamedWithTheRemedy() {
		assertThatIllegalStateException().isThrownBy(() -> step(Mode.DOCKER, "image"))
			.withMessageContaining(
					"image app:1 is not there: name another one by --image, or send it by --image-archive;"
							+ " it cannot be fetched: Error response from daemon: no route");
	}

	@Test
	void aContainerThatCannotBeMadeTellsWhy() throws IOException {
		release(Mode.DOCKER);
		Files.writeString(this.own.resolve("current/image"), "bad:1\n");
		assertThatIllegalStateException().isThrownBy(() -> step(Mode.DOCKER, "start"))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains("no such file").doesNotContain("--help"));
	}

	private void deploy(Mode mode) throws IOException {
		release(mode);
		step(mode, "start");
	}

	private void release(Mode mode) throws IOException {
		Path release = Files.createDirectories(this.own.resolve("releases/1-a"));
		Files.writeString(this.own.resolve("mode"), mode.key() + "\n");
		Files.writeString(release.resolve("image"), "app:1\n");
		Files.writeString(release.resolve("macula-provider.yaml"),
				"kind: Namespace\nmetadata:\n  annotations:\n    macula.io/machines: " + this.own
						+ "\n---\nkind: Deployment\n");
		Shell.run("ln", "-sfn", "releases/1-a", this.own.resolve("current").toString());
	}

	private String step(Mode mode, String name) {
		Map<String, String> variables = new HashMap<>(
				Map.of("directory", this.own.toString(), "mode", mode.key(), "owner", "me", "patience", "0", "java",
						"java", "udp", "1", "http", "1", "stop_seconds", "1", "service", "macula-provider"));
		variables.put("seconds", "1");
		variables.put("image", "app:1");
		return Shell.feed("PATH=" + this.path + "\nexport PATH\n" + Step.of(mode, name, variables).script(), "sh",
				"-s");
	}

}
