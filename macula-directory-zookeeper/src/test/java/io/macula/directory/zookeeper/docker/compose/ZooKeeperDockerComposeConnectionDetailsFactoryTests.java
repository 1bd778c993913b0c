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

package io.macula.directory.zookeeper.docker.compose;

import java.util.List;
import java.util.Map;

import io.macula.directory.zookeeper.docker.compose.ZooKeeperDockerComposeConnectionDetailsFactory.ZooKeeperDockerComposeConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ZooKeeperDockerComposeConnectionDetailsFactory}, with a service that is
 * not run.
 */
class ZooKeeperDockerComposeConnectionDetailsFactoryTests {

	@Test
	void theServiceIsReachedAtItsPublishedPort() {
		ZooKeeperDockerComposeConnectionDetails details = new ZooKeeperDockerComposeConnectionDetails(
				new StillService());
		assertThat(details.getConnectString()).isEqualTo("docker.example:32181");
		assertThat(details.getSslBundle()).isNull();
		assertThat(details.getUsername()).isNull();
	}

	/** Says that it runs. */
	private static final class StillService implements RunningService {

		@Override
		public String name() {
			return "zookeeper";
		}

		@Override
		public ImageReference image() {
			return ImageReference.of("zookeeper:3.9");
		}

		@Override
		public String host() {
			return "docker.example";
		}

		@Override
		public ConnectionPorts ports() {
			return new ConnectionPorts() {

				@Override
				public int get(int containerPort) {
					return 30_000 + containerPort;
				}

				@Override
				public List<Integer> getAll() {
					return List.of(32_181);
				}

				@Override
				public List<Integer> getAll(@Nullable String protocol) {
					return getAll();
				}

			};
		}

		@Override
		public Map<String, @Nullable String> env() {
			return Map.of();
		}

		@Override
		public Map<String, String> labels() {
			return Map.of();
		}

	}

}
