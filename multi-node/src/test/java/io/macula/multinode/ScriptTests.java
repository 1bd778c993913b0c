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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code scripts/multi-node.sh} refuses, before it builds anything: in one line that
 * says what and how, and with 2.
 */
@DisabledOnOs(OS.WINDOWS)
class ScriptTests {

	private static final int CANNOT_RUN = 2;

	@TempDir
	Path tools;

	@Test
	void whenTheEnvironmentIsNotKnownThenTheOthersAreNamed() throws Exception {
		List<String> names = Environments.NAMES;
		int last = names.size() - 1;
		assertThat(refused("cloud")).isEqualTo("Environment 'cloud' is not known: expected "
				+ String.join(", ", names.subList(0, last)) + " or " + names.get(last));
	}

	@Test
	void whenAnArgumentIsNotKnownThenTheOthersAreNamed() throws Exception {
		assertThat(refused("local", "--onyl", "failover")).startsWith("Argument '--onyl' is not known: expected ");
	}

	@Test
	void whenAnArgumentHasNoValueThenItIsNamed() throws Exception {
		assertThat(refused("--only")).isEqualTo("--only needs a value");
		// Of a variable that expands to nothing: all scenarios are not meant.
		assertThat(refused("--only", "")).isEqualTo("--only needs a value");
		assertThat(refused("--directory=")).isEqualTo("--directory needs a value");
	}

	@Test
	void whenTheDirectoryIsNotKnownThenTheOthersAreNamed() throws Exception {
		assertThat(refused("--directory=consul")).startsWith("Directory 'consul' is not known: expected embedded, ");
	}

	@EnabledOnOs(OS.LINUX)
	@Test
	void whenNamespacesAreWantedByAnotherThanRootThenTheMessageSaysHow() throws Exception {
		tool("id", "echo 1000");
		assertThat(refused("netns")).isEqualTo("Cannot run: only root may make network namespaces: run it with sudo, or"
				+ " take the environment local");
	}

	@EnabledOnOs(OS.LINUX)
	@Test
	void whenTheMachineMakesNoNamespacesThenTheMessageSaysSo() throws Exception {
		tool("id", "echo 0");
		tool("ip", "exit 0");
		tool("iptables", "exit 0");
		tool("unshare", "exit 1");
		assertThat(refused("netns")).startsWith("Cannot run: this machine makes no network namespaces");
	}

	@Test
	void whenThereIsNoComposeThenTheMessageSaysSo() throws Exception {
		tool("docker", "exit 1");
		assertThat(refused("compose")).startsWith("Cannot run: 'docker compose' does not run: install Docker");
	}

	@Test
	void whenTheEngineDoesNotAnswerThenTheMessageSaysWhy() throws Exception {
		tool("docker", "[ \"$2\" = version ] || { echo 'permission denied'; exit 1; }");
		assertThat(refused("compose")).isEqualTo(
				"Cannot run: Docker does not answer: start it, or add yourself to" + " its group (permission denied)");
	}

	@Test
	void whenContainersOfAnEarlierRunAreThereThenTheyAreNotTouched() throws Exception {
		tool("docker", "[ \"$4\" != ps ] || echo 0123456789ab; case \"$*\" in *down*) touch down ;; esac");
		assertThat(refused("compose")).startsWith("Cannot run: containers of docker/compose.yaml are there already")
			.endsWith(": docker compose -f docker/compose.yaml down");
		assertThat(Path.of("..", "down")).doesNotExist();
	}

	@Test
	void whenNoClusterIsNamedThenTheMessageSaysHow() throws Exception {
		tool("kubectl", "exit 0");
		assertThat(refused("kubernetes"))
			.isEqualTo("Cannot run: no cluster is named: give the file of one by --kubeconfig FILE");
	}

