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

import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * A registry of applications within the test: what is registered is copied, as it would
 * be by a server.
 */
final class TestRegistry implements ServiceRegistry<TestRegistry.Entry>, DiscoveryClient {

	/** Guarded by this, as everything. */
	private final Map<String, ServiceInstance> instances = new LinkedHashMap<>();

	private final Map<String, Integer> asked = new HashMap<>();

	private @Nullable RuntimeException failure;

	private @Nullable CountDownLatch silence;

	private @Nullable CountDownLatch hanging;

	synchronized void fail(@Nullable RuntimeException cause) {
		this.failure = cause;
	}

	/** Answer nobody until the latch is open, or the one who asks is interrupted. */
	synchronized void silence(@Nullable CountDownLatch latch) {
		this.silence = latch;
	}

	/** Whoever asks next gets no answer until the latch is open, interrupted or not. */
	synchronized void hang(CountDownLatch latch) {
		this.hanging = latch;
	}

	synchronized int asked(String application) {
		return this.asked.getOrDefault(application, 0);
	}

	synchronized void put(String application, String instanceId, Map<String, String> metadata) {
		this.instances.put(application + "/" + instanceId,
				new DefaultServiceInstance(instanceId, application, "10.0.0.1", 8080, false, new HashMap<>(metadata)));
	}

	synchronized void remove(String application, String instanceId) {
		this.instances.remove(application + "/" + instanceId);
	}

	synchronized Map<String, String> metadata(String application, String instanceId) {
		ServiceInstance found = this.instances.get(application + "/" + instanceId);
		Map<String, String> metadata = (found != null) ? found.getMetadata() : null;
		return (metadata != null) ? metadata : Map.of();
	}

	private void answer() {
		CountDownLatch latch;
		CountDownLatch deaf;
		synchronized (this) {
			latch = this.silence;
			deaf = this.hanging;
			this.hanging = null;
			if (this.failure != null) {
				throw this.failure;
			}
		}
		if (deaf != null) {
			await(deaf, true);
		}
		if (latch != null) {
			await(latch, false);
		}
	}

	/** Hang until the latch is open, or, unless deaf, until interrupted. */
	static void await(CountDownLatch latch, boolean deaf) {
		try {
			while (deaf && latch.getCount() > 0) {
				Thread.interrupted();
				LockSupport.parkNanos(1_000_000);
			}
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException("interrupted", ex);
		}
	}

	@Override
	public String description() {
		return "the registry of the test";
	}

	@Override
	public List<ServiceInstance> getInstances(String application) {
		answer();
		synchronized (this) {
			this.asked.merge(application, 1, Integer::sum);
			Collection<ServiceInstance> all = this.instances.values();
			return new ArrayList<>(all.stream().filter((each) -> each.getServiceId().equals(application)).toList());
		}
	}

	@Override
	public List<String> getServices() {
		answer();
		synchronized (this) {
			return this.instances.values().stream().map(ServiceInstance::getServiceId).distinct().toList();
		}
	}

	@Override
	public void register(Entry registration) {
		answer();
		put(registration.getServiceId(), registration.getInstanceId(), registration.getMetadata());
	}

	@Override
	public void deregister(Entry registration) {
		answer();
		remove(registration.getServiceId(), registration.getInstanceId());
	}

	@Override
	public void setStatus(Entry registration, String status) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> T getStatus(Entry registration) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
		// Nothing is open.
	}

	/** An application. */
	record Entry(String application, String instanceId, Map<String, String> metadata) implements Registration {

		Entry(String application, String instanceId) {
			this(application, instanceId, new HashMap<>());
		}

		@Override
		public String getInstanceId() {
			return this.instanceId;
		}

		@Override
		public String getServiceId() {
			return this.application;
		}

		@Override
		public String getHost() {
			return "10.0.0.1";
		}

		@Override
		public int getPort() {
			return 8080;
		}

		@Override
		public boolean isSecure() {
			return false;
		}

		@Override
		public URI getUri() {
			return ServiceInstance.createUri(this);
		}

		@Override
		public Map<String, String> getMetadata() {
			return this.metadata;
		}

	}

}
