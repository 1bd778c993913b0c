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

package io.macula.client;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.pool.Timer;
import io.macula.selection.LoadBalancer;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;

/**
 * Calls that wait because no instance of their service is known: client and provider may
 * start in any order. Safe for all threads; whoever removes a call from the set tells it
 * how its wait ended, so that it is told once.
 */
final class WaitingCalls {

	/** How long a call waits for an instance. */
	private static final long PATIENCE_NANOS = 3_000_000_000L;

	private static final FaultLog log = new FaultLog(LoggerFactory.getLogger(WaitingCalls.class));

	private final Set<CallPipeline> waiting = ConcurrentHashMap.newKeySet();

	private final LoadBalancer balancer;

	private final Timer timer;

	private final Supplier<Status> reason;

	private volatile boolean closed;

	/**
	 * Nobody waits yet.
	 * @param balancer knows the instances
	 * @param timer ends the waits
	 * @param reason why there is no instance
	 */
	WaitingCalls(LoadBalancer balancer, Timer timer, Supplier<Status> reason) {
		this.balancer = balancer;
		this.timer = timer;
		this.reason = reason;
	}

	/** Wait for an instance, at most so long. */
	void add(CallPipeline call, long atMostNanos) {
		long patience = Math.max(0, Math.min(atMostNanos, PATIENCE_NANOS));
		Disposable limit = this.timer.schedule(() -> expired(call), Duration.ofNanos(patience));
		// Before anybody can find the call here and give it another timer.
		call.hold(limit);
		this.waiting.add(call);
		// An instance, or the end of the client, may have come since the caller's look.
		if (this.closed) {
			close();
		}
		else if (!this.balancer.trackers().isEmpty() && this.waiting.remove(call)) {
			call.instancesKnown();
		}
	}

	/** The call is over. */
	void remove(CallPipeline call) {
		this.waiting.remove(call);
	}

	/** The directory knows instances. */
	void instancesKnown() {
		for (CallPipeline call : List.copyOf(this.waiting)) {
			if (this.waiting.remove(call)) {
				guarded(call, call::instancesKnown);
			}
		}
	}

	/** No instance will come; whoever waits, now or later, is told so. */
	void close() {
		this.closed = true;
		for (CallPipeline call : List.copyOf(this.waiting)) {
			if (this.waiting.remove(call)) {
				guarded(call, () -> call.noInstances(Status.notProcessed(Code.UNAVAILABLE,
						"the client of service '" + call.service() + "' was closed before a provider was known")));
			}
		}
	}

	/** What one call leads to must not keep the others waiting. */
	private static void guarded(CallPipeline call, Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			log.warn("A call of service " + call.service() + " that waited for an instance could not go on", ex);
		}
	}

	private void expired(CallPipeline call) {
		if (this.waiting.remove(call)) {
			call.noInstances(this.reason.get());
		}
	}

}
