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

import io.github.resilience4j.micrometer.tagged.TaggedRetryMetrics;
import io.github.resilience4j.retry.RetryRegistry;
import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.MaculaAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the node's meters.
 */
@AutoConfiguration(after = MaculaAutoConfiguration.class,
		afterName = {
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ RealmNode.class, MeterRegistry.class })
public final class MaculaMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	NodeMetrics maculaNodeMetrics(RealmNode node) {
		return new NodeMetrics(node, System::nanoTime);
	}

	/** Only where resilience4j-micrometer is there. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(TaggedRetryMetrics.class)
	static class RetryMetricsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		@ConditionalOnBean(RetryRegistry.class)
		TaggedRetryMetrics maculaRetryMetrics(RetryRegistry retries) {
			return TaggedRetryMetrics.ofRetryRegistry(retries);
		}

	}

}
