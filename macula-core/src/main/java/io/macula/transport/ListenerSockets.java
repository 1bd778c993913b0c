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

import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.log.PrintableLogger;
import io.macula.udp.Addresses;
import io.macula.udp.Udp;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The UDP sockets of a listener, which have one port: one for each event loop, and where
 * those are bound at a wildcard address, as many at single addresses of this machine.
 * Safe for all threads; binding waits, so it is not for event loops.
 */
final class ListenerSockets {

	/*
	 * Sockets that share a port (SO_REUSEPORT) would share it with those of any other
	 * process of the same user, which nobody would notice. Hence the first one is bound
	 * without: it fails if the port is in use. It becomes shareable afterwards, and the
	 * others join it.
	 */

	private static final Logger logger = PrintableLogger.of(QuicListener.class);

	private static final long BIND_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

	/** Each costs a socket for each event loop. */
	private static final int MAX_BESIDE = 32;

	private final Udp udp;

	private final ChannelHandler pipeline;

	private final List<EventLoop> loops;

	/** Guarded by this, as all below. */
	private final List<Channel> sockets = new ArrayList<>();

	private final Map<InetAddress, List<Channel>> beside = new LinkedHashMap<>();

	private boolean toldOfMore;

	private boolean closed;

	/**
	 * No sockets yet.
	 * @param udp opens them
	 * @param pipeline what reads from each of them; sharable
	 */
	ListenerSockets(Udp udp, ChannelHandler pipeline) {
		this.udp = udp;
		this.pipeline = pipeline;
		this.loops = several(udp) ? udp.loops() : udp.loops().subList(0, 1);
	}

	/** Whether there is more than one socket for each address. */
	static boolean several(Udp udp) {
		return udp.loops().size() > 1 && udp.epoll();
	}

	/**
	 * Bind the first sockets.
	 * @param address where to listen; port 0 for any free port
	 * @throws UncheckedIOException if the port cannot be bound
	 */
	synchronized void bind(InetSocketAddress address) {
		Channel first = bind(this.loops.get(0), address, false);
		this.sockets.add(first);
		if (this.loops.size() > 1) {
			Udp.shareable(first, true);
		}
		InetSocketAddress local = new InetSocketAddress(address.getAddress(), port());
		for (EventLoop loop : this.loops.subList(1, this.loops.size())) {
			try {
				this.sockets.add(bind(loop, local, true));
			}
			catch (UncheckedIOException ex) {
				logger.info("UDP port {} is served by {} of {} event loops: {}", port(), this.sockets.size(),
						this.loops.size(), String.valueOf(ex.getCause()));
				break;
			}
		}
	}

	/**
	 * Answer who dials one of these addresses from there.
	 * @param addresses of this machine; what it had before stays, as long as there is
	 * room, since it may return
	 */
	synchronized void bindBeside(Collection<InetAddress> addresses) {
		if (this.closed || !this.udp.epoll() || !address().isAnyLocalAddress()) {
			return;
		}
		for (InetAddress address : addresses) {
			if (!this.beside.containsKey(address)) {
				if (this.beside.size() < MAX_BESIDE || dropOneBut(addresses)) {
					bindBeside(address);
				}
				else {
					tellOfMore();
				}
			}
		}
	}

	private boolean dropOneBut(Collection<InetAddress> present) {
		for (InetAddress address : this.beside.keySet()) {
			if (!present.contains(address)) {
				List<Channel> dropped = this.beside.remove(address);
				this.sockets.removeAll(dropped);
				dropped.forEach(Channel::close);
				return true;
			}
		}
		return false;
	}

	private void bindBeside(InetAddress address) {
		Channel first = this.sockets.get(0);
		Udp.shareable(first, true);
		List<Channel> bound = new ArrayList<>();
		try {
			for (EventLoop loop : this.loops) {
				bound.add(bind(loop, new InetSocketAddress(address, port()), true));
			}
		}
		catch (UncheckedIOException ex) {
			logger.debug("Answers to who dials {} may come from elsewhere", address, ex);
		}
		if (!bound.isEmpty()) {
			this.sockets.addAll(bound);
			this.beside.put(address, bound);
		}
		if (this.loops.size() == 1) {
			Udp.shareable(first, false);
			bound.forEach((socket) -> Udp.shareable(socket, false));
		}
	}

	private void tellOfMore() {
		if (!this.toldOfMore) {
			this.toldOfMore = true;
			logger.info("This machine has more than {} addresses: whoever dials a further one may get no answer, "
					+ "unless macula.provider.address names it", MAX_BESIDE);
		}
	}

	private Channel bind(EventLoop loop, InetSocketAddress local, boolean shared) {
		ChannelFuture bound = this.udp.bind(loop, local, shared, this.pipeline);
		Udp.await(bound, BIND_LIMIT_NANOS);
		if (!bound.isSuccess()) {
			bound.channel().close();
			throw cannotBind(local, bound.cause());
		}
		return bound.channel();
	}

	private static UncheckedIOException cannotBind(InetSocketAddress address, @Nullable Throwable cause) {
		BindException exception = new BindException("UDP " + Addresses.text(address) + " cannot be bound: "
				+ ((cause != null) ? cause.getMessage() : "no answer")
				+ "; check that no other process uses the port (macula.provider.port) and that the address is local");
		exception.initCause(cause);
		return new UncheckedIOException(exception);
	}

	synchronized InetAddress address() {
		return local().getAddress();
	}

	synchronized int port() {
		return local().getPort();
	}

	private InetSocketAddress local() {
		return (InetSocketAddress) this.sockets.get(0).localAddress();
	}

	synchronized List<Channel> open() {
		return List.copyOf(this.sockets);
	}

	/**
	 * Close all sockets.
	 * @param closed runs when the port is free
	 */
	void close(Runnable closed) {
		List<Channel> open;
		synchronized (this) {
			this.closed = true;
			open = open();
		}
		AtomicInteger left = new AtomicInteger(open.size());
		open.forEach((socket) -> socket.close().addListener((future) -> {
			if (left.decrementAndGet() == 0) {
				closed.run();
			}
		}));
	}

}
