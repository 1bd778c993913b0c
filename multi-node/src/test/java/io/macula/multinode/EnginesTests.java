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
import java.util.Map;

import io.macula.harness.Arguments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class EnginesTests {

	private static final Map<String, String> ENDPOINTS = Map.of("node1", "127.0.0.1:9001");

	private static final List<String> SEEDS = List.of("127.0.0.1:9001");

	@TempDir
	Path directory;

	@Test
	void whenTheTypeIsNotKnownThenTheMessageNamesTheOthers() {
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(() -> engine("consul"))
			.withMessage(
					"Directory 'consul' is not known: expected one of embedded, static, kubernetes, dns, zookeeper,"
							+ " etcd, discovery-client");
	}

	@Test
	void whenThereIsNoApiServerThenTheMessageSaysHowToGiveOne() {
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(() -> engine("kubernetes"))
			.withMessageContaining("--kubeconfig FILE");
		assertThatExceptionOfType(CannotRunException.class)
			.isThrownBy(() -> engine("kubernetes", "--kubeconfig=/no/such/file").start())
			.withMessageContaining("'/no/such/file' cannot be read");
	}

	@Test
	void instancesThatStandInTheSettingsHaveTheIdsOfTheirNodes() {
		assertThat(engine("static").settings(ENDPOINTS, SEEDS)).containsExactly(
				"--macula.directory.static.services.test.calculator[0].node-id=node1",
				"--macula.directory.static.services.test.calculator[0].endpoint=127.0.0.1:9001");
		assertThat(engine("discovery-client").settings(ENDPOINTS, SEEDS)).contains(
				"--spring.cloud.discovery.client.simple.instances.calculator[0].metadata.macula-port=9001",
				"--spring.cloud.discovery.client.simple.instances.calculator[0].metadata.macula-node-id=node1");
	}

	@Test
	void aServerThatEndsAtOnceIsToldWithItsLastLine() {
		StartedProcesses processes = new StartedProcesses(this.directory);
		Engine engine = Engines.of("zookeeper", Arguments.parse("--server-jars=/no/such.jar"), processes, "127.0.0.1");
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(engine::start)
			.withMessageContaining("zookeeper ended while it started")
			.withMessageContaining("ClassNotFoundException: org.apache.zookeeper.server.ZooKeeperServerMain");
		assertThat(this.directory.resolve("pids")).satisfies((pids) -> assertThat(Files.readAllLines(pids)).hasSize(1));
	}

	private Engine engine(String type, String... arguments) {
		return Engines.of(type, Arguments.parse(arguments), new StartedProcesses(this.directory), "127.0.0.1");
	}

}
