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

package io.macula.directory.etcd.testcontainers;

import io.macula.directory.etcd.EtcdConnectionDetails;
import io.macula.directory.etcd.EtcdDirectoryAutoConfiguration;
import io.macula.directory.tck.StillContainer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.testcontainers.context.ImportTestcontainers;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.testcontainers.service.connection.ServiceConnectionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EtcdContainerConnectionDetailsFactory}, with a container that is not
 * run: there need not be a Docker.
 */
class EtcdContainerConnectionDetailsFactoryTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ServiceConnectionAutoConfiguration.class, EtcdDirectoryAutoConfiguration.class))
		.withPropertyValues("macula.directory.type=etcd", "macula.directory.etcd.endpoints=http://unused:1");

	@Test
	void aContainerOfAnImageOfEtcdGoesBeforeTheSettings() {
		this.runner.withUserConfiguration(ImageOfEtcd.class)
			.run((context) -> assertThat(context.getBean(EtcdConnectionDetails.class).getEndpoints())
				.containsExactly("http://docker.example:32379"));
	}

	@Test
	void anyContainerCanHaveTheName() {
		this.runner.withUserConfiguration(OtherImage.class)
			.run((context) -> assertThat(context.getBean(EtcdConnectionDetails.class).getEndpoints())
				.containsExactly("http://docker.example:32379"));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportTestcontainers
	static class ImageOfEtcd {

		@ServiceConnection
		static StillContainer etcd = new StillContainer("quay.io/coreos/etcd:v3.5.17");

	}

	@Configuration(proxyBeanMethods = false)
	static class OtherImage {

		@Bean
		@ServiceConnection("etcd")
		StillContainer etcdContainer() {
			return new StillContainer("company.example/store:1");
		}

	}

}
