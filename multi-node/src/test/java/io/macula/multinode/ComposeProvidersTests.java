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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * With a command in place of compose that writes down how it was called.
 */
@DisabledOnOs(OS.WINDOWS)
class ComposeProvidersTests {

	@TempDir
	Path directory;

	private Path called;

	private Path log;

	private ComposeProviders providers;

	@BeforeEach
	void fakeCompose() throws IOException {
		this.called = this.directory.resolve("called");
		this.log = this.directory.resolve("log");
		Files.writeString(this.log, "");
		Path script = Files.writeString(this.directory.resolve("compose.sh"), """
				echo "$*" >> '%s'
				case "$3" in
					up) echo 'Started ProviderApplication in 2 seconds' >> '%2$s' ;;
					logs) cat '%2$s' ;;
					kill) echo 'no such container'; exit 1 ;;
				esac
				""".formatted(this.called, this.log));
		this.providers = new ComposeProviders("sh " + script + " -f docker/compose.yaml");
	}

	@Test
	void whenAProviderIsStartedThenItIsReadyOnceItsLogSaysSoAnew() throws IOException {
		this.providers.start("node1", List.of());
		this.providers.awaitReady("node1");
		this.providers.start("node1", List.of());
		this.providers.awaitReady("node1");
		assertThat(Files.readAllLines(this.called)).containsExactly("-f docker/compose.yaml logs --no-color node1",
				"-f docker/compose.yaml up -d --no-deps node1", "-f docker/compose.yaml logs --no-color node1",
				"-f docker/compose.yaml logs --no-color node1", "-f docker/compose.yaml up -d --no-deps node1",
				"-f docker/compose.yaml logs --no-color node1");
	}

	@Test
	void whenTheProvidersAreClosedThenTheContainersAreRemoved() throws IOException {
		this.providers.stop("node2");
		this.providers.close();
		assertThat(Files.readAllLines(this.called)).containsExactly("-f docker/compose.yaml stop node2",
				"-f docker/compose.yaml down");
	}

	@Test
	void whenComposeFailsThenTheExceptionHasItsCommandAndOutput() {
		assertThatIllegalStateException().isThrownBy(() -> this.providers.kill("node1"))
			.withMessageContaining("kill -s SIGKILL node1")
			.withMessageContaining("no such container");
	}

	@Test
	void endpointsAreThoseOfTheComposeFile() throws IOException {
		Map<String, Map<String, Map<String, Object>>> compose;
		try (InputStream file = Files.newInputStream(Path.of("..", "docker", "compose.yaml"))) {
			compose = new Yaml().load(file);
		}
		assertThat(this.providers.nodes()).containsExactly("node1", "node2", "node3");
		for (String node : this.providers.nodes()) {
			Map<String, Object> service = compose.get("services").get(node);
			String port = ((Map<?, ?>) service.get("environment")).get("MACULA_PROVIDER_PORT").toString();
			Map<?, ?> realm = (Map<?, ?>) ((Map<?, ?>) service.get("networks")).get("realm");
			assertThat(this.providers.endpoint(node)).isEqualTo(realm.get("ipv4_address") + ":" + port);
		}
	}

}
