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

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.tls.TlsFailures;
import io.macula.wire.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Tells the operator of refused handshakes, and of clients whose connections were closed
 * because they broke the protocol: once for each host and cause, then once a minute while
 * it goes on. Safe for all threads.
 */
final class HandshakeLog {

	private static final Logger logger = PrintableLogger.of(QuicListener.class);

	static final Duration PERIOD = Duration.ofSeconds(60);

	/** Different lines in one period. */
	static final int MAX_LINES = 10;

	private static final Pattern INSTANT = Pattern.compile("[0-9-]{10,}T[0-9:.]+Z");

	private final LogLimit limit;

	private final LongAdder refused = new LongAdder();

	HandshakeLog(LongSupplier clock) {
		this.limit = limit(clock);
	}

	/** How often a peer may make this node write of it. */
	static LogLimit limit(LongSupplier clock) {
		return new LogLimit(clock, PERIOD, MAX_LINES);
	}

	/**
	 * A handshake was refused.
	 * @param peer the peer's address
	 * @param sni name that the peer asked for, if any
	 * @param reason why
	 * @param advice what follows the reason, with its punctuation
	 */
	void refused(@Nullable SocketAddress peer, @Nullable String sni, String reason, String advice) {
		this.refused.increment();
		this.limit.log(host(peer) + timeless(reason + advice),
				(suppressed) -> logger.warn("Refused a connection from {}{}: {}{}{}",
						(peer != null) ? peer : "an unknown address",
						(sni != null) ? " that asked for '" + TlsFailures.printable(sni) + "'" : "",
						TlsFailures.printable(reason), advice, suppressed));
	}

	/** How often a handshake was refused, written of or not. */
	long refusedHandshakes() {
		return this.refused.sum();
	}

	/**
	 * A connection was closed because its client broke the protocol, or this node failed.
	 * @param peer the client's address
	 * @param nodeId its node
	 * @param code {@link ErrorCode#INTERNAL} for a failure of this node
	 * @param reason how
	 */
	void closed(@Nullable SocketAddress peer, String nodeId, ErrorCode code, String reason) {
		this.limit.log(host(peer) + nodeId,
				(suppressed) -> logger.warn("Closed the connection of node '{}' from {}, {}: {}{}",
						TlsFailures.printable(nodeId), peer, cause(code), TlsFailures.printable(reason), suppressed));
	}

	/** Whose fault it is that a connection is closed, as a part of a sentence. */
	static String cause(ErrorCode code) {
		return switch (code) {
			case INTERNAL -> "with which this node failed";
			case LIMIT -> "which exceeded a limit";
			default -> "which broke the protocol";
		};
	}

	/** A certificate's dates and the clock change while the cause stays the same. */
	private static String timeless(String text) {
		return INSTANT.matcher(text).replaceAll("");
	}

	/** Without the port, which is another one for each connection. */
	private static String host(@Nullable SocketAddress peer) {
		return (peer instanceof InetSocketAddress internet) ? internet.getHostString() + " " : peer + " ";
	}

}
