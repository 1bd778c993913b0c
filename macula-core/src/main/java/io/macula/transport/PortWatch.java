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

import io.macula.udp.Sentinel;
import io.macula.udp.SentinelSockets;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What a dial or a connection hears of the peer's port: its {@link Sentinel}, or nothing
 * where the UDP socket has none beside it. Owned by the socket's event loop;
 * {@link #close} releases what it holds.
 */
final class PortWatch {

	private final @Nullable Sentinel sentinel;

	private PortWatch(@Nullable Sentinel sentinel) {
		this.sentinel = sentinel;
	}

	/**
	 * A watch.
	 * @param socket the socket of QUIC
	 * @param remote the peer
	 * @param unreachable runs when the kernel tells that nobody listens there
	 */
	static PortWatch of(Channel socket, InetSocketAddress remote, Runnable unreachable) {
		@Nullable SentinelSockets beside = SentinelSockets.of(socket);
		return new PortWatch((beside != null) ? new Sentinel(beside, remote, unreachable) : null);
	}

	/** Hear from now on what answers the packets of QUIC, where the platform allows. */
	void listen() {
		if (this.sentinel != null) {
			this.sentinel.listen();
		}
	}

	/** Send what a closed port answers. */
	void probe() {
		if (this.sentinel != null) {
			this.sentinel.probe();
		}
	}

	/** Nothing need be heard until the next time. */
	void rest() {
		if (this.sentinel != null) {
			this.sentinel.rest();
		}
	}

	void close() {
		if (this.sentinel != null) {
			this.sentinel.close();
		}
	}

}
