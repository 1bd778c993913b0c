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

import java.util.concurrent.TimeUnit;

import io.macula.udp.Udp;
import io.netty.handler.codec.quic.FlushStrategy;
import io.netty.handler.codec.quic.QuicCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;

/**
 * What QUIC is told on both sides; docs/performance.md has the measurements behind it.
 */
final class QuicKnobs {

	/** Name of the protocol in the TLS handshake. */
	static final String PROTOCOL = "macula/1";

	/** Lanes that a peer may open beside its control stream and its call streams. */
	static final int LANES = 16;

	private static final long CONNECTION_WINDOW_BYTES = 32L << 20;

	private static final long STREAM_WINDOW_BYTES = 16L << 20;

	/**
	 * Also the number of paths that quiche keeps: each change of the client's address
	 * takes one until the one before has failed; with the default of 2 the third change
	 * is lost.
	 */
	private static final long CONNECTION_IDS = 8;

	/**
	 * What is written before it is handed to the kernel: all datagrams of a payload of 64
	 * KiB.
	 */
	private static final int FLUSH_BYTES = 96 << 10;

	private QuicKnobs() {
	}

	static <B extends QuicCodecBuilder<B>> B apply(B builder, TransportSettings settings) {
		return builder.maxIdleTimeout(settings.idleTimeout().toMillis(), TimeUnit.MILLISECONDS)
			.initialMaxData(CONNECTION_WINDOW_BYTES)
			.initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW_BYTES)
			.initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW_BYTES)
			.initialMaxStreamDataUnidirectional(STREAM_WINDOW_BYTES)
			.initialMaxStreamsBidirectional(1L + LANES + settings.maxStreamsPerConnection())
			.initialMaxStreamsUnidirectional(settings.maxStreamsPerConnection())
			.congestionControlAlgorithm(QuicCongestionControlAlgorithm.CUBIC)
			.activeMigration(true)
			.activeConnectionIdLimit(CONNECTION_IDS)
			.discoverPmtu(true)
			.flushStrategy(FlushStrategy.afterNumBytes(FLUSH_BYTES))
			.maxSendUdpPayloadSize(Udp.MAX_DATAGRAM_BYTES)
			.maxRecvUdpPayloadSize(Udp.MAX_DATAGRAM_BYTES);
	}

}
