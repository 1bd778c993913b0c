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

import io.macula.directory.zookeeper.ZooKeeperConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Makes {@link ZooKeeperConnectionDetails} of a service of Docker Compose with an image
 * of ZooKeeper.
 */
class ZooKeeperDockerComposeConnectionDetailsFactory
		extends DockerComposeConnectionDetailsFactory<ZooKeeperConnectionDetails> {

	private static final String[] NAMES = { "zookeeper", "bitnami/zookeeper", "bitnamilegacy/zookeeper" };

	private static final int PORT = 2181;

	/** Where ZooKeeper usually has one for TLS. */
	private static final int TLS_PORT = 2281;

	ZooKeeperDockerComposeConnectionDetailsFactory() {
		super(NAMES, "org.apache.curator.framework.CuratorFramework");
	}

	@Override
	protected ZooKeeperConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new ZooKeeperDockerComposeConnectionDetails(source.getRunningService());
	}

	/**
	 * {@link ZooKeeperConnectionDetails} backed by a {@link RunningService}.
	 */
	static final class ZooKeeperDockerComposeConnectionDetails extends DockerComposeConnectionDetails
			implements ZooKeeperConnectionDetails {

		private final String connectString;

		private final @Nullable SslBundle bundle;

		ZooKeeperDockerComposeConnectionDetails(RunningService service) {
			super(service);
			this.bundle = getSslBundle(service);
			this.connectString = service.host() + ":" + service.ports().get((this.bundle != null) ? TLS_PORT : PORT);
		}

		@Override
		public String getConnectString() {
			return this.connectString;
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return this.bundle;
		}

	}

}
