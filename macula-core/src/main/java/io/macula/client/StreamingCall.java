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
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.Code;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.client.FailoverRule.Verdict;
import io.macula.pool.EndpointPool;
import io.macula.selection.InstanceTracker;
import io.macula.selection.SelectionContext;
import io.macula.transport.Connection;
import io.macula.transport.FailureException;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One streaming call, from its subscription to its end. The same table as for unary calls
 * decides on further attempts, with two additions: none after an element was delivered,
 * and none after the caller's own elements were asked for.
 */
final class StreamingCall implements SelectionContext {

	private final ServiceClient client;

	private final Procedure procedure;

	private final byte[] payload;

	private final @Nullable Publisher<byte[]> elements;

	private final boolean manyResults;

	private final long startNanos;

	private final long deadlineNanos;

	private final long patienceNanos;

	private final long tick;

	private final @Nullable CallObserver observer;

	private final AtomicBoolean observed = new AtomicBoolean();

	private final List<AttemptFailure> failures = new ArrayList<>(0);

	private volatile boolean begun;

	private volatile boolean elementsAsked;

	private List<InstanceTracker> tried = new ArrayList<>(2);

	private int attempts;

	private int counted = 1;

	private StreamingCall(ServiceClient client, Procedure procedure, byte[] payload,
			@Nullable Publisher<byte[]> elements, boolean manyResults, long deadlineNanos) {
		this.client = client;
		this.procedure = procedure;
		this.payload = payload;
		this.elements = (elements != null)
				? Flux.from(elements).doOnSubscribe((subscription) -> this.elementsAsked = true) : null;
		this.manyResults = manyResults;
		this.deadlineNanos = deadlineNanos;
		long now = client.clock().getAsLong();
		this.startNanos = now;
		this.patienceNanos = (deadlineNanos == StreamCall.NO_DEADLINE) ? now + client.settings().deadline().toNanos()
				: deadlineNanos;
		this.tick = client.nextTick();
		this.observer = client.observations().call(client.service(), procedure);
	}

	/**
	 * The results of a streaming call that starts at each subscription.
	 * @param deadline bound of the whole call, or {@code null} for none
	 */
	static Flux<byte[]> results(ServiceClient client, Procedure procedure, byte[] payload,
			@Nullable Publisher<byte[]> elements, boolean manyResults, @Nullable Duration deadline) {
		return Flux.defer(() -> {
			long deadlineNanos = (deadline != null) ? client.clock().getAsLong() + deadline.toNanos()
					: StreamCall.NO_DEADLINE;
			StreamingCall call = new StreamingCall(client, procedure, payload, elements, manyResults, deadlineNanos);
			client.budget().callStarted();
			return call.next()
				.doOnComplete(() -> call.end(Code.OK, null))
				.doOnError(
						(error) -> call.end((error instanceof RpcException rpc) ? rpc.code() : Code.APPLICATION, error))
				.doOnCancel(() -> call.end(Code.CANCELLED, null));
		});
	}

	private void end(Code code, @Nullable Throwable error) {
		if (this.observer != null && this.observed.compareAndSet(false, true)) {
			this.observer.ended(code, error);
		}
	}

	private Flux<byte[]> next() {
		InstanceTracker tracker = this.client.balancer().pick(this, this.tried);
		if (tracker == null) {
			return this.client.firstInstances(Duration.ofNanos(Math.max(0, patienceLeft())))
				.thenMany(Flux.defer(this::next));
		}
		this.attempts++;
		this.tried.add(tracker);
		Open open = new Open(tracker);
		EndpointPool pool = ServiceClient.poolOf(tracker);
		Connection connection = pool.ready(this.client.clock().getAsLong());
		Flux<byte[]> results = (connection != null) ? over(connection, open)
				: acquired(pool).flatMapMany((acquired) -> over(acquired, open));
		return results.doOnNext((element) -> this.begun = true)
			.doOnComplete(open::succeeded)
			.doOnError(open::failed)
			.doOnCancel(open::cancelled)
			.onErrorResume((error) -> failed(tracker, error));
	}

	/** A connection to come, at most until the call's deadline. */
	private Mono<Connection> acquired(EndpointPool pool) {
		if (this.deadlineNanos == StreamCall.NO_DEADLINE) {
			return pool.connection();
		}
		return pool.connection()
			.timeout(after(Duration.ofNanos(Math.max(0, patienceLeft()))),
					Mono.error(() -> Status
						.notProcessed(Code.DEADLINE_EXCEEDED,
								"the deadline was over while connecting to " + pool.endpoint())
						.toException()));
	}

