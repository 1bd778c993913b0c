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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.node.NodeListener;
import io.macula.spring.event.ConnectionLost;
import io.macula.spring.event.ContractsDiffer;
import io.macula.spring.event.InstanceEjected;
import io.macula.spring.event.InstanceJoined;
import io.macula.spring.event.InstanceLeft;
import io.macula.spring.event.InstanceRestored;
import io.macula.spring.event.LeaseGranted;
import io.macula.spring.event.LeaseLost;
import io.macula.spring.event.NodeDrained;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Publishes what happens to the node as application events, from the node's thread for
 * that. Holds them back until the context is refreshed, as its listeners may not be there
 * before; once it is closed, nobody is left to be told.
 */
final class NodeEventPublisher implements NodeListener, ApplicationListener<ContextRefreshedEvent>, DisposableBean {

	private final ApplicationContext context;

	private final CountDownLatch refreshed = new CountDownLatch(1);

	private volatile boolean closed;

	NodeEventPublisher(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.refreshed.countDown();
		}
	}

	private void publish(Object event) {
		try {
			this.refreshed.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		if (!this.closed) {
			this.context.publishEvent(event);
		}
	}

	@Override
	public void instanceJoined(String client, ServiceName service, Instance instance) {
		publish(new InstanceJoined(client, service.value(), instance));
	}

	@Override
	public void instanceLeft(String client, ServiceName service, Instance instance) {
		publish(new InstanceLeft(client, service.value(), instance));
	}

	@Override
	public void instanceEjected(String client, ServiceName service, Instance instance, String reason,
			@Nullable Duration time) {
		publish(new InstanceEjected(client, service.value(), instance, reason, time));
	}

	@Override
	public void instanceRestored(String client, ServiceName service, Instance instance) {
		publish(new InstanceRestored(client, service.value(), instance));
	}

	@Override
	public void contractsDiffer(String client, ServiceName service, Map<String, List<String>> versions) {
		publish(new ContractsDiffer(client, service.value(), versions));
	}

	@Override
	public void leaseGranted(Set<ServiceName> services) {
		publish(new LeaseGranted(names(services)));
	}

	@Override
	public void leaseLost(Set<ServiceName> services) {
		publish(new LeaseLost(names(services)));
	}

	@Override
	public void connectionLost(Endpoint endpoint, Status reason) {
		publish(new ConnectionLost(endpoint, reason));
	}

	@Override
	public void drained(boolean complete) {
		publish(new NodeDrained(complete));
	}

	private static Set<String> names(Set<ServiceName> services) {
		return services.stream().map(ServiceName::value).collect(Collectors.toUnmodifiableSet());
	}

	@Override
	public void destroy() {
		this.closed = true;
		this.refreshed.countDown();
	}

}
