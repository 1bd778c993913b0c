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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.client.ServerSide.Attempt;
import io.macula.selection.InstanceTracker;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One client, its directory, its peers and its time, as the model of its life sees them.
 * <p>
 * What must hold:
 * <ul>
 * <li>each call has one outcome, and no sign of life after it;</li>
 * <li>it has it by its deadline, and at once when the client is stopped or closed; a call
 * on such a client is not sent;</li>
 * <li>a call of which one attempt ran is never told as not processed, and one that
 * succeeded was run;</li>
 * <li>what is not idempotent is never sent again after an attempt that may have run;</li>
 * <li>in the end nothing is left: no timer, no attempt, nobody counted as in flight.</li>
 * </ul>
 */
final class ClientWorld {

	private static final Duration DEADLINE = Duration.ofSeconds(8);

	private static final int INSTANCES = 3;

	private final ClientFixture fixture = new ClientFixture();

	private final ServerSide server = new ServerSide(this.fixture);

	private final RealmClient client;

	private final Shapes shapes;

	private final List<Issued> calls = new ArrayList<>();

	private Phase phase = Phase.STARTED;

	ClientWorld() {
		ServiceSettings settings = ClientFixture.settings(3, Duration.ofSeconds(2));
		this.fixture.settings = new ServiceSettings(settings.strategyName(), settings.strategy(), "cbor", DEADLINE,
				null, settings.failover(), settings.ejection());
		this.client = this.fixture.client();
		this.shapes = this.client.proxy(Shapes.class, Shapes.SERVICE, Shapes.SERVICE, this.fixture.settings);
	}

	/** Do one thing, and look whether all still holds. */
	void take(Step step) {
		int a = step.a();
		switch (step.kind()) {
			case CALL -> call(a);
			case CANCEL -> open(a, Issued::cancel);
			case REQUEST -> open(a, (call) -> call.request(1 + step.b() % 3));
			case DIRECTORY -> this.fixture.known(Arrays.copyOf(new int[] { 1, 2, 3 }, a % (INSTANCES + 1)));
			case REFUSE_DIALS -> this.fixture.refuse(1 + a % INSTANCES);
			case SILENT_DIALS -> this.fixture.silent.add(ClientFixture.endpoint(1 + a % INSTANCES));
			case ACCEPT_DIALS -> {
				this.fixture.silent.remove(ClientFixture.endpoint(1 + a % INSTANCES));
				this.fixture.refusals.remove(ClientFixture.endpoint(1 + a % INSTANCES));
			}
			case RUN -> this.server.run(a);
			case ANSWER -> this.server.answer(a);
			case FAIL -> this.server.fail(a);
			case REFUSE -> this.server.refuse(a, step.b());
			case LOSE -> this.server.lose(a);
			case SUSPECT -> this.server.suspect(a);
			case ALIVE -> this.server.alive(a);
			case GO_AWAY -> this.server.goAway(a);
			case WAIT -> pass(Duration.ofMillis(1L + (long) a * a / 300));
			case LEAP -> leap(Duration.ofSeconds(1 + a % 60));
			case STOP -> stop();
			case START -> start();
			case CLOSE -> close();
		}
		check();
	}

	/** All time passes; then the client is closed, and nothing may be left of it. */
	void end() {
		pass(DEADLINE.plusSeconds(1));
		check();
		this.calls.forEach((call) -> assertThat(call.outcomes).as("%s after all time", call)
			.hasSizeLessThanOrEqualTo(1)
			.hasSizeGreaterThanOrEqualTo((call.endless) ? 0 : 1));
		this.calls.stream().filter((call) -> call.endless).forEach(Issued::cancel);
		inFlight();
		close();
		check();
		this.server.runLate();
		check();
		assertThat(this.server.open()).as("attempts that were not abandoned").isEmpty();
		assertThat(this.fixture.tasks).as("timers").isEmpty();
	}

	private void inFlight() {
		for (ServiceClient service : this.client.clients()) {
			for (InstanceTracker tracker : service.instances()) {
				assertThat(tracker.inFlight()).as("in flight at %s", tracker.instance()).isZero();
			}
		}
	}

