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
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * With a command in place of kubectl that writes down how it was called.
 */
@DisabledOnOs(OS.WINDOWS)
class PodProvidersTests {

	private static final String BASE = """
			apiVersion: apps/v1
			kind: Deployment
			metadata: { name: calculator }
			spec:
			  selector: { matchLabels: { a: b } }
			  template:
			    metadata: { labels: { a: b } }
			    spec:
			      containers:
			        - { name: provider, image: "sample-provider:1", env: [] }
			""";

	@TempDir
	Path directory;

	private Path called;

	private Path state;

	private Path names;

	private PodProviders providers;

	@BeforeEach
	void fakeKubectl() throws IOException {
		this.called = this.directory.resolve("called");
		this.state = Files.writeString(this.directory.resolve("state"), "pod-1|True|10.1.0.7||\n");
		this.names = Files.writeString(this.directory.resolve("names"), "pod/pod-1\n");
		Path script = Files.writeString(this.directory.resolve("kubectl.sh"), """
				echo "$*" >> '%1$s'
				case "$*" in
					get*--output\\ name) cat '%2$s' ;;
					get*) cat '%3$s' ;;
					apply*) cat > '%4$s' ;;
					logs*) [ ! -f '%5$s' ] || { cat '%5$s' >&2; exit 1; }
						echo 'Started ProviderApplication in 2 seconds'; exec sleep 60 ;;
					exec*) exit 137 ;;
					wait*delete*) echo pod/pod-2 > '%2$s'; [ "$5" = --selector ] && : > '%2$s' ;;
				esac
				""".formatted(this.called, this.names, this.state, this.directory.resolve("applied"),
				this.directory.resolve("refused")));
		this.providers = new PodProviders(Kubectl.of(List.of("sh", script.toString())), new PodManifests(BASE, "", ""),
				new StartedProcesses(this.directory));
	}

	@AfterEach
	void close() {
		this.providers.close();
	}

	@Test
	void aStartedNodeHasTheAddressOfItsPodAndNoSeedsOfTheRunner() throws IOException {
		this.providers.start("node1", List.of("--macula.realm.seeds=10.0.0.1:9443", "--macula.realm.name=test"));
		assertThat(Files.readString(this.directory.resolve("applied")))
			.contains("name: calculator-node1", "--macula.realm.name=test")
			.doesNotContain("seeds");
		Files.writeString(this.state, "pod-1|True|10.1.0.7||\n");
		this.providers.awaitReady("node1");
		assertThat(this.providers.endpoint("node1")).isEqualTo("10.1.0.7:9443");
		assertThat(this.providers.log("node1")).contains("Started ProviderApplication");
	}

	@Test
	void whatCannotStartIsNotWaitedFor() throws IOException {
		Files.writeString(this.state, "pod-1|False||ErrImagePull|no such image\n");
		assertThatIllegalStateException().isThrownBy(() -> this.providers.awaitReady("node1"))
			.withMessage("Pod pod-1 says: ErrImagePull, no such image");
	}

	/** What ended is not the provider: its pod is ready. */
	@Test
	void whenItsLogMayNotBeReadThenTheMessageSaysSo() throws IOException {
		Files.writeString(this.directory.resolve("refused"),
				"Error from server (Forbidden): pods \"pod-1\" is forbidden: User \"me\" cannot get resource \"pods/log\"\n");
		this.providers.start("node1", List.of());
		assertThatIllegalStateException().isThrownBy(() -> this.providers.awaitReady("node1"))
			.withMessage(
					"The log of node1 cannot be followed (which needs the right to get pods/log): Error from server"
							+ " (Forbidden): pods \"pod-1\" is forbidden: User \"me\" cannot get resource \"pods/log\"");
	}

	@Test
	void aNodeThatIsStoppedStaysAway() throws IOException {
		this.providers.stop("node1");
		assertThat(waitedFor()).containsExactly("scale deployment calculator-node1 --replicas 0",
				"wait --for delete pods --selector multi-node.macula.io/node=node1 --timeout 20s");
	}

	@Test
	void aNodeThatIsKilledStaysAway() throws IOException {
		this.providers.kill("node2");
		assertThat(waitedFor()).hasSize(4)
			.satisfies((calls) -> assertThat(calls.get(0)).startsWith("exec deployment/calculator-node2 -- bash -c")
				.contains("kill -9"))
			.satisfies((calls) -> assertThat(calls.get(1)).isEqualTo("scale deployment calculator-node2 --replicas 0"))
			.satisfies((calls) -> assertThat(calls.get(2)).contains("delete pods", "node=node2", "--force"))
			.satisfies((calls) -> assertThat(calls.get(3)).startsWith("wait --for delete"));
	}

	@Test
	void aNodeIsRestartedByARolloutAndHasTheAddressOfItsNewPod() throws IOException {
		this.providers.start("node1", List.of());
		this.providers.awaitReady("node1");
		Files.writeString(this.state, "pod-2|True|10.1.0.8||\n");
		assertThat(this.providers.restart("node1", List.of())).contains("Started ProviderApplication");
		assertThat(waitedFor()).contains("rollout restart deployment calculator-node1",
				"wait --for delete pod/pod-1 --timeout 20s");
		assertThat(this.providers.endpoint("node1")).isEqualTo("10.1.0.8:9443");
		assertThat(this.providers.lastingSeeds()).containsExactly("calculator:9443");
	}

	/** What was done, without what was looked at. */
	private List<String> waitedFor() throws IOException {
		return Files.readAllLines(this.called).stream().filter((call) -> !call.startsWith("get")).toList();
	}

}
