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

import io.macula.log.DurationText;

/**
 * Settings of QUIC and of the protocol over it. Immutable.
 *
 * @param idleTimeout a connection without a packet for this long is over; default 30
 * seconds
 * @param keepAlive distance of liveness frames on a quiet connection; default 10 seconds
 * @param suspicion how long a peer may stay silent while an answer is due before it is
 * suspected; default 750 milliseconds
 * @param maxPayloadBytes largest payload in either direction; default 16 MiB
 * @param laneThresholdBytes payloads beyond this travel on a stream of their own; default
 * 16 KiB
 * @param lanes long-lived streams of unary calls per connection, 1 to 16; default 1
 * @param maxConnections connections that a listener accepts at once, from one address
 * seven times as many as are left; default 10000
 * @param maxInFlightPerConnection calls that one connection may have open; default 20000
 * @param maxStreamsPerConnection call streams that one connection may have open; default
 * 1000
 * @param eventLoops threads of the transport; 0, the default, for half of the processors,
 * at least 1
 * @param spin how long an event loop looks for events before it sleeps, where events come
 * that soon; up to 1 millisecond, 0 for not at all; default 50 microseconds. Linux only,
 * and not with a single processor
 * @param bufferMemoryBytes bytes that may wait on all connections: frames that have
 * arrived in part, calls without an answer, answers that are not read; one connection may
 * hold as much of it as is left for the others, all from one address seven times as much.
 * 0, the default, for a third of the smaller of heap and direct memory, and no less than
 * two payloads need
 * @param maxPendingHandshakes handshakes under way at once; default 1024. From a quarter
 * of it on, at most 64, clients must prove their addresses; one address may have an
 * eighth of it
 */
public record TransportSettings(Duration idleTimeout, Duration keepAlive, Duration suspicion, int maxPayloadBytes,
		int laneThresholdBytes, int lanes, int maxConnections, int maxInFlightPerConnection,
		int maxStreamsPerConnection, int eventLoops, Duration spin, long bufferMemoryBytes, int maxPendingHandshakes) {

	private static final Duration MAX_SPIN = Duration.ofMillis(1);

	private static final int DEFAULT_PENDING_HANDSHAKES = 1024;

	public TransportSettings {
		require(idleTimeout.toMillis() >= 1000, "idleTimeout", idleTimeout, "at least 1s");
		require(keepAlive.toMillis() >= 100 && keepAlive.compareTo(idleTimeout) < 0, "keepAlive", keepAlive,
				"at least 100ms and less than the idleTimeout " + DurationText.setting(idleTimeout));
		require(suspicion.toMillis() >= 50 && suspicion.compareTo(idleTimeout) < 0, "suspicion", suspicion,
				"at least 50ms and less than the idleTimeout " + DurationText.setting(idleTimeout));
		require(maxPayloadBytes >= 1024 && maxPayloadBytes <= 1 << 30, "maxPayloadBytes", maxPayloadBytes,
				"1KB to 1GB");
		require(laneThresholdBytes >= 0 && laneThresholdBytes <= 1 << 20, "laneThresholdBytes", laneThresholdBytes,
				"0 to 1MB");
		require(lanes >= 1 && lanes <= 16, "lanes", lanes, "1 to 16");
		require(maxConnections >= 1, "maxConnections", maxConnections, "at least 1");
		require(maxInFlightPerConnection >= 1, "maxInFlightPerConnection", maxInFlightPerConnection, "at least 1");
		require(maxStreamsPerConnection >= 1, "maxStreamsPerConnection", maxStreamsPerConnection, "at least 1");
		require(eventLoops >= 0 && eventLoops <= 1024, "eventLoops", eventLoops, "0 to 1024");
		require(!spin.isNegative() && spin.compareTo(MAX_SPIN) <= 0, "spin", spin, "0 to 1ms");
		require(bufferMemoryBytes == 0 || bufferMemoryBytes >= NodeMemory.least(maxPayloadBytes), "bufferMemoryBytes",
				bufferMemoryBytes, "0, or at least " + NodeMemory.least(maxPayloadBytes)
						+ ", twice what a payload of maxPayloadBytes " + maxPayloadBytes + " needs");
		require(maxPendingHandshakes >= 8 && maxPendingHandshakes <= 1 << 20, "maxPendingHandshakes",
				maxPendingHandshakes, "8 to 1048576");
	}

	/**
	 * Settings with the default memory and the default number of handshakes.
	 * @param idleTimeout a connection without a packet for this long is over
	 * @param keepAlive distance of liveness frames on a quiet connection
	 * @param suspicion how long a peer may stay silent before it is suspected
	 * @param maxPayloadBytes largest payload in either direction
	 * @param laneThresholdBytes payloads beyond this travel on a stream of their own
	 * @param lanes long-lived streams of unary calls per connection
	 * @param maxConnections connections that a listener accepts at once
	 * @param maxInFlightPerConnection calls that one connection may have open
	 * @param maxStreamsPerConnection call streams that one connection may have open
	 * @param eventLoops threads of the transport
	 * @param spin how long an event loop looks for events before it sleeps
	 */
	public TransportSettings(Duration idleTimeout, Duration keepAlive, Duration suspicion, int maxPayloadBytes,
			int laneThresholdBytes, int lanes, int maxConnections, int maxInFlightPerConnection,
			int maxStreamsPerConnection, int eventLoops, Duration spin) {
		this(idleTimeout, keepAlive, suspicion, maxPayloadBytes, laneThresholdBytes, lanes, maxConnections,
				maxInFlightPerConnection, maxStreamsPerConnection, eventLoops, spin, 0, DEFAULT_PENDING_HANDSHAKES);
	}

	/**
	 * The defaults.
	 * @return settings
	 */
	public static TransportSettings defaults() {
		return new TransportSettings(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofMillis(750), 16 << 20,
				16 << 10, 1, 10_000, 20_000, 1_000, 0, Duration.ofNanos(50_000));
	}

	private static void require(boolean valid, String name, Object value, String expected) {
		if (!valid) {
			Object told = (value instanceof Duration time) ? DurationText.setting(time) : value;
			throw new IllegalArgumentException(name + " " + told + " is not valid: expected " + expected);
		}
	}

}
