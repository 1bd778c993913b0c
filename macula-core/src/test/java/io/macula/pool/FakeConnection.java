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

package io.macula.pool;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.Status;
import io.macula.transport.Connection;
import io.macula.transport.NodeInfo;
import io.macula.transport.OutboundCall;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A connection whose life the test decides. It carries no calls: what is in flight is a
 * number.
 */
final class FakeConnection implements Connection {

	private final Endpoint endpoint;

	private final NodeInfo peer;

	private final Sinks.Many<State> sink = Sinks.many().replay().latestOrDefault(State.READY);

	/** What {@link #states()} gives. */
	Supplier<Flux<State>> states = this.sink::asFlux;

	/** Calls in flight; a drain waits for them. */
	volatile int inFlight;

	/** Runs when this side drains or closes the connection. */
	Runnable onEnd = () -> {
	};

	private volatile State state = State.READY;

	private volatile @Nullable Status reason;

	FakeConnection(Endpoint endpoint, long incarnation) {
		this.endpoint = endpoint;
		this.peer = new NodeInfo(new Realm("test"), "peer", incarnation, List.of("cbor"));
	}

	/** To a node of this name that showed this identity. */
	FakeConnection(Endpoint endpoint, String nodeId, long incarnation, String identity) {
		this.endpoint = endpoint;
		this.peer = new NodeInfo(new Realm("test"), nodeId, incarnation, List.of("cbor"), identity);
	}

	void state(State next) {
		this.state = next;
		tell(next);
	}

	/** Changed by this side, and nobody was told yet. */
	void drainUntold() {
		this.reason = new Status(Code.OK, "drained", Processed.NO);
		this.state = State.DRAINING;
	}

	void tell(State next) {
		this.sink.tryEmitNext(next);
		if (next == State.CLOSED) {
			this.sink.tryEmitComplete();
		}
	}

	/** The peer sends GOAWAY. */
	void goAway() {
		end(State.DRAINING, Status.notProcessed(Code.UNAVAILABLE, this.endpoint + " is draining: it shuts down"));
	}

	/** The connection breaks. */
	void lose() {
		end(State.CLOSED, Status.unknown(Code.UNAVAILABLE, this.endpoint + " is gone"));
	}

	/** The last call in flight is over. */
	void finish() {
		this.inFlight = 0;
		if (this.state == State.DRAINING) {
			state(State.CLOSED);
		}
	}

	private void end(State next, Status why) {
		if (this.state == State.DRAINING || this.state == State.CLOSED) {
			if (next == State.CLOSED && this.state == State.DRAINING) {
				state(next);
			}
			return;
		}
		this.reason = why;
		state(next);
	}

	@Override
	public void drain() {
		beginEnd();
		end(State.DRAINING, new Status(Code.OK, "drained", Processed.NO));
		if (this.inFlight == 0) {
			finish();
		}
	}

	@Override
	public void close(Status status) {
		beginEnd();
		end(State.CLOSED, status);
	}

	/** A connection ends once, whatever that leads to. */
	private void beginEnd() {
		Runnable once = this.onEnd;
		this.onEnd = () -> {
		};
		once.run();
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
	public State state() {
		return this.state;
	}

	@Override
	public boolean drained() {
		return this.state == State.DRAINING;
	}

	@Override
	public void send(OutboundCall call) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void cancel(OutboundCall call) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int inFlight() {
		return this.inFlight;
	}

	@Override
	public Stats stats() {
		return new Stats(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0);
	}

	@Override
	public Flux<State> states() {
		return this.states.get();
	}

	@Override
	public @Nullable Status closeReason() {
		return this.reason;
	}

	@Override
	public Mono<Status> closed() {
		return this.sink.asFlux().then(Mono.fromSupplier(() -> this.reason));
	}

	@Override
	public String toString() {
		return "connection to " + this.endpoint + " (" + this.state + ")";
	}

}
