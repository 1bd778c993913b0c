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

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator of refused handshakes, at most {@value #BURST} lines in
 * {@value #PERIOD_SECONDS} seconds, so that a flood does not fill the log. Safe for all
 * threads.
 */
final class HandshakeLog {

	static final int BURST = 10;

	static final int PERIOD_SECONDS = 10;

	private static final Logger logger = LoggerFactory.getLogger(QuicListener.class);

	private final LongSupplier clock;

	private long periodStart;

	private int written;

	private long suppressed;

	HandshakeLog(LongSupplier clock) {
		this.clock = clock;
		this.periodStart = clock.getAsLong();
	}

	/**
	 * A handshake was refused.
	 * @param peer the peer's address
	 * @param sni name that the peer asked for, if any
	 * @param reason why
	 * @param check what to check
	 */
	void refused(@Nullable SocketAddress peer, @Nullable String sni, String reason, String check) {
		long dropped;
		synchronized (this) {
			long now = this.clock.getAsLong();
			if (now - this.periodStart > TimeUnit.SECONDS.toNanos(PERIOD_SECONDS)) {
				this.periodStart = now;
				this.written = 0;
			}
			if (this.written >= BURST) {
				this.suppressed++;
				return;
			}
			this.written++;
			dropped = this.suppressed;
			this.suppressed = 0;
		}
		logger.warn("Refused a connection from {}{}: {}; check {}{}", (peer != null) ? peer : "an unknown address",
				(sni != null) ? " that asked for '" + TlsFailures.printable(sni) + "'" : "",
				TlsFailures.printable(reason), check,
				(dropped > 0) ? " (" + dropped + " more refusals were not logged)" : "");
	}

}
