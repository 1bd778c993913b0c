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
import java.util.concurrent.TimeUnit;

import io.netty.handler.codec.quic.QuicChannel;

/**
 * What is counted of a dialled connection. {@link #stats} and {@link #stale} are safe for
 * all threads, the rest is owned by the event loop, which alone may ask the QUIC stack.
 */
final class ClientFigures {

	private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final QuicChannel channel;

	private final long establishedNanos;

	private final Duration handshake;

	private volatile Connection.Stats stats;

	private long packetsSeen;

	private long sampledNanos;

	ClientFigures(QuicChannel channel, long startedNanos, long establishedNanos) {
		this.channel = channel;
		this.establishedNanos = establishedNanos;
		this.handshake = Duration.ofNanos(establishedNanos - startedNanos);
		this.stats = new Connection.Stats(Duration.ZERO, this.handshake, Duration.ZERO, 0, 0, 0, 0);
	}

	Connection.Stats stats() {
		return this.stats;
	}

	/** Whether the figures that readers see are older than they need be. */
	boolean stale(long now) {
		return now - this.establishedNanos - this.stats.age().toNanos() > SAMPLE_NANOS;
	}

	/** Whether it is time for a further sample. */
	boolean due(long now) {
		return now - this.sampledNanos > SAMPLE_NANOS;
	}

	Connection.Stats sample(long now, long roundTripNanos, long callsSent) {
		this.sampledNanos = now;
		Connection.Stats sampled = QuicFigures.sample(this.channel, Duration.ofNanos(now - this.establishedNanos),
				this.handshake, roundTripNanos, callsSent);
		this.stats = sampled;
		return sampled;
	}

	/** Whether any packet arrived since the last {@link #mark}, which this is, too. */
	boolean packetsArrived() {
		long before = this.packetsSeen;
		mark();
		return this.packetsSeen != before;
	}

	/** What arrived up to now is known. */
	void mark() {
		this.packetsSeen = QuicFigures.packetsReceived(this.channel);
	}

}
