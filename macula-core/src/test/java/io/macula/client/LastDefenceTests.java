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
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.macula.Code;
import io.macula.Priority;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.pool.Timer;
import io.macula.transport.FakeConnection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests of {@link LastDefence}: timers and event loops end none of these calls.
 */
@Timeout(30)
class LastDefenceTests {

	private static final Timer RUNNING = (action, delay) -> {
		action.run();
		return Disposables.disposed();
	};

	private final ClientFixture fixture = new ClientFixture();

	@BeforeEach
	void eventLoopsRun() {
		this.fixture.loopsRun = true;
	}

	private static void isADefect(Throwable error) {
		assertThat(error).isInstanceOfSatisfying(RpcException.class, (ex) -> {
			assertThat(ex.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
			assertThat(ex.status().processed()).isEqualTo(Processed.UNKNOWN);
		}).hasMessageContaining("this is a defect of Macula, please report it");
	}

	@Test
	void whenNothingEndsABlockingCallThenItsCallerStopsToWaitWithinASecondAfterTheDeadline() throws Exception {
		this.fixture.known(1);
		Calls calls = this.fixture.client().proxy(Calls.class, "test.calls");
		CompletableFuture<Throwable> thrown = new CompletableFuture<>();
		Thread caller = new Thread(() -> {
			try {
				calls.value("x");
			}
			catch (Throwable ex) {
				thrown.complete(ex);
			}
		});
		caller.start();
		while (caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		this.fixture.now.addAndGet(Duration.ofSeconds(30).toNanos() - 1);
		look(caller);
		this.fixture.now.addAndGet(1);
		for (long grace = CallerWait.GRACE_NANOS; grace > 0; grace -= CallerWait.STEP_NANOS) {
			look(caller);
			assertThat(thrown).isNotDone();
			this.fixture.now.addAndGet(CallerWait.STEP_NANOS);
		}
		long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
		while (!thrown.isDone() && System.nanoTime() < limit) {
			LockSupport.unpark(caller);
			Thread.onSpinWait();
		}
		Throwable error = thrown.get(1, TimeUnit.SECONDS);
		isADefect(error);
		assertThat(error).hasMessageContaining("the deadline of 30 s for 'test.calls/value' is over")
			.hasMessageContaining("attempts: 1, open: 1 (SentAttempt at node1@10.0.0.1:9443");
	}

	/** Wake a waiting caller, until it has looked at the clock. */
	private void look(Thread caller) throws InterruptedException {
		CountDownLatch looked = new CountDownLatch(1);
		this.fixture.onClock = looked::countDown;
		while (looked.getCount() > 0) {
			LockSupport.unpark(caller);
			Thread.onSpinWait();
		}
		while (caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
	}

	/**
	 * A stopped process goes on with its callers, or with the event loop that has their
	 * answers.
	 */
	@Test
	void whenTheProcessStoodStillBeyondTheDeadlineThenItsCallersWaitForWhatEndsTheCall() throws Exception {
		this.fixture.known(1);
		Calls calls = this.fixture.client().proxy(Calls.class, "test.calls");
		CompletableFuture<String> future = calls.future("x");
		CompletableFuture<String> got = new CompletableFuture<>();
		Thread caller = new Thread(() -> got.complete(calls.value("x")));
		caller.start();
		while (caller.getState() != Thread.State.TIMED_WAITING) {
			Thread.onSpinWait();
		}
		this.fixture.now.addAndGet(Duration.ofHours(1).toNanos());
		look(caller);
		FakeConnection connection = this.fixture.connection(1);
		connection.answer(connection.open.get(1), Calls.encoded("late"));
		assertThat(got.get(10, TimeUnit.SECONDS)).isEqualTo("late");

		AtomicReference<Thread> waiting = new AtomicReference<>();
		CompletableFuture<String> joined = CompletableFuture.supplyAsync(() -> {
			waiting.set(Thread.currentThread());
			return future.join();
		});
		while (waiting.get() == null || waiting.get().getState() == Thread.State.RUNNABLE) {
			assertThat(joined).isNotDone();
		}
		connection.answer(connection.open.get(0), Calls.encoded("late, too"));
		assertThat(joined.get(10, TimeUnit.SECONDS)).isEqualTo("late, too");
	}

	@Test
	void whenNothingEndsAFutureThenWhoeverWaitsForItStopsToWaitWithinASecondAfterTheDeadline() {
		CompletableFuture<String> got = hanging();
		isADefect(catchThrowableOfType(ExecutionException.class, got::get).getCause());
		assertThat(got).isCompletedExceptionally();
	}

	@Test
	void whenNoEventLoopRunsThenThatIsSaidAndNoDefect() {
		this.fixture.loopsRun = false;
		CompletableFuture<String> got = hanging();
		assertThat(catchThrowableOfType(ExecutionException.class, got::get).getCause()).hasMessage(
				"DEADLINE_EXCEEDED: the deadline of 30 s for 'test.calls/future' is over, and the threads of this"
						+ " process that end calls have not run since: give it more of a processor, or find what blocks"
						+ " them by a thread dump");
		assertThatThrownBy(
				() -> BlockingStream.await(Mono.never(), "test.calls/sum", Duration.ofMillis(10), (action, delay) -> {
					throw new RejectedExecutionException("told to refuse");
				}))
			.hasMessageContaining("have not run since");
	}

	@Test
	void whenWhoeverWaitsForAFutureIsInterruptedThenGetThrowsAndJoinWaitsOn() {
		CompletableFuture<String> future = hanging();
		Thread.currentThread().interrupt();
		assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
		Thread.currentThread().interrupt();
		isADefect(catchThrowableOfType(CompletionException.class, future::join).getCause());
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void whenAFutureWasCancelledThenGetAndJoinSaySo() {
		CompletableFuture<String> future = hanging();
		future.cancel(true);
		assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
		assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
	}

	/** Of a call whose deadline is over, and which nothing ends. */
	private CompletableFuture<String> hanging() {
		this.fixture.known(1);
		CompletableFuture<String> future = this.fixture.client().proxy(Calls.class, "test.calls").future("x");
		this.fixture.now.addAndGet(Duration.ofSeconds(30).toNanos());
		return future;
	}

	@Test
	void whenAServedCallsDeadlineIsOverAlreadyThenThatAloneIsNoDefect() {
		BlockingOutcome outcome = new BlockingOutcome();
		outcome.failed(() -> new IllegalStateException("told in time"));
		UnaryCall call = new UnaryCall(calls(), procedure(), new byte[0], CallTerms.NONE,
				this.fixture.now.get() - Duration.ofHours(1).toNanos(), outcome);
		assertThatThrownBy(() -> outcome.await(call)).hasMessage("told in time");
	}

	@Test
	void whenTheDeadlineWasOverBeforeTheCallBeganThenTheMessageSaysSo() {
		AttemptFailure failure = new AttemptFailure(1, Failures.NOBODY,
				Status.notProcessed(Code.DEADLINE_EXCEEDED, "too late"), false);
		assertThat(Failures.deadlineOver(procedure(), Duration.ofMillis(-1506), List.of(failure)).error().get())
			.hasMessageContaining("the deadline for 'b' of service 'a' was over before the call began, and so after 1"
					+ " attempt: ");
	}

	private ServiceCalls calls() {
		RealmClient client = this.fixture.client();
		client.proxy(Calls.class, "test.calls");
		return client.clients().get(0).calls();
	}

	private Procedure procedure() {
		return new Procedure("a/b", "a", "b", null, "cbor", false, Duration.ofSeconds(1), Priority.NORMAL, null,
				new io.macula.selection.LatencyWindow(this.fixture.now::get), null,
				(failure, call) -> new RpcException(failure.status()));
	}

	@Test
	void whenNothingEndsABlockingStreamThenItsCallerStopsToWait() {
		assertThatThrownBy(() -> BlockingStream.await(Mono.never(), "test.calls/sum", Duration.ofMillis(10), RUNNING))
			.satisfies(LastDefenceTests::isADefect)
			.hasMessageContaining("the deadline of 10 ms for 'test.calls/sum' is over");
	}

	@Test
	void whenAServedCallsDeadlineIsOverAlreadyThenABlockingStreamIsToldSoByItsCall() {
		Mono<Object> told = Mono.delay(Duration.ofMillis(50))
			.flatMap((tick) -> Mono.error(new IllegalStateException("told in time")));
		assertThatThrownBy(() -> BlockingStream.await(told, "test.calls/sum", Duration.ofHours(-1), RUNNING))
			.hasMessage("told in time");
	}

	@Test
	void whenNoThreadCanBeHadToCancelACallThenItsCallerIsToldTheSame() {
		Schedulers.setFactory(new Schedulers.Factory() {

			@Override
			public Scheduler newBoundedElastic(int threads, int tasks, ThreadFactory factory, int ttlSeconds) {
				return Schedulers.fromExecutor((task) -> {
					throw new RejectedExecutionException("told to reject");
				});
			}

		});
		try {
			assertThatThrownBy(
					() -> BlockingStream.await(Mono.never(), "test.calls/sum", Duration.ofMillis(10), RUNNING))
				.satisfies(LastDefenceTests::isADefect);
		}
		finally {
			Schedulers.resetFactory();
		}
	}

	@Test
	void whenABlockingStreamEndsInTimeThenItsResultIsGiven() throws Throwable {
		assertThat(BlockingStream.await(Flux.just((Object) "a").next(), "a/b", Duration.ofSeconds(1), RUNNING))
			.isEqualTo("a");
	}

}
