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

import io.macula.node.RealmNode;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Starts a node that only calls before, and stops any node after, all other lifecycle
 * beans, which may call. Where the context closes, or fails to start, beans may call
 * until they are destroyed: then the destruction of the node's bean closes it.
 */
final class ClientLifecycle implements SmartLifecycle, ApplicationListener<ContextRefreshedEvent> {

	static final int PHASE = Integer.MIN_VALUE;

	private final RealmNode node;

	private final boolean listening;

	private final ConfigurableApplicationContext context;

	private volatile boolean refreshed;

	private volatile boolean running;

	ClientLifecycle(RealmNode node, boolean listening, ConfigurableApplicationContext context) {
		this.node = node;
		this.listening = listening;
		this.context = context;
	}

	@Override
	public void start() {
		if (!this.listening) {
			this.node.start();
		}
		this.running = true;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.refreshed = true;
		}
	}

	@Override
	public void stop() {
		this.running = false;
		if (this.refreshed && !this.context.isClosed()) {
			this.node.stop();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** Web requests go on while a context pauses, and call. */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
