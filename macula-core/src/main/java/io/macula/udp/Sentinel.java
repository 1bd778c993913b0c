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

package io.macula.udp;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * Hears on behalf of one connection or dial that nobody listens at the peer's port, which
 * the kernel only tells on connected sockets. ICMP can be forged: what it tells is a
 * reason to doubt the peer, never the only one to close. Owned by one event loop;
 * {@link #close} releases its share of the socket.
 */
public final class Sentinel {

	private final SentinelSockets sockets;

	private final InetSocketAddress remote;

	private final Runnable unreachable;

	private SentinelSockets.@Nullable Shared socket;

	private boolean closed;

	public Sentinel(SentinelSockets sockets, InetSocketAddress remote, Runnable unreachable) {
		this.sockets = sockets;
		this.remote = remote;
		this.unreachable = unreachable;
	}

	/** Hear from now on what answers the packets of QUIC, where the platform allows. */
	public void listen() {
		if (this.socket == null && this.sockets.hearQuic()) {
			open();
		}
	}

	/** Send one byte, which a living peer ignores. */
	public void probe() {
		open();
		if (this.socket != null) {
			this.socket.probe();
		}
	}

	/** Release the socket until the next time. */
	public void rest() {
		if (this.socket != null) {
			this.socket.leave(this);
			this.socket = null;
		}
	}

	public void close() {
		this.closed = true;
		rest();
	}

	void told() {
		if (this.socket != null) {
			this.unreachable.run();
		}
	}

	private void open() {
		if (this.socket == null && !this.closed) {
			this.socket = this.sockets.join(this, this.remote);
		}
	}

}
