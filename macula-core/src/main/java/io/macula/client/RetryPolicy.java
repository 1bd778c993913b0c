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

import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.LongSupplier;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Code;
import io.macula.Processed;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import io.macula.selection.RetryBudget;
import org.jspecify.annotations.Nullable;

/**
 * How much one client service may repeat, whatever failed ({@link FailoverRule} knows
 * that): the number of attempts, the budget, the Retry whose events and metrics users
 * see, and whether instances had no room lately. Safe for all threads.
 */
final class RetryPolicy {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(RetryPolicy.class));

	/** How long a refusal for want of room says something of the whole service. */
	private static final long OVERLOAD_NANOS = 1_000_000_000L;

	private final int maxAttempts;

	private final Retry retry;

	/** Whether the Retry was made here, and is not one of the user's. */
	private final boolean own;

	private final ServiceSettings.Failover settings;

	private final RetryBudget budget;

	private final Load load;

	/**
	 * A policy.
	 * @param name name of the Retry
	 * @param settings how often and how fast
	 * @param retries holds the Retry
	 * @param clock monotonic nanoseconds
	 */
	RetryPolicy(String name, ServiceSettings.Failover settings, RetryRegistry retries, LongSupplier clock) {
		this(name, settings, retries, new RetryBudget(settings.budgetRatio(), settings.budgetFloor(), clock),
				new Load(clock), null);
	}

	private RetryPolicy(String name, ServiceSettings.Failover settings, RetryRegistry retries, RetryBudget budget,
			Load load, @Nullable RetryPolicy before) {
		this.settings = settings;
		this.maxAttempts = settings.maxAttempts();
		this.budget = budget;
		this.load = load;
		if (before != null && sameWaits(settings, before.settings)) {
			this.retry = before.retry;
			this.own = before.own;
			return;
		}
		RetryConfig config = config(settings);
		this.retry = (before != null && before.registered(name, retries)) ? replace(before.retry, config, retries)
				: retries.retry(name, config);
		this.own = this.retry.getRetryConfig() == config;
	}

	private static boolean sameWaits(ServiceSettings.Failover one, ServiceSettings.Failover other) {
		return one.maxAttempts() == other.maxAttempts() && one.backoff().equals(other.backoff())
				&& one.maxBackoff().equals(other.maxBackoff());
	}

	private boolean registered(String name, RetryRegistry retries) {
		return this.own && retries.find(name).orElse(null) == this.retry;
	}

	/** Whoever listens to the registry is told of it. */
	private static Retry replace(Retry before, RetryConfig config, RetryRegistry retries) {
		Retry next = Retry.of(before.getName(), config, before.getTags());
		retries.replace(before.getName(), next);
		return next;
	}

	/**
	 * The policy for other settings. What was earned, spent and counted goes on; calls
	 * under the present one end under it. A Retry of the user's stays as it is.
	 * @param name name of the Retry
	 * @param changed how often and how fast
	 * @param retries holds the Retry
	 */
	RetryPolicy with(String name, ServiceSettings.Failover changed, RetryRegistry retries) {
		return new RetryPolicy(name, changed, retries,
				this.budget.withBounds(changed.budgetRatio(), changed.budgetFloor()), this.load, this);
	}

	/** Nobody has this policy any more. */
	void forget(RetryRegistry retries) {
		if (registered(this.retry.getName(), retries)) {
			retries.remove(this.retry.getName());
		}
	}

	/**
	 * The policy of one method, with a Retry and a number of attempts of its own; all
	 * else is that of the service, since its instances bear the load.
	 * @param name name of the Retry
	 * @param attempts of a call, the first included
	 * @param retries holds the Retry
	 * @param before that of the method under other settings, or {@code null}
	 */
	RetryPolicy withMaxAttempts(String name, int attempts, RetryRegistry retries, @Nullable RetryPolicy before) {
		if (attempts == this.maxAttempts) {
			return this;
		}
		ServiceSettings.Failover changed = new ServiceSettings.Failover(attempts, this.settings.backoff(),
				this.settings.maxBackoff(), this.settings.budgetRatio(), this.settings.budgetFloor());
		return new RetryPolicy(name, changed, retries, this.budget, this.load, before);
	}

	private static RetryConfig config(ServiceSettings.Failover settings) {
		return RetryConfig.custom()
			.maxAttempts(settings.maxAttempts())
			.intervalBiFunction((attempt, outcome) -> Backoff.millis(settings, attempt))
			.retryOnException((error) -> error instanceof AttemptFailure attempt && attempt.repeatable())
			.build();
	}

	/** Attempts of a call, the first included, as they are set. */
	int mostAttempts() {
		return this.maxAttempts;
	}

	/** Whether any call may have a second attempt. */
	boolean repeats() {
		return this.maxAttempts > 1;
	}

	/** Attempts of a call, the first included, as the Retry has it. */
	int maxAttempts() {
		return this.retry.getRetryConfig().getMaxAttempts();
	}

	/** A call began; earns its share of the budget. */
	void callStarted() {
		this.budget.callStarted();
	}

	/** The Retry's view of one call. */
	Retry.AsyncContext<Object> begin() {
		return this.retry.asyncContext();
	}

	/**
	 * A call succeeded. Listeners of the Retry are the user's: what they throw does not
	 * get through to the call, here and below.
	 */
	void succeeded(Retry.AsyncContext<Object> call) {
		try {
			call.onComplete();
		}
		catch (Throwable ex) {
			listenerFailed(ex);
		}
	}

	/**
	 * An attempt failed.
	 * @param call the Retry's view of the call
	 * @param failure of the attempt
	 * @param told how many failures the Retry was told of, this one included
	 * @return milliseconds until the next attempt; negative if none may follow
	 */
	long failed(Retry.AsyncContext<Object> call, AttemptFailure failure, int told) {
		try {
			return call.onError(failure);
		}
		catch (Throwable ex) {
			listenerFailed(ex);
			// Its answer is lost; this is what it was made to say.
			return (failure.repeatable() && told < this.maxAttempts) ? Backoff.millis(this.settings, told) : -1;
		}
	}

	private static void listenerFailed(Throwable cause) {
		log.warn("A listener of a Retry failed", cause);
	}

	/** An attempt follows a failed one. */
	void repeated() {
		Load.REPEATS.incrementAndGet(this.load);
	}

	/** An attempt runs beside another one. */
	void hedged() {
		Load.HEDGES.incrementAndGet(this.load);
	}

	RetryFigures figures() {
		return new RetryFigures(this.load.repeats, this.load.hedges, this.budget.left(), this.budget.refused());
	}

	/** Take one retry or hedge from the budget, if there is one. */
	boolean tryAcquire() {
		return this.budget.tryAcquire();
	}

	/**
	 * A sent attempt failed: was it refused for want of room? An answer that is too large
	 * has the same code and says nothing of the load, and was processed.
	 */
	void failed(Status status) {
		if (status.code() == Code.RESOURCE_EXHAUSTED && status.processed() == Processed.NO) {
			this.load.refusedNanos = this.load.clock.getAsLong();
		}
	}

	/** Whether an instance had no room for a call lately. */
	boolean overloaded() {
		return this.load.clock.getAsLong() - this.load.refusedNanos < OVERLOAD_NANOS;
	}

	/**
	 * What all methods of a client service share, under all its settings. Safe for all
	 * threads.
	 */
	private static final class Load {

		/** Retries and hedges are few, so fields will do. */
		private static final AtomicLongFieldUpdater<Load> REPEATS = AtomicLongFieldUpdater.newUpdater(Load.class,
				"repeats");

		private static final AtomicLongFieldUpdater<Load> HEDGES = AtomicLongFieldUpdater.newUpdater(Load.class,
				"hedges");

		private final LongSupplier clock;

		private volatile long repeats;

		private volatile long hedges;

		private volatile long refusedNanos;

		Load(LongSupplier clock) {
			this.clock = clock;
			this.refusedNanos = clock.getAsLong() - OVERLOAD_NANOS;
		}

	}

}
