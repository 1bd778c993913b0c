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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.log.LogLimit;
import io.macula.log.PrintableLogger;
import io.macula.tls.TlsFailures;
import io.macula.udp.BriefSpin;
import io.macula.udp.LoopThread;
import io.macula.udp.Udp;
import io.macula.wire.ErrorCode;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import org.slf4j.Logger;
import reactor.core.Disposable;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of a node and the UDP sockets from which it dials; listeners and
 * connectors share them. Safe for all threads; {@link #close()} releases everything.
 */
public final class Transport implements AutoCloseable {

	private static final Logger logger = PrintableLogger.of(Transport.class);

	private static final AtomicInteger COUNTER = new AtomicInteger();

	private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

	private final TransportSettings settings;

	private final LongSupplier clock;

	private final LoopResources resources;

	private final EventLoopGroup loops;

	private final Udp udp;

	private final ClientSockets clientSockets;

	private final NodeMemory memory;

	private final Set<ClientConnection> connections = ConcurrentHashMap.newKeySet();

	private final LogLimit brokenLimit;

	private final PauseLog pauseLog;

	private final LongSupplier wallMillis;

	private final Map<EventLoop, LoopWatch> watches = new ConcurrentHashMap<>();

	private final LogLimit suspicionLimit;

	private volatile boolean closed;

	private Transport(TransportSettings settings, LongSupplier clock, LongSupplier wallMillis) {
		this.settings = settings;
		this.clock = clock;
		this.wallMillis = wallMillis;
		this.pauseLog = new PauseLog(clock);
		this.memory = NodeMemory.of(settings, clock);
		this.brokenLimit = HandshakeLog.limit(clock);
		this.suspicionLimit = LogLimit.ofPeers(clock);
		int threads = (settings.eventLoops() > 0) ? settings.eventLoops()
				: Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
		String name = "macula-" + COUNTER.incrementAndGet();
		this.resources = LoopResources.create(name, threads, true);
		this.loops = loops(name, threads);
		this.udp = new Udp(this.resources, this.loops, threads);
		this.clientSockets = new ClientSockets(this.udp, settings, this::watch);
	}

	/**
	 * Reactor Netty's loops cannot be told how to wait, and only epoll can be spun on.
	 */
	private EventLoopGroup loops(String name, int threads) {
		long spinNanos = this.settings.spin().toNanos();
		if (spinNanos == 0 || Runtime.getRuntime().availableProcessors() == 1 || !Epoll.isAvailable()) {
			return this.resources.onServer(LoopResources.DEFAULT_NATIVE);
		}
		AtomicInteger number = new AtomicInteger();
		ThreadFactory factory = (task) -> new LoopThread(task, name + "-epoll-" + number.incrementAndGet());
		return new MultiThreadIoEventLoopGroup(threads, factory,
				EpollIoHandler.newFactory(0, () -> new BriefSpin(spinNanos, System::nanoTime)));
	}

	/**
	 * Start event loops.
	 * @param settings settings of all connections and listeners of this transport
	 * @return a transport, to be closed by the caller
	 */
	public static Transport create(TransportSettings settings) {
		return create(settings, System::nanoTime, System::currentTimeMillis);
	}

	/** For what is done by a clock of its own: tests. */
	static Transport create(TransportSettings settings, LongSupplier clock) {
		return create(settings, clock, () -> TimeUnit.NANOSECONDS.toMillis(clock.getAsLong()));
	}

	/** The same, with a time of day. */
	static Transport create(TransportSettings settings, LongSupplier clock, LongSupplier wallMillis) {
		return new Transport(settings, clock, wallMillis);
	}

	/**
	 * The settings.
	 * @return the settings
	 */
	public TransportSettings settings() {
		return this.settings;
	}

	/**
	 * Run an action once, later, on an event loop. It runs even if this transport is
	 * closed by then, at its time and on a thread that Netty has for the whole process,
	 * so that nothing whose end is a matter of time waits for ever.
	 * @param action must not block
	 * @param delay from now
	 * @return disposing it before the run prevents the run
	 */
	public Disposable schedule(Runnable action, Duration delay) {
		return ScheduledAction.schedule(action, delay.toNanos(), this.udp.nextLoop(), this.clock);
	}

	/**
	 * Close all connections, sockets and event loops. Waits for them for a few seconds at
	 * most, not at all on an event loop.
	 */
	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		Status reason = Status.unknown(Code.UNAVAILABLE, "this node was closed");
		for (ClientConnection connection : this.connections) {
			attempt("a connection", () -> connection.close(reason));
		}
		boolean mayWait = !onEventLoop();
		long deadline = System.nanoTime() + CLOSE_LIMIT.toNanos();
		if (mayWait) {
			for (ClientConnection connection : this.connections) {
				connection.awaitClosed(deadline - System.nanoTime());
			}
		}
		attempt("the sockets", () -> {
			Future<?> sockets = this.clientSockets.close();
			if (mayWait) {
				Udp.await(sockets, deadline - System.nanoTime());
			}
		});
		attempt("the resources of the event loops",
				() -> this.resources.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).subscribe());
		attempt("the event loops", () -> {
			this.loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			if (mayWait) {
				Udp.await(this.loops.terminationFuture(), deadline - System.nanoTime());
			}
		});
	}

	/**
	 * Let no datagram out any more, and none in: peers learn nothing of what happens here
	 * from now on, as if the process had died. {@link #close()} is needed all the same.
	 */
	public void cutOff() {
		this.udp.cutOff(CLOSE_LIMIT.toNanos());
	}

	/**
	 * One that fails, for example for want of a thread, must not keep the others open.
	 */
	private static void attempt(String what, Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			logger.warn("Closing the transport goes on, though this failed: {}", what, ex);
		}
	}

	/** The present, on the scale of all deadlines. */
	LongSupplier clock() {
		return this.clock;
	}

	/** The time of day in milliseconds. */
	LongSupplier wallMillis() {
		return this.wallMillis;
	}

	/** Notices that an event loop stood still; the watch belongs to that loop. */
	LoopWatch watch(EventLoop loop) {
		return this.watches.computeIfAbsent(loop, (each) -> new LoopWatch(this.clock, this.wallMillis, this.pauseLog));
	}

	Udp udp() {
		return this.udp;
	}

	/** What may wait on all connections, accepted and dialled. */
	NodeMemory memory() {
		return this.memory;
	}

	ClientSockets clientSockets() {
		return this.clientSockets;
	}

	EventLoop nextLoop() {
		return this.udp.nextLoop();
	}

	boolean closed() {
		return this.closed;
	}

	void opened(ClientConnection connection) {
		this.connections.add(connection);
		if (this.closed) {
			connection.close(Status.unknown(Code.UNAVAILABLE, "this node was closed"));
		}
	}

	void closed(ClientConnection connection) {
		this.connections.remove(connection);
	}

	/**
	 * A connection is closed because the provider broke the protocol, or this node
	 * failed.
	 */
	void broken(ClientConnection connection, ErrorCode code, String reason) {
		if (connection.state() == Connection.State.CLOSED) {
			return;
		}
		Endpoint endpoint = connection.endpoint();
		this.brokenLimit.log(endpoint.toString(),
				(suppressed) -> logger.warn("Closed the connection to node '{}' at {}, {}: {}{}",
						TlsFailures.printable(connection.peer().nodeId()), endpoint, HandshakeLog.cause(code),
						TlsFailures.printable(reason), suppressed));
	}

	/** A peer gives no sign of life. */
	void suspected(Endpoint endpoint, String why) {
		this.suspicionLimit.log(endpoint + " suspected",
				(suppressed) -> logger.info("{} is suspected: {}{}", endpoint, why, suppressed));
	}

	/** A peer that was suspected gives signs of life. */
	void alive(Endpoint endpoint) {
		this.suspicionLimit.log(endpoint + " alive",
				(suppressed) -> logger.info("{} gives signs of life again{}", endpoint, suppressed));
	}

	private boolean onEventLoop() {
		return this.udp.onEventLoop();
	}

}
