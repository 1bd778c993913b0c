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

	private PodProviders providers;

	@BeforeEach
	void fakeKubectl() throws IOException {
		this.called = this.directory.resolve("called");
		this.state = Files.writeString(this.directory.resolve("state"), "pod-1|True|10.1.0.7||\n");
		Path script = Files.writeString(this.directory.resolve("kubectl.sh"), """
				echo "$*" >> '%s'
				case "$1" in
					get) cat '%s' ;;
					apply) cat > '%s' ;;
					logs) echo 'Started ProviderApplication in 2 seconds'; exec sleep 60 ;;
					exec) exit 137 ;;
				esac
				""".formatted(this.called, this.state, this.directory.resolve("applied")));
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
			.withMessage("pod pod-1: ErrImagePull no such image");
	}

	@Test
	void aNodeThatIsStoppedOrKilledStaysAway() throws IOException {
		this.providers.stop("node1");
		this.providers.kill("node2");
		assertThat(Files.readAllLines(this.called)).hasSize(6)
			.satisfies((calls) -> assertThat(calls.get(0)).isEqualTo("scale deployment calculator-node1 --replicas 0"))
			.satisfies((calls) -> assertThat(calls.get(1))
				.isEqualTo("wait --for delete pods --selector multi-node.macula.io/node=node1 --timeout 120s"))
			.satisfies((calls) -> assertThat(calls.get(2)).startsWith("exec deployment/calculator-node2 -- bash -c")
				.contains("kill -9"))
			.satisfies((calls) -> assertThat(calls.get(3)).isEqualTo("scale deployment calculator-node2 --replicas 0"))
			.satisfies((calls) -> assertThat(calls.get(4)).contains("delete pods", "node=node2", "--force"))
			.satisfies((calls) -> assertThat(calls.get(5)).startsWith("wait --for delete"));
	}

}
