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

import io.macula.contract.Hedge;
import io.macula.log.DurationText;
import io.macula.selection.InstanceTracker;
import io.macula.selection.LatencyWindow;
import io.macula.selection.LoadBalancer;
import org.jspecify.annotations.Nullable;

/**
 * How long the unary attempts of one client service may take, and when one is hedged:
 * fixed by its settings, or learned from the recent latencies of instance and method.
 * Safe for all threads.
 */
final class AttemptTimes {

	/** A percentile of fewer calls says nothing. */
	private static final int HEDGE_AFTER_CALLS = 20;

	private final @Nullable Duration fixed;

	private final int maxAttempts;

	private final LoadBalancer balancer;

	AttemptTimes(ServiceSettings settings, LoadBalancer balancer) {
		this.fixed = settings.attemptTimeout();
		this.maxAttempts = settings.failover().maxAttempts();
		this.balancer = balancer;
	}

	private @Nullable Duration fixed(Procedure procedure) {
		MethodRules own = procedure.rules();
		return (own != null) ? own.attemptTimeout() : this.fixed;
	}

	/** Whether the bound of an attempt is set, and not learned. */
	boolean isFixed(Procedure procedure) {
		return fixed(procedure) != null;
	}

	/** The bound of an attempt, for people. */
	String bound(Procedure procedure) {
		Duration set = fixed(procedure);
		return (set != null) ? "the attempt-timeout of " + DurationText.of(set)
				: "the time that was learned for an attempt";
	}

	/**
	 * Bound of an attempt. A learned bound makes sense only where another attempt may
	 * follow: a call that must not be repeated gets all the time that is left.
	 */
	long timeoutNanos(InstanceTracker tracker, Procedure procedure, long remainingNanos, int attempt) {
		Duration set = fixed(procedure);
		if (set != null) {
			return Math.min(set.toNanos(), remainingNanos);
		}
		MethodRules own = procedure.rules();
		int most = (own != null) ? own.retries().mostAttempts() : this.maxAttempts;
		if (!procedure.idempotent() || most == 1) {
			return remainingNanos;
		}
		return this.balancer.attemptTimeoutNanos(tracker, procedure.latency(), remainingNanos,
				Math.max(1, most - attempt + 1));
	}

	/** How long to wait for the second attempt; negative while too little is known. */
	long hedgeDelayNanos(Hedge hedge, LatencyWindow method) {
		Duration delay = hedge.delay();
		if (delay != null) {
			return delay.toNanos();
		}
		return (method.count() < HEDGE_AFTER_CALLS) ? -1 : method.quantileNanos(hedge.percentile() / 100);
	}

}
