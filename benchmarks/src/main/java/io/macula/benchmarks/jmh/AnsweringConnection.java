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

package io.macula.benchmarks.jmh;

import java.time.Duration;
import java.util.List;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.Status;
import io.macula.transport.Connection;
import io.macula.transport.NodeInfo;
import io.macula.transport.OutboundCall;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A connection without a network: answers each unary call at once with the same result.
 */
final class AnsweringConnection implements Connection {

	private final Endpoint endpoint;

	private final byte[] result;

	/**
	 * A connection that is ready.
	 * @param endpoint pretended peer
	 * @param result encoded result
	 */
	AnsweringConnection(Endpoint endpoint, byte[] result) {
		this.endpoint = endpoint;
		this.result = result;
	}

	@Override
	public Endpoint endpoint() {
		return this.endpoint;
	}

	@Override
	public NodeInfo peer() {
		return new NodeInfo(new Realm("bench"), "server", 0, List.of("cbor"));
	}

	@Override
	public State state() {
		return State.READY;
	}

	@Override
	public boolean drained() {
		return false;
	}

	@Override
	public void send(OutboundCall call) {
		call.onResult(this.result);
	}

	@Override
	public void cancel(OutboundCall call) {
		// Each call is over before it could be cancelled.
	}

	@Override
	public Flux<byte[]> stream(StreamCall call) {
		return Flux.error(new UnsupportedOperationException("no streams"));
	}

	@Override
	public int inFlight() {
		return 0;
	}

	@Override
	public Stats stats() {
		return new Stats(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, 0, 0, 0);
	}

	@Override
	public void drain() {
		// Nothing is ever in flight.
	}

	@Override
	public void close(Status reason) {
		// Holds nothing.
	}

	@Override
	public Flux<State> states() {
		return Flux.<State>never().startWith(State.READY);
	}

	@Override
	public @Nullable Status closeReason() {
		return null;
	}

	@Override
	public Mono<Status> closed() {
		return Mono.never();
	}

}
