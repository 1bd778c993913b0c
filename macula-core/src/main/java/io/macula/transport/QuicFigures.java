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

import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import org.jspecify.annotations.Nullable;

/**
 * What the QUIC stack counts of a connection. To be asked on its event loop, where the
 * answers are there at once.
 */
final class QuicFigures {

	private QuicFigures() {
	}

	static long packetsReceived(QuicChannel channel) {
		QuicConnectionStats stats = stats(channel);
		return (stats != null) ? stats.recv() : 0;
	}

	static Connection.Stats sample(QuicChannel channel, Duration age, Duration handshake, long roundTripNanos,
			long callsSent) {
		QuicConnectionStats stats = stats(channel);
		if (stats == null) {
			return new Connection.Stats(age, handshake, Duration.ofNanos(roundTripNanos), 0, 0, 0, callsSent);
		}
		long roundTrip = (channel.isActive()) ? roundTripNanos(channel) : 0;
		return new Connection.Stats(age, handshake, Duration.ofNanos((roundTrip > 0) ? roundTrip : roundTripNanos),
				stats.sentBytes(), stats.recvBytes(), stats.lost(), callsSent);
	}

	/** Smoothed by the QUIC stack; 0 if there is no path. */
	static long roundTripNanos(QuicChannel channel) {
		QuicConnectionPathStats path = channel.collectPathStats(0).getNow();
		return (path != null) ? path.rtt() : 0;
	}

	private static @Nullable QuicConnectionStats stats(QuicChannel channel) {
		return channel.collectStats().getNow();
	}

}
