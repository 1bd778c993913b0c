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

import java.time.Duration;

import com.netflix.discovery.EurekaClient;
import io.macula.log.DurationText;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.netflix.eureka.serviceregistry.EurekaRegistration;

/**
 * Eureka: its client answers from what it fetched last, whether or not there still is a
 * server, and tells its server of changed metadata in its own time.
 */
final class EurekaAdapter implements DiscoveryAdapter {

	private static final Duration SLACK = Duration.ofSeconds(5);

	private final ObjectProvider<EurekaClient> clients;

	EurekaAdapter(ObjectProvider<EurekaClient> clients) {
		this.clients = clients;
	}

	@Override
	public @Nullable String stale() {
		EurekaClient client = this.clients.getIfUnique();
		if (client == null || !(target(client) instanceof com.netflix.discovery.DiscoveryClient eureka)) {
			return null;
		}
		if (!client.getEurekaClientConfig().shouldFetchRegistry()) {
			return "eureka.client.fetch-registry is false, so that Eureka is not asked for instances";
		}
		long since = eureka.getLastSuccessfulRegistryFetchTimePeriod();
		if (since < 0) {
			return "Eureka has not answered yet: check eureka.client.service-url";
		}
		Duration silence = Duration.ofMillis(since);
		Duration interval = Duration.ofSeconds(client.getEurekaClientConfig().getRegistryFetchIntervalSeconds());
		return (silence.compareTo(interval.multipliedBy(2).plus(SLACK)) > 0)
				? "Eureka has not answered for " + DurationText.of(silence) + ": check eureka.client.service-url"
				: null;
	}

	/*
	 * In the scope of refresh the bean is a proxy, whose target may be another one later.
	 */
	private static @Nullable Object target(EurekaClient client) {
		if (!(client instanceof Advised advised)) {
			return client;
		}
		try {
			return advised.getTargetSource().getTarget();
		}
		catch (Exception ex) {
			throw new IllegalStateException("the client of Eureka cannot be made: " + ex.getMessage(), ex);
		}
	}

	@Override
	public @Nullable RegistrationWriter writer(Registration registration) {
		if (!(registration instanceof EurekaRegistration eureka)) {
			return null;
		}
		return (metadata, registered) -> {
			eureka.getMetadata().putAll(metadata);
			eureka.getApplicationInfoManager().registerAppMetadata(metadata);
		};
	}

}
