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

/**
 * Hears on behalf of one connection or dial that nobody listens at the peer's port, which
 * the kernel only tells on connected sockets. ICMP can be forged: what it tells is a
 * reason to doubt the peer, never the only one to close. Owned by one event loop;
 * {@link #close} releases its share of the socket.
 */
final class Sentinel {

	private final SentinelSockets sockets;

	private final InetSocketAddress remote;

	private final Runnable unreachable;

	private boolean open;

	private boolean closed;

	Sentinel(SentinelSockets sockets, InetSocketAddress remote, Runnable unreachable) {
		this.sockets = sockets;
		this.remote = remote;
		this.unreachable = unreachable;
	}

	InetSocketAddress remote() {
		return this.remote;
	}

	/** Hear from now on what answers the packets of QUIC, where the platform allows. */
	void listen() {
		if (!this.open && this.sockets.hearQuic()) {
			open();
		}
	}

	/** Send one byte, which a living peer ignores. */
	void probe() {
		open();
		if (this.open) {
			this.sockets.probe(this.remote);
		}
	}

	/** Release the socket until the next time. */
	void rest() {
		if (this.open) {
			this.open = false;
			this.sockets.leave(this);
		}
	}

	void close() {
		this.closed = true;
		rest();
	}

	void told() {
		if (this.open) {
			this.unreachable.run();
		}
	}

	private void open() {
		if (!this.open && !this.closed) {
			this.open = true;
			this.sockets.join(this);
		}
	}

}
