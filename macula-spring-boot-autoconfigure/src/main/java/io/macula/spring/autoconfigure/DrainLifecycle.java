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
import java.util.function.Supplier;

import io.macula.node.RealmNode;
import org.springframework.context.SmartLifecycle;

/**
 * Drains the serving part on shutdown, while the web server drains too; both come after
 * the withdrawal and may still call other services.
 */
final class DrainLifecycle implements SmartLifecycle {

	/** That of the graceful shutdown of Boot's web server. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

	private final RealmNode node;

	private final Supplier<Duration> grace;

	private volatile boolean running;

	DrainLifecycle(RealmNode node, Supplier<Duration> grace) {
		this.node = node;
		this.grace = grace;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.node.drainServer(this.grace.get()).onErrorComplete().doFinally((signal) -> callback.run()).subscribe();
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
