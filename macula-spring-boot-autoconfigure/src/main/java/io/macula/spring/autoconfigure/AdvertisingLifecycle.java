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
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Mono;

/**
 * Advertises the services while the application accepts traffic: from its being ready, or
 * ready again, until it refuses traffic, pauses or stops. Withdraws before anything else
 * stops. A context that starts again, or goes on after a pause, is as ready as it was.
 */
final class AdvertisingLifecycle
		implements SmartLifecycle, ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

	private final RealmNode node;

	private final boolean listening;

	private final ApplicationContext context;

	private boolean accepting;

	private boolean running;

	private boolean advertised;

	AdvertisingLifecycle(RealmNode node, boolean listening, ApplicationContext context) {
		this.node = node;
		this.listening = listening;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
		if (this.listening && event.getSource() == this.context) {
			changed(event.getState() == ReadinessState.ACCEPTING_TRAFFIC);
		}
	}

	private synchronized void changed(boolean accepts) {
		this.accepting = accepts;
		if (accepts) {
			advertise();
		}
		else {
			withdraw().subscribe();
		}
	}

	private void advertise() {
		if (this.running && this.accepting && !this.advertised) {
			this.advertised = true;
			this.node.advertise();
		}
	}

	private Mono<Void> withdraw() {
		if (!this.advertised) {
			return Mono.empty();
		}
		this.advertised = false;
		return this.node.withdraw();
	}

	@Override
	public synchronized void start() {
		this.running = true;
		advertise();
	}

	@Override
	public void stop(Runnable callback) {
		Mono<Void> withdrawn;
		synchronized (this) {
			this.running = false;
			withdrawn = withdraw();
		}
		withdrawn.onErrorComplete().doFinally((signal) -> callback.run()).subscribe();
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public synchronized boolean isRunning() {
		return this.running;
	}

	/** A paused application gets no calls, but may make some. */
	@Override
	public boolean isPauseable() {
		return true;
	}

}