	@Test
	void whenTheClusterDoesNotAnswerThenTheMessageSaysWhy() throws Exception {
		tool("kubectl", "echo 'connection refused' >&2; exit 1");
		assertThat(refused("kubernetes", "--kubeconfig", cluster().getFileName().toString()))
			.isEqualTo("Cannot run: the cluster of '" + cluster() + "' does not answer: connection refused");
	}

	@Test
	void whenTheKubeconfigIsNotThereThenTheMessageNamesIt() throws Exception {
		tool("kubectl", "exit 0");
		assertThat(refused("kubernetes", "--kubeconfig", "nowhere.yaml"))
			.isEqualTo("Cannot run: the kubeconfig '" + this.tools.resolve("nowhere.yaml")
					+ "' cannot be read: give the file of a cluster by --kubeconfig FILE");
	}

	@Test
	void whenTheUserMayNotCreateNamespacesThenTheMessageSaysSo() throws Exception {
		tool("kubectl", "[ \"$5\" != auth ] || { echo no; exit 1; }");
		assertThat(refused("kubernetes", "--kubeconfig", cluster().getFileName().toString()))
			.startsWith("Cannot run: the user of '" + cluster() + "' may not create namespaces");
	}

	/** It would be left behind. */
	@Test
	void whenTheUserMayCreateNamespacesAndNotDeleteThemThenNoneIsMade() throws Exception {
		tool("kubectl", "case \"$*\" in *can-i\\ delete*) echo no; exit 1 ;; *can-i*) echo yes ;; esac");
		assertThat(refused("kubernetes", "--kubeconfig", cluster().getFileName().toString()))
			.startsWith("Cannot run: the user of '" + cluster() + "' may not delete namespaces");
	}

	@Test
	void whenTheNamespaceOfAnEarlierRunIsThereThenItIsNotTouched() throws Exception {
		tool("kubectl", """
				case "$*" in
					*can-i*) echo yes ;;
					*get\\ namespaces*) echo namespace/macula-multi-node-1; echo namespace/macula-multi-node-2 ;;
				esac""");
		assertThat(refused("kubernetes", "--kubeconfig", cluster().getFileName().toString()))
			.startsWith("Cannot run: the cluster has a namespace of another run")
			.endsWith(": kubectl --kubeconfig " + cluster()
					+ " delete namespace macula-multi-node-1 macula-multi-node-2");
	}

	@Test
	void whatOneEnvironmentKnowsIsRefusedByTheOthers() throws Exception {
		assertThat(refused("local", "--clients", "container"))
			.startsWith("--clients is known to the environment compose");
		assertThat(refused("compose", "--tag=1"))
			.startsWith("--registry and --tag are known to the environment kubernetes");
		assertThat(refused("local", "--registry=x/")).startsWith("--registry and --tag are known to");
		assertThat(refused("local", "--hosts=lab")).startsWith("--hosts is known to the environment machines");
		assertThat(refused("netns", "--kubeconfig=k")).startsWith("--kubeconfig is known to the environment and the");
		assertThat(refused("results", "--keep")).startsWith("Argument '--keep' is not known to 'results'");
	}

	/** A file where the script is called. */
	private Path cluster() throws IOException {
		Path cluster = this.tools.resolve("cluster.yaml");
		Files.writeString(cluster, "");
		return cluster;
	}

	private void tool(String name, String script) throws IOException {
		Path tool = Files.writeString(this.tools.resolve(name), "#!/bin/sh\n" + script + "\n");
		Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwx------"));
	}

	private String refused(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of("sh", Path.of("../scripts/multi-node.sh").toRealPath().toString()));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).directory(this.tools.toFile()).redirectErrorStream(true);
		builder.environment().merge("PATH", this.tools.toString(), (path, first) -> first + ":" + path);
		Process process = builder.start();
		try {
			String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).as(said).isEqualTo(CANNOT_RUN);
			assertThat(said.lines()).hasSize(1);
			return said.strip();
		}
		finally {
			process.destroyForcibly();
		}
	}

}
