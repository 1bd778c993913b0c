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

import io.macula.directory.etcd.docker.compose.EtcdDockerComposeConnectionDetailsFactory.EtcdDockerComposeConnectionDetails;
import io.macula.directory.tck.StillService;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EtcdDockerComposeConnectionDetailsFactory}, with a service that is not
 * run.
 */
class EtcdDockerComposeConnectionDetailsFactoryTests {

	@Test
	void theServiceIsReachedAtItsPublishedPort() {
		EtcdDockerComposeConnectionDetails details = new EtcdDockerComposeConnectionDetails(
				new StillService("etcd", "quay.io/coreos/etcd:v3.5.17", 2379));
		assertThat(details.getEndpoints()).containsExactly("http://docker.example:32379");
		assertThat(details.getSslBundle()).isNull();
		assertThat(details.getUsername()).isNull();
	}

}