	private void stop() {
		if (this.phase == Phase.STARTED) {
			this.phase = Phase.STOPPED;
			this.client.stop(Status.notProcessed(Code.UNAVAILABLE, "stopped"));
			lifeOver();
		}
	}

	private void start() {
		if (this.phase == Phase.STOPPED) {
			this.phase = Phase.STARTED;
			this.client.start(this.fixture.nextLife());
		}
	}

	private void close() {
		this.phase = Phase.CLOSED;
		this.client.close();
		lifeOver();
	}

	private void lifeOver() {
		this.fixture.pool.close();
		assertThat(this.calls).as("calls that outlive the client").allMatch(Issued::over);
	}

	private void call(int choice) {
		Issued call = new Issued(this.calls.size(), this.fixture.now.get());
		this.calls.add(call);
		String id = String.valueOf(call.number);
		int sent = this.server.sent();
		switch (choice % 8) {
			case 0 -> call.future(this.shapes.again(id), true);
			case 1 -> call.future(this.shapes.once(id), false);
			case 2 -> call.future(this.shapes.hedged(id), true);
			case 3 -> call.future(this.shapes.mono(id).toFuture(), false);
			case 4 -> call.stream(this.shapes.many(id), true, false);
			case 5 -> call.stream(this.shapes.stream(id), false, false);
			case 6 -> call.stream(this.shapes.endless(id), true, true);
			default -> call.future(dynamic(id), false);
		}
		if (this.phase != Phase.STARTED) {
			assertThat(call.over()).as("%s on a client that is %s", call, this.phase).isTrue();
			assertThat(this.server.sent()).as("attempts of %s on a client that is %s", call, this.phase)
				.isEqualTo(sent);
		}
	}

	private CompletableFuture<?> dynamic(String id) {
		return this.client.callAsync(Shapes.SERVICE, "once", id, String.class);
	}

	private void open(int choice, Consumer<Issued> action) {
		List<Issued> open = this.calls.stream().filter((call) -> !call.over()).toList();
		if (!open.isEmpty()) {
			action.accept(open.get(choice % open.size()));
		}
	}

	/** Time passes, as loops see it that run all the while. */
	private void pass(Duration duration) {
		long end = this.fixture.now.get() + duration.toNanos();
		while (this.fixture.now.get() < end) {
			long step = Math.min(end - this.fixture.now.get(), 10_000_000L);
			this.fixture.pass(Duration.ofNanos(step));
			this.server.expire();
		}
	}

	/** Time passes while nothing of this process runs. */
	private void leap(Duration duration) {
		this.fixture.now.addAndGet(duration.toNanos());
		this.fixture.pass(Duration.ZERO);
		this.server.expire();
	}

	private void check() {
		for (Issued call : this.calls) {
			call.check();
		}
	}

	/**
	 * One thing that happens.
	 *
	 * @param kind what
	 * @param a first choice
	 * @param b second choice
	 */
	record Step(Kind kind, int a, int b) {

		/**
		 * What happens, and how often.
		 */
		enum Kind {

			CALL(30), CANCEL(3), REQUEST(6), DIRECTORY(8), REFUSE_DIALS(3), SILENT_DIALS(2), ACCEPT_DIALS(5), RUN(8),
			ANSWER(15), FAIL(3), REFUSE(5), LOSE(4), SUSPECT(4), ALIVE(4), GO_AWAY(2), WAIT(20), LEAP(2), STOP(2),
			START(3), CLOSE(1);

			final int weight;

			Kind(int weight) {
				this.weight = weight;
			}

		}

	}

	private enum Phase {

		STARTED, STOPPED, CLOSED

	}

	/**
	 * A contract with what makes a difference: idempotent or not, unary or streaming,
	 * hedged, with a deadline or without.
	 */
	interface Shapes {

		String SERVICE = "test.shapes";

		@MaculaMethod(idempotent = true)
		CompletableFuture<String> again(String id);

		CompletableFuture<String> once(String id);

