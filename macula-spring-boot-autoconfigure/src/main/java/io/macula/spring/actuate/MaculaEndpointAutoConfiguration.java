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

package io.macula.spring.actuate;

import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.macula.spring.autoconfigure.RuntimeSettings;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of {@link MaculaEndpoint}.
 */
@AutoConfiguration(after = MaculaAutoConfiguration.class)
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnAvailableEndpoint(MaculaEndpoint.class)
@ConditionalOnBean(RealmNode.class)
public final class MaculaEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MaculaEndpoint maculaEndpoint(RealmNode node, ObjectProvider<RuntimeSettings> settings) {
		return new MaculaEndpoint(node, settings.getIfAvailable());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(MaculaEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	MaculaEndpointWebExtension maculaEndpointWebExtension(MaculaEndpoint endpoint) {
		return new MaculaEndpointWebExtension(endpoint);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(MaculaEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.JMX)
	MaculaEndpointJmxExtension maculaEndpointJmxExtension(MaculaEndpoint endpoint) {
		return new MaculaEndpointJmxExtension(endpoint);
	}

}
