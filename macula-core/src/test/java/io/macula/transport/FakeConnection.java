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

package io.macula.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.Status;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A connection whose peer is the test. Calls are answered by {@link #onSend} or by hand.
 */
public final class FakeConnection implements Connection {

	private final Endpoint endpoint;

	private final NodeInfo peer;

	private final Sinks.Many<State> states = Sinks.many().replay().latestOrDefault(State.READY);

	/** Calls that were sent and neither answered nor cancelled. */
	public final List<OutboundCall> open = new ArrayList<>();

	/** Number of calls that were sent. */
	public int sent;

	/** Number of calls that were cancelled. */
	public int cancelled;

	/** Runs when a call is sent. */
	public Consumer<OutboundCall> onSend = (call) -> {
	};

	/** Answers streaming calls. */
	public java.util.function.Function<StreamCall, Flux<byte[]>> onStream = (call) -> Flux.never();

	/** How long this node stood still while any call was open. */
	public long stoodStillNanos;

	private State state = State.READY;

	private @Nullable Status reason;

	public FakeConnection(Endpoint endpoint, long incarnation) {
		this.endpoint = endpoint;
		this.peer = new NodeInfo(new Realm("test"), "peer", incarnation, List.of("cbor"));
	}

	public void answer(OutboundCall call, byte[] payload) {
		if (this.open.remove(call)) {
			call.onResult(payload);
		}
	}

	public void fail(OutboundCall call, Status status) {
		fail(call, Failure.of(status));
	}

	public void fail(OutboundCall call, Failure failure) {
		if (this.open.remove(call)) {
			call.onFailure(failure);
		}
	}

	public byte[] payload(OutboundCall call) {
		return call.payload();
	}

	public boolean leavesSuspectedPeer(OutboundCall call) {
		return call.leavesSuspectedPeer();
	}

	public long deadlineNanoTime(OutboundCall call) {
		return call.deadlineNanoTime();
	}

	/** The time of a call is over, as the event loop would find. */
	public void overdue(OutboundCall call) {
		if (!call.waitsOn()) {
			this.cancelled++;
			fail(call, Status.unknown(Code.DEADLINE_EXCEEDED, "no answer in time"));
		}
	}

	/** The peer goes away with all calls in flight. */
	public void lose(Status status) {
		this.reason = status;
		state(State.CLOSED);
		for (OutboundCall call : List.copyOf(this.open)) {
			fail(call, status);
		}
	}

	public void state(State next) {
		this.state = next;
		this.states.tryEmitNext(next);
		if (next == State.CLOSED) {
			this.states.tryEmitComplete();
		}
	}

	@Override
	public Endpoint endpoint() {
		return this.endpoint;
	}

	@Override
	public NodeInfo peer() {
		return this.peer;
	}

	@Override
	public long stoodStillNanos(long nanoTime) {
		return this.stoodStillNanos;
	}

	@Override
	public State state() {
		return this.state;
	}

	@Override
	public boolean drained() {
		return this.state == State.DRAINING;
	}

	@Override
	public void send(OutboundCall call) {
		this.sent++;
		this.open.add(call);
		this.onSend.accept(call);
	}

	@Override
	public void cancel(OutboundCall call) {
		if (this.open.remove(call)) {
			this.cancelled++;
		}
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		return Flux.defer(() -> this.onStream.apply(call));
	}

	@Override
	public int inFlight() {
		return this.open.size();
	}

	@Override
	public Stats stats() {
		return new Stats(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, this.sent);
	}

	@Override
	public void drain() {
		lose(new Status(Code.OK, "drained", io.macula.Processed.UNKNOWN));
	}

	@Override
	public void close(Status status) {
		lose(status);
	}

	@Override
	public Flux<State> states() {
		return this.states.asFlux();
	}

	@Override
	public @Nullable Status closeReason() {
		return this.reason;
	}

	@Override
	public Mono<Status> closed() {
		return this.states.asFlux().then(Mono.fromSupplier(() -> this.reason));
	}

}
