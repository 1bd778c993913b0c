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

package io.macula.directory.etcd.docker.compose;

import java.util.List;

import io.macula.directory.etcd.EtcdConnectionDetails;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Makes {@link EtcdConnectionDetails} of a service of Docker Compose with an image of
 * etcd.
 */
class EtcdDockerComposeConnectionDetailsFactory extends DockerComposeConnectionDetailsFactory<EtcdConnectionDetails> {

	private static final String[] NAMES = { "etcd", "coreos/etcd", "etcd-development/etcd", "bitnami/etcd" };

	private static final int PORT = 2379;

	EtcdDockerComposeConnectionDetailsFactory() {
		super(NAMES, "io.etcd.jetcd.Client");
	}

	@Override
	protected EtcdConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new EtcdDockerComposeConnectionDetails(source.getRunningService());
	}

	/**
	 * {@link EtcdConnectionDetails} backed by a {@link RunningService}.
	 */
	static final class EtcdDockerComposeConnectionDetails extends DockerComposeConnectionDetails
			implements EtcdConnectionDetails {

		private final List<String> endpoints;

		private final @Nullable SslBundle bundle;

		EtcdDockerComposeConnectionDetails(RunningService service) {
			super(service);
			this.bundle = getSslBundle(service);
			this.endpoints = List.of(((this.bundle != null) ? "https" : "http") + "://" + service.host() + ":"
					+ service.ports().get(PORT));
		}

		@Override
		public List<String> getEndpoints() {
			return this.endpoints;
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return this.bundle;
		}

	}

}
