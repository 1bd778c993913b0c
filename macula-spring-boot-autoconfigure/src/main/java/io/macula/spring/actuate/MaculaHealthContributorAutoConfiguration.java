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
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health contributor {@code macula}, and of
 * {@code maculaProviders} where it is asked for.
 */
@AutoConfiguration(after = MaculaAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(RealmNode.class)
public final class MaculaHealthContributorAutoConfiguration {

	@Bean
	@ConditionalOnEnabledHealthIndicator("macula")
	@ConditionalOnMissingBean(name = { "maculaHealthIndicator", "maculaHealthContributor" })
	MaculaHealthIndicator maculaHealthContributor(RealmNode node) {
		return new MaculaHealthIndicator(node);
	}

	@Bean
	@ConditionalOnBooleanProperty("management.health.macula-providers.enabled")
	@ConditionalOnMissingBean(name = { "maculaProvidersHealthIndicator", "maculaProvidersHealthContributor" })
	ProvidersHealthIndicator maculaProvidersHealthContributor(RealmNode node) {
		return new ProvidersHealthIndicator(node);
	}

}
