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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.ConcurrencyLimit.ThrottlePolicy;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the recipes in docs/resilience.md: Spring's and Resilience4j's own resilience
 * around calls and handlers, from a bean to a caller over QUIC.
 */
@Timeout(60)
class ResilienceTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MaculaErrorAutoConfiguration.class, MaculaAutoConfiguration.class,
				SslAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("macula.realm.name=test", "macula.realm.secret=" + Applications.randomSecret(),
				"macula.provider.port=0", "macula.provider.address=127.0.0.1", "macula.provider.grace=2s",
				"macula.client.warm-up=false", "macula.client.failover.backoff=1ms");

	private void run(Consumer test, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context.getBean(Caller.class), context.getBean(Door.class));
		});
	}

	@Test
	void aCallerThatRetriesMultipliesTheAttempts() {
		run((caller, door) -> {
			door.refuses = Integer.MAX_VALUE;
			assertThatExceptionOfType(RpcException.class).isThrownBy(caller::retrying)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
			// Three calls, of three attempts each.
			assertThat(door.asked).hasValue(9);
		});
	}

	@Test
	void withOneAttemptOfTheMethodOnlyTheCallerRetries() {
		run((caller, door) -> {
			door.refuses = 2;
			assertThat(caller.retrying()).isEqualTo("worked");
			assertThat(door.asked).hasValue(3);
		}, "macula.client.services.test.work.methods.work.failover.max-attempts=1");
	}

	@Test
	void aCallerRetriesWhatWasProcessedOnlyIfItSaysSo() {
		run((caller, door) -> {
			door.bean.failures = 2;
			assertThat(caller.retrying()).isEqualTo("worked");
			assertThat(door.bean.worked).hasValue(3);
		});
	}

	@Test
	void aCircuitBreakerAroundACallOpensAndSparesTheProvider() {
		run((caller, door) -> {
			door.bean.failures = Integer.MAX_VALUE;
			CircuitBreaker breaker = breaker();
			Supplier<String> guarded = CircuitBreaker.decorateSupplier(breaker, caller.work::work);
			for (int i = 0; i < 4; i++) {
				assertThatExceptionOfType(RpcException.class).isThrownBy(guarded::get);
			}
			assertThatExceptionOfType(CallNotPermittedException.class).isThrownBy(guarded::get);
			assertThat(door.bean.worked).hasValue(4);
		});
	}

	@Test
	void aCircuitBreakerCountsOneCallAndNotItsAttempts() {
		run((caller, door) -> {
			door.refuses = 2;
			CircuitBreaker breaker = breaker();
			assertThat(CircuitBreaker.decorateSupplier(breaker, caller.work::work).get()).isEqualTo("worked");
			assertThat(door.asked).hasValue(3);
			assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
			assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
		});
	}

	@Test
	void aCircuitBreakerAroundAClientWithAFallbackSeesNoFailure() {
		run((caller, door) -> {
			door.bean.failures = Integer.MAX_VALUE;
			CircuitBreaker breaker = breaker();
			Supplier<String> guarded = CircuitBreaker.decorateSupplier(breaker, caller.withFallback::work);
			for (int i = 0; i < 6; i++) {
				assertThat(guarded.get()).isEqualTo("local");
			}
			assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
			assertThat(door.bean.worked).hasValue(6);
		});
	}

	/** What is the caller's own fault says nothing of the provider. */
	private static CircuitBreaker breaker() {
		return CircuitBreakerRegistry
			.of(CircuitBreakerConfig.custom()
				.slidingWindowSize(4)
				.minimumNumberOfCalls(4)
				.ignoreException((ex) -> ex instanceof RpcException failure && failure.code() == Code.INVALID_ARGUMENT)
				.build())
			.circuitBreaker("work");
	}

	@Test
	void aBulkheadBoundsTheCallsAtOnce() {
		run((caller, door) -> {
			door.bean.gate = new CountDownLatch(1);
			Bulkhead bulkhead = Bulkhead.of("work",
					BulkheadConfig.custom().maxConcurrentCalls(1).maxWaitDuration(Duration.ZERO).build());
			Supplier<String> guarded = Bulkhead.decorateSupplier(bulkhead, caller.work::work);
			CompletableFuture<String> first = CompletableFuture.supplyAsync(guarded);
			assertThat(door.bean.entered.await(10, TimeUnit.SECONDS)).isTrue();
			assertThatExceptionOfType(BulkheadFullException.class).isThrownBy(guarded::get);
			door.bean.gate.countDown();
			assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("worked");
			assertThat(door.bean.worked).hasValue(1);
		});
	}

	@Test
	void theRetryOfTheApplicationsRegistryDecides() {
		RetryRegistry registry = RetryRegistry.ofDefaults();
		registry.retry("test.work", RetryConfig.custom().maxAttempts(2).build());
		this.runner.withBean(RetryRegistry.class, () -> registry).run((context) -> {
			Door door = context.getBean(Door.class);
			door.refuses = Integer.MAX_VALUE;
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> context.getBean(Caller.class).work.work());
			assertThat(door.asked).hasValue(2);
			assertThat(registry.retry("test.work").getMetrics().getNumberOfFailedCallsWithRetryAttempt()).isEqualTo(1);
		});
	}

	@Test
	void aLimitThatRejectsIsToldAsResourceExhausted() {
		run((caller, door) -> {
			door.limited.gate = new CountDownLatch(1);
			CompletableFuture<String> first = CompletableFuture.supplyAsync(caller.limited::work);
			assertThat(door.limited.entered.await(10, TimeUnit.SECONDS)).isTrue();
			assertThatExceptionOfType(RpcException.class).isThrownBy(caller.limited::work)
				.withMessage("RESOURCE_EXHAUSTED: test.limited/work has as many calls at once as it may have");
			door.limited.gate.countDown();
			assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("worked");
			assertThat(door.limited.worked).hasValue(1);
		});
	}

	@Test
	void aLimitThatBlocksHoldsTheThreadsOfHandlers() {
		run((caller, door) -> {
			door.queued.gate = new CountDownLatch(1);
			CompletableFuture<String> first = CompletableFuture.supplyAsync(caller.queued::work);
			assertThat(door.queued.entered.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<String> second = CompletableFuture.supplyAsync(caller.queued::work);
			Awaitility.await().until(() -> door.asked.get() == 2);
			// Both threads are taken: another service has to wait as well.
			assertThatExceptionOfType(RpcException.class).isThrownBy(caller.work::work)
				.satisfies((ex) -> assertThat(ex.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
			door.queued.gate.countDown();
			assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo("worked");
			assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("worked");
		}, "macula.provider.max-threads=2", "macula.client.services.test.work.deadline=500ms");
	}

	@FunctionalInterface
	interface Consumer {

		void accept(Caller caller, Door door) throws Exception;

	}

	public interface Work {

		@MaculaMethod(idempotent = true)
		String work();

	}

	/** Refuses calls before they are processed. */
	static final class Door implements ServerInterceptor {

		final AtomicInteger asked = new AtomicInteger();

		volatile int refuses;

		final WorkState bean = new WorkState();

		final WorkState limited = new WorkState();

		final WorkState queued = new WorkState();

		@Override
		public @Nullable Object intercept(ServerInvocation call) throws Throwable {
			if (this.asked.incrementAndGet() <= this.refuses) {
				throw Status.notProcessed(Code.RESOURCE_EXHAUSTED, "not now").toException();
			}
			return call.proceed();
		}

	}

	/** What a bean did, and is to do; beans are proxied. */
	static final class WorkState {

		final AtomicInteger worked = new AtomicInteger();

		final CountDownLatch entered = new CountDownLatch(1);

		volatile int failures;

		volatile @Nullable CountDownLatch gate;

		String work() {
			int number = this.worked.incrementAndGet();
			this.entered.countDown();
			CountDownLatch closed = this.gate;
			try {
				if (closed != null && !closed.await(10, TimeUnit.SECONDS)) {
					throw new IllegalStateException("the gate stayed closed");
				}
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			if (number <= this.failures) {
				throw RpcException.of(Code.UNAVAILABLE, "the database is away");
			}
			return "worked";
		}

	}

	@MaculaService("test.work")
	static class PlainWork implements Work {

		private final WorkState state;

		PlainWork(Door door) {
			this.state = door.bean;
		}

		@Override
		public String work() {
			return this.state.work();
		}

	}

	@MaculaService("test.limited")
	static class LimitedWork implements Work {

		private final WorkState state;

		LimitedWork(Door door) {
			this.state = door.limited;
		}

		@Override
		@ConcurrencyLimit(limit = 1, policy = ThrottlePolicy.REJECT)
		public String work() {
			return this.state.work();
		}

	}

	@MaculaService("test.queued")
	static class QueuedWork implements Work {

		private final WorkState state;

		QueuedWork(Door door) {
			this.state = door.queued;
		}

		@Override
		@ConcurrencyLimit(1)
		public String work() {
			return this.state.work();
		}

	}

	static class LocalWork implements Work {

		@Override
		public String work() {
			return "local";
		}

	}

	/** What a caller has; not proxied, unlike {@link Retrying}. */
	static class Caller {

		@MaculaClient("test.work")
		Work work;

		@MaculaClient(service = "test.work", name = "with-fallback", fallback = LocalWork.class)
		Work withFallback;

		@MaculaClient("test.limited")
		Work limited;

		@MaculaClient("test.queued")
		Work queued;

		private final Retrying retrying;

		Caller(Retrying retrying) {
			this.retrying = retrying;
		}

		String retrying() {
			return this.retrying.call();
		}

	}

	static class Retrying {

		@MaculaClient("test.work")
		private Work work;

		@Retryable(includes = RpcException.class, maxRetries = 2, delay = 1)
		public String call() {
			return this.work.work();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods(proxyTargetClass = true)
	@Import({ Door.class, PlainWork.class, LimitedWork.class, QueuedWork.class, LocalWork.class, Retrying.class,
			Caller.class })
	static class Application {

	}

}
