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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;

/**
 * Passes on what Spring Cloud tells its application.
 */
final class DiscoveryEvents implements ApplicationListener<ApplicationEvent> {

	private final Set<SpringCloudEngine> engines = ConcurrentHashMap.newKeySet();

	/** Before there is an engine, too. */
	private volatile boolean registered;

	boolean registered() {
		return this.registered;
	}

	void add(SpringCloudEngine engine) {
		this.engines.add(engine);
		if (this.registered) {
			engine.registered();
		}
	}

	void remove(SpringCloudEngine engine) {
		this.engines.remove(engine);
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof HeartbeatEvent) {
			this.engines.forEach(SpringCloudEngine::refresh);
		}
		else if (event instanceof InstanceRegisteredEvent<?>) {
			this.registered = true;
			this.engines.forEach(SpringCloudEngine::registered);
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

}