		@MaculaMethod(idempotent = true, hedge = "100ms")
		CompletableFuture<String> hedged(String id);

		Mono<String> mono(String id);

		@MaculaMethod(idempotent = true, deadline = "8s")
		Flux<String> many(String id);

		@MaculaMethod(deadline = "8s")
		Flux<String> stream(String id);

		@MaculaMethod(idempotent = true)
		Flux<String> endless(String id);

	}

	/**
	 * A call as its caller sees it.
	 */
	final class Issued {

		final int number;

		private final long startNanos;

		/** {@code null} for a success. */
		private final List<@Nullable Throwable> outcomes = new ArrayList<>();

		private boolean repeatable;

		private boolean endless;

		private boolean cancelled;

		private Runnable cancel = () -> {
		};

		private Consumer<Integer> request = (elements) -> {
		};

		Issued(int number, long startNanos) {
			this.number = number;
			this.startNanos = startNanos;
		}

		private void future(CompletableFuture<?> result, boolean idempotent) {
			this.repeatable = idempotent;
			this.cancel = () -> result.cancel(true);
			result.whenComplete((value, error) -> ended(error));
		}

		private void stream(Flux<String> results, boolean idempotent, boolean withoutDeadline) {
			this.repeatable = idempotent;
			this.endless = withoutDeadline;
			results.subscribe(new CoreSubscriber<>() {

				@Override
				public void onSubscribe(Subscription subscription) {
					Issued.this.cancel = () -> {
						subscription.cancel();
						ended(null);
					};
					Issued.this.request = subscription::request;
				}

				@Override
				public void onNext(String element) {
					assertThat(Issued.this.outcomes).as("outcomes before an element of %s", Issued.this).isEmpty();
				}

				@Override
				public void onError(Throwable error) {
					ended(error);
				}

				@Override
				public void onComplete() {
					ended(null);
				}

			});
		}

		private void ended(@Nullable Throwable error) {
			this.outcomes.add(error);
		}

		private void cancel() {
			if (!over()) {
				this.cancelled = true;
				this.cancel.run();
			}
		}

		private void request(int elements) {
			this.request.accept(elements);
		}

		private boolean over() {
			return !this.outcomes.isEmpty();
		}

		private void check() {
			assertThat(this.outcomes).as("outcomes of %s", this).hasSizeLessThanOrEqualTo(1);
			List<Attempt> attempts = ClientWorld.this.server.attempts(this.number);
			if (!this.repeatable) {
				assertThat(attempts.stream().filter(Attempt::mayRun)).as("attempts of %s that may run", this)
					.hasSizeLessThanOrEqualTo(1);
			}
			long overdue = ClientWorld.this.fixture.now.get() - this.startNanos - DEADLINE.toNanos();
			if (overdue > 0 && !this.endless) {
				assertThat(over()).as("%s %s ms after its deadline", this, overdue / 1_000_000).isTrue();
			}
			if (!over() || this.cancelled) {
				return;
			}
			Throwable error = this.outcomes.get(0);
			boolean ran = attempts.stream().anyMatch((attempt) -> attempt.ran);
			if (error == null) {
				assertThat(ran).as("%s succeeded", this).isTrue();
				return;
			}
			Status status = ((RpcException) error).status();
			assertThat(status.processed() == Processed.NO && ran).as("%s ran and is told as %s", this, status)
				.isFalse();
			if (status.code() == Code.DEADLINE_EXCEEDED) {
				assertThat(overdue >= 0 || this.endless).as("%s is over its deadline already: %s", this, status)
					.isTrue();
			}
		}

		@Override
		public String toString() {
			return "call " + this.number + ((this.repeatable) ? " (idempotent)" : "") + " " + this.outcomes + " "
					+ ClientWorld.this.server.attempts(this.number);
		}

	}

	/** For those that choose one of several. */
	static <T> @Nullable T choose(List<T> all, int choice, Function<T, Boolean> condition) {
		List<T> fitting = all.stream().filter(condition::apply).toList();
		return (fitting.isEmpty()) ? null : fitting.get(choice % fitting.size());
	}

}
