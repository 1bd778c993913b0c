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
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.pool.Timer;
import io.macula.selection.LoadBalancer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/**
 * Calls of one client service that wait for something else than an answer: for a first
 * instance (client and provider may start in any order), for the end of their back-off,
 * for a connection. Safe for all threads; whoever removes a call tells it how its wait
 * ended, so that it is told once.
 * <p>
 * OPEN to ENDED by {@link #end}, never back: then all of them end at once, and whoever
 * comes later does so too.
 */
final class WaitingCalls {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(WaitingCalls.class));

	private static final Timer NO_TIMER = (action, delay) -> {
		throw new RejectedExecutionException("there is no timer without a started node");
	};

	private final Held<CallPipeline> waiting = new Held<>();

	private final Held<CallPipeline> pausing = new Held<>();

	private final Held<PendingAttempt> connecting = new Held<>();

	private final LoadBalancer balancer;

	private final Timer timer;

	private final Supplier<@Nullable Status> futile;

	private final Supplier<Status> reason;

	private volatile @Nullable Status end;

	/**
	 * Nobody waits yet.
	 * @param balancer knows the instances
	 * @param timer ends the waits
	 * @param futile why nobody waits for one at present, or gives {@code null}
	 * @param reason why there is no instance
	 */
	WaitingCalls(LoadBalancer balancer, Timer timer, Supplier<@Nullable Status> futile, Supplier<Status> reason) {
		this.balancer = balancer;
		this.timer = timer;
		this.futile = futile;
		this.reason = reason;
	}

	/**
	 * Nobody will ever wait.
	 * @param balancer has no instances
	 * @param end what everybody is told
	 */
	static WaitingCalls ended(LoadBalancer balancer, Status end) {
		WaitingCalls none = new WaitingCalls(balancer, NO_TIMER, () -> end, () -> end);
		none.end = end;
		return none;
	}

	/** Wait for an instance, at most so long. */
	void add(CallPipeline call, long atMostNanos) {
		Status over = hopeless();
		if (over != null || atMostNanos <= 0) {
			call.noInstances((over != null) ? over : this.reason.get());
			return;
		}
		Disposable limit = this.timer.schedule(() -> expired(call), Duration.ofNanos(atMostNanos));
		// Before anybody can find the call here and give it another timer.
		call.hold(limit);
		this.waiting.add(call);
		// An instance, or the end, may have come since the caller's look.
		Status late = hopeless();
		if (late != null) {
			if (this.waiting.remove(call)) {
				call.noInstances(late);
			}
		}
		else if (!this.balancer.trackers().isEmpty() && this.waiting.remove(call)) {
			call.instancesKnown();
		}
	}

	/** Why nobody waits for an instance now, or {@code null}. */
	private @Nullable Status hopeless() {
		Status over = this.end;
		return (over != null) ? over : this.futile.get();
	}

	/** The directory knows no instance: to wait for one may have become futile. */
	void instancesGone() {
		Status over = this.futile.get();
		if (over != null) {
			tell(this.waiting, over);
		}
	}

	private void expired(CallPipeline call) {
		if (this.waiting.remove(call)) {
			call.noInstances(this.reason.get());
		}
	}

	/** Wait so long before the next attempt. */
	void pause(CallPipeline call, long nanos) {
		this.pausing.add(call);
		call.hold(this.timer.schedule(() -> paused(call), Duration.ofNanos(nanos)));
		Status over = this.end;
		if (over != null && this.pausing.remove(call)) {
			call.noInstances(over);
		}
	}

	private void paused(CallPipeline call) {
		if (this.pausing.remove(call)) {
			call.pauseOver();
		}
	}

	/** An attempt waits for its connection; the pool ends that, or the end does. */
	void add(PendingAttempt attempt) {
		this.connecting.add(attempt);
		Status over = this.end;
		if (over != null && this.connecting.remove(attempt)) {
			attempt.drop(over);
		}
	}

	/** The wait for the connection is over. */
	void remove(PendingAttempt attempt) {
		this.connecting.remove(attempt);
	}

	/** The call is over. */
	void remove(CallPipeline call) {
		this.waiting.remove(call);
		this.pausing.remove(call);
	}

	/** The directory knows instances. */
	void instancesKnown() {
		for (CallPipeline call : this.waiting.copy()) {
			if (this.waiting.remove(call)) {
				guarded(call::instancesKnown);
			}
		}
	}

	/**
	 * Nothing is waited for any more; whoever waits, now or later, is told so.
	 * @param over why, not processed
	 */
	void end(Status over) {
		if (this.end != null) {
			return;
		}
		this.end = over;
		tell(this.waiting, over);
		tell(this.pausing, over);
		for (PendingAttempt attempt : this.connecting.copy()) {
			if (this.connecting.remove(attempt)) {
				guarded(() -> attempt.drop(over));
			}
		}
	}

	private static void tell(Held<CallPipeline> calls, Status over) {
		for (CallPipeline call : calls.copy()) {
			if (calls.remove(call)) {
				guarded(() -> call.noInstances(over));
			}
		}
	}

	/** Why nothing is waited for any more, or {@code null} while it is. */
	@Nullable Status end() {
		return this.end;
	}

	WaitingFigures figures() {
		return new WaitingFigures(this.waiting.size(), this.pausing.size(), this.connecting.size());
	}

	Timer timer() {
		return this.timer;
	}

	/**
	 * Some that wait; takes no room before the first of them. Safe for all threads.
	 */
	private static final class Held<T> {

		private volatile @Nullable Set<T> all;

		void add(T one) {
			Set<T> present = this.all;
			if (present == null) {
				present = made();
			}
			present.add(one);
		}

		private synchronized Set<T> made() {
			Set<T> present = this.all;
			if (present == null) {
				present = ConcurrentHashMap.newKeySet();
				this.all = present;
			}
			return present;
		}

		boolean remove(T one) {
			Set<T> present = this.all;
			return present != null && present.remove(one);
		}

		List<T> copy() {
			Set<T> present = this.all;
			return (present != null) ? List.copyOf(present) : List.of();
		}

		int size() {
			Set<T> present = this.all;
			return (present != null) ? present.size() : 0;
		}

	}

	/** What one call leads to must not keep the others waiting. */
	private static void guarded(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			log.warn("A call that waited could not go on", ex);
		}
	}

}