	private Flux<byte[]> over(Connection connection, Open open) {
		Metadata metadata = Metadata.EMPTY;
		if (this.observer != null) {
			CallObserver.AttemptObserver attempt = this.observer.attempt(open.tracker.instance(), this.attempts,
					Metadata.EMPTY);
			open.observer = attempt;
			metadata = attempt.metadata();
		}
		return connection.stream(new StreamCall(this.procedure.wireName(), this.procedure.codec(), this.payload,
				metadata, this.deadlineNanos, this.elements, this.manyResults, leavesSuspectedPeer()));
	}

	private boolean leavesSuspectedPeer() {
		return this.elements == null && this.procedure.idempotent()
				&& this.client.settings().failover().maxAttempts() > 1;
	}

	private Flux<byte[]> failed(InstanceTracker tracker, Throwable error) {
		Failure failure = (error instanceof FailureException known) ? known.failure()
				: Failure.of((error instanceof RpcException rpc) ? rpc.status()
						: Status.processed(Code.INTERNAL, String.valueOf(error)));
		Verdict verdict = (this.begun || this.elementsAsked) ? Verdict.NEVER
				: FailoverRule.decide(failure.status(), this.procedure.idempotent());
		this.failures.add(new AttemptFailure(tracker.instance(), failure.status(), verdict != Verdict.NEVER));
		int maxAttempts = this.client.settings().failover().maxAttempts();
		if (verdict == Verdict.NEVER || maxAttempts == 1) {
			return Flux.error(this.procedure.exceptions().apply(failure));
		}
		if (this.deadlineNanos != StreamCall.NO_DEADLINE && patienceLeft() <= 0) {
			return Flux.error(Failures.exception(Failures.deadlineOver(this.procedure.service(),
					Duration.ofNanos(this.deadlineNanos - this.startNanos), this.failures), this.failures));
		}
		boolean untried = !this.tried.containsAll(this.client.balancer().trackers());
		if (verdict == Verdict.TRANSPARENT && untried) {
			return Flux.defer(this::next);
		}
		if (this.counted >= maxAttempts || patienceLeft() <= 0 || !this.client.budget().tryAcquire()) {
			return Flux.error(Failures.exception(Failures.summary(this.procedure.service(), this.failures, !untried),
					this.failures));
		}
		this.counted++;
		if (untried) {
			return Flux.defer(this::next);
		}
		this.tried.clear();
		long delay = Backoff.millis(this.client.settings().failover(), this.counted - 1);
		return after(Duration.ofMillis(delay)).thenMany(Flux.defer(this::next));
	}

	private Mono<Void> after(Duration delay) {
		return Mono.create((sink) -> sink.onDispose(this.client.timer().schedule(sink::success, delay)));
	}

	private long patienceLeft() {
		return this.patienceNanos - this.client.clock().getAsLong();
	}

	@Override
	public ServiceName service() {
		return this.client.service();
	}

	@Override
	public long tick() {
		return this.tick;
	}

	@Override
	public int attempt() {
		return this.attempts + 1;
	}

	@Override
	public boolean idempotent() {
		return this.procedure.idempotent();
	}

	@Override
	public @Nullable String zone() {
		return this.client.zone();
	}

	/**
	 * An attempt that is not over; told to the instance's figures once.
	 */
	private static final class Open {

		private final InstanceTracker tracker;

		private final long startNanos = System.nanoTime();

		private final AtomicBoolean over = new AtomicBoolean();

		private volatile CallObserver.@Nullable AttemptObserver observer;

		Open(InstanceTracker tracker) {
			this.tracker = tracker;
		}

		void succeeded() {
			if (this.over.compareAndSet(false, true)) {
				this.tracker.streamed();
				observed(Status.processed(Code.OK, ""));
			}
		}

		void failed(Throwable error) {
			if (this.over.compareAndSet(false, true)) {
				Status status = (error instanceof RpcException rpc) ? rpc.status()
						: Status.processed(Code.INTERNAL, String.valueOf(error));
				this.tracker.failed(status.code(), status.processed(), System.nanoTime() - this.startNanos);
				observed(status);
			}
		}

		void cancelled() {
			if (this.over.compareAndSet(false, true)) {
				this.tracker.cancelled(0);
				observed(Status.unknown(Code.CANCELLED, "the caller cancelled"));
			}
		}

		private void observed(Status status) {
			CallObserver.AttemptObserver present = this.observer;
			if (present != null) {
				present.ended(status);
			}
		}

	}

}
