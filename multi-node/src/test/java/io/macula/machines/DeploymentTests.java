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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.macula.harness.Arguments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class DeploymentTests {

	private static final String HOSTS = """
			desk desk.lab deploy 22 client
			a a.lab root 22 provider
			b b.lab root 22 provider udp=9444
			c c.lab root 22 provider
			""";

	private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

	@TempDir
	Path directory;

	@Test
	void whoeverIsGoneRunsAgainInTheEndAndNothingIsLeft() throws IOException {
		Deployment deployment = opened();
		deployment.kill("a");
		deployment.stop("b");
		deployment.start("b");
		this.printed.reset();
		deployment.close();
		assertThat(steps().subList(0, 4)).containsExactly("a: start", "a: ready", "desk: collect_client",
				"desk: end_client");
		assertThat(steps().subList(4, 7)).containsExactlyInAnyOrder("a: end", "b: end", "c: end");
		this.printed.reset();
		deployment.close();
		assertThat(steps()).isEmpty();
	}

	@Test
	void whatRunsIsNotStarted() throws IOException {
		Deployment deployment = opened();
		assertThat(deployment.nodes()).containsExactly("a", "b", "c");
		assertThat(deployment.endpoint("b")).isEqualTo("b.lab:9444");
		this.printed.reset();
		deployment.start("a");
		deployment.awaitReady("a");
		assertThat(steps()).containsExactly("a: ready");
	}

	@Test
	void nobodyElseChangesTheMachinesMeanwhile() throws IOException {
		opened();
		assertThat(steps()).contains("a: begin", "b: begin", "c: begin", "desk: client", "desk: put")
			.doesNotContain("desk: begin");
	}

	@Test
	void theClientGetsItsArgumentsInQuotes() throws IOException {
		List<String> command = opened().client(List.of("scenarios", "--only=it's"));
		assertThat(command).startsWith("ssh").contains("desk.lab");
		assertThat(command.get(command.size() - 1)).contains("run_client scenarios ").contains("it");
	}

	@Test
	void thereMustBeThreeProvidersAndAClient() {
		assertThatExceptionOfType(CannotDeployException.class)
			.isThrownBy(() -> deployment(HOSTS.replaceFirst("c c[^\n]*\n", "")))
			.withMessageContaining("need three providers, and the hosts file has 2");
		assertThatExceptionOfType(CannotDeployException.class)
			.isThrownBy(() -> deployment(HOSTS.replace("client", "provider udp=9999")))
			.withMessageContaining("has no machine with role client");
	}

	private Deployment opened() throws IOException {
		Deployment deployment = deployment(HOSTS);
		deployment.open(Files.writeString(this.directory.resolve("runner.jar"), "jar"));
		return deployment;
	}

	private Deployment deployment(String text) throws IOException {
		Path hosts = Files.writeString(this.directory.resolve("hosts"), text);
		PrintStream out = new PrintStream(this.printed, true, StandardCharsets.UTF_8);
		return new Deployment(new Machines(Arguments.parse("--hosts=" + hosts), Map.of(), true, true, out),
				this.directory);
	}

	/** What would be done, in order. */
	private List<String> steps() {
		return this.printed.toString(StandardCharsets.UTF_8)
			.lines()
			.filter((line) -> line.startsWith("# "))
			.map((line) -> line.substring(2))
			.toList();
	}

}
