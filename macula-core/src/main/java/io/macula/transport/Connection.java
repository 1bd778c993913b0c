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

import io.macula.Endpoint;
import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One QUIC connection to an endpoint, after its handshake and WELCOME, on the calling
 * side. Safe for all threads; closed by its owner, the pool.
 */
public interface Connection {

	/**
	 * From here on it is a pause of this node, not a delay: an attempt that spans one
	 * says nothing of the peer.
	 */
	long PAUSE_NANOS = 1_000_000_000L;

	/**
	 * The endpoint that was dialled.
	 * @return the endpoint
	 */
	Endpoint endpoint();

	/**
	 * Who answered there.
	 * @return what the peer said of itself in WELCOME
	 */
	NodeInfo peer();

	/**
	 * The present state; a plain volatile read.
	 * @return the state
	 */
	State state();

	/**
	 * Whether either side drained it: what ends for that reason is nobody's fault.
	 * @return whether it takes, or took at its end, no new calls
	 */
	boolean drained();

	/**
	 * Send a unary call. Never blocks and never throws: the outcome, a refusal included,
	 * comes through the call's own methods, exactly once, on the connection's event loop.
	 * @param call the call; must not have been sent before
	 */
	void send(OutboundCall call);

	/**
	 * Give up a call that was sent: nothing more is told to it, and the peer gets CANCEL.
	 * Does nothing if the call is over already.
	 * @param call the call
	 */
	void cancel(OutboundCall call);

	/**
	 * A streaming call on a stream of its own, opened at subscription.
	 * @param call the call
	 * @return the elements of the answer, with back-pressure up to the peer; fails with
	 * {@link FailureException}; cancelling it cancels the call
	 */
	Flux<byte[]> stream(StreamCall call);

	/**
	 * Number of calls and streams that were sent and not answered.
	 * @return 0 or more
	 */
	int inFlight();

	/**
	 * How long this node itself stood still, or ran late, while it should have served
	 * this connection: nobody else is to blame for that time. Asked on the connection's
	 * event loop.
	 * @param nanoTime since when, on the scale of {@link System#nanoTime()}
	 * @return nanoseconds, 0 for not at all
	 */
	default long stoodStillNanos(long nanoTime) {
		return 0;
	}

	/**
	 * Figures for people and metrics.
	 * @return the present figures
	 */
	Stats stats();

	/**
	 * Take no new calls, finish those in flight, then close. Returns at once.
	 */
	void drain();

	/**
	 * Close now; calls in flight fail with the given status.
	 * @param reason why
	 */
	void close(Status reason);

	/**
	 * Listen to changes of the state.
	 * @return the present state and each change, on the connection's event loop;
	 * completes after CLOSED
	 */
	Flux<State> states();

	/**
	 * Why this connection drains or is closed.
	 * @return the reason, of code OK where this side ended it without a fault;
	 * {@code null} while it is ready or suspected
	 */
	@Nullable Status closeReason();

	/**
	 * Waits for the end of this connection.
	 * @return completes with the reason
	 */
	Mono<Status> closed();

	/**
	 * States: READY to SUSPECTED and back; from each to DRAINING; from each to CLOSED,
	 * which is final.
	 */
	enum State {

		/** Takes calls. */
		READY,
		/** Gave no sign of life while one was due; takes calls, but others are better. */
		SUSPECTED,
		/** Finishes what is in flight; refuses new calls as not processed. */
		DRAINING,
		/** Over. */
		CLOSED

	}

	/**
	 * Figures of a connection.
	 *
	 * @param age since the handshake
	 * @param handshake how long connecting took, WELCOME included
	 * @param roundTrip smoothed round-trip time, zero if not yet measured
	 * @param bytesSent payload and headers
	 * @param bytesReceived payload and headers
	 * @param packetsLost as the QUIC stack counts them
	 * @param callsSent since the handshake
	 */
	record Stats(Duration age, Duration handshake, Duration roundTrip, long bytesSent, long bytesReceived,
			long packetsLost, long callsSent) {

	}

}
