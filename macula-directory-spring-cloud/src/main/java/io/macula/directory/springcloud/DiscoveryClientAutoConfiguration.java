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

package io.macula.directory.springcloud;

import com.netflix.discovery.EurekaClient;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.spring.autoconfigure.ConditionalOnDirectoryType;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the directory in Spring Cloud.
 */
@AutoConfiguration(before = MaculaAutoConfiguration.class)
@ConditionalOnClass(DiscoveryClient.class)
@EnableConfigurationProperties(DiscoveryClientProperties.class)
public final class DiscoveryClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "maculaDiscoveryClientDirectory")
	DirectoryEngineFactory maculaDiscoveryClientDirectory(ObjectProvider<SpringCloudDirectory> directory) {
		return DirectoryEngineFactory.of(SpringCloudEngine.TYPE, (context) -> directory.getObject().create(context));
	}

	@Bean
	@ConditionalOnDirectoryType(SpringCloudEngine.TYPE)
	SpringCloudDirectory maculaSpringCloudDirectory(DiscoveryClientProperties properties, DiscoveryEvents events,
			ObjectProvider<DiscoveryClient> blocking, ObjectProvider<ReactiveDiscoveryClient> reactive,
			ObjectProvider<Registration> registrations, ObjectProvider<ServiceRegistry<Registration>> registries,
			ObjectProvider<DiscoveryAdapter> adapters) {
		return new SpringCloudDirectory(properties, events, new SpringCloudDirectory.Beans(blocking, reactive,
				registrations, registries, adapters.orderedStream().toList()));
	}

	@Bean
	@ConditionalOnDirectoryType(SpringCloudEngine.TYPE)
	DiscoveryEvents maculaDiscoveryEvents() {
		return new DiscoveryEvents();
	}

	/** What is special about Eureka. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ EurekaClient.class, EurekaRegistration.class })
	@ConditionalOnDirectoryType(SpringCloudEngine.TYPE)
	static class EurekaConfiguration {

		@Bean
		EurekaAdapter maculaEurekaAdapter(ObjectProvider<EurekaClient> clients) {
			return new EurekaAdapter(clients);
		}

	}

}
