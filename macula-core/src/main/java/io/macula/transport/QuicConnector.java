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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.tls.TlsContexts;
import io.macula.udp.Addresses;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Dials endpoints. Safe for all threads.
 */
public final class QuicConnector {

	/** RFC 8305, section 5: Connection Attempt Delay, and its recommended minimum. */
	private static final long ATTEMPT_DELAY_MILLIS = 250;

	private static final long MIN_ATTEMPT_DELAY_MILLIS = 100;

	/**
	 * How often an address is dialled that is silent. QUIC, which knows nothing of the
	 * path yet, repeats a lost first packet after a second only (RFC 9002, section
	 * 6.2.2); another dial is sooner.
	 */
	private static final int ROUNDS = 3;

	/** Between the ends of dials that have the same deadline. */
	private static final long DISTANCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private final Transport transport;

	private final LongSupplier clock;

	private final TlsContexts tls;

	private final NodeInfo self;

	private final Function<String, Mono<List<InetAddress>>> resolver;

	/**
	 * A connector.
	 * @param transport its event loops and sockets
	 * @param tls what this node shows and trusts
	 * @param self what this node says of itself in HELLO
	 */
	public QuicConnector(Transport transport, TlsContexts tls, NodeInfo self) {
		this(transport, tls, self, Addresses::resolve);
	}

	QuicConnector(Transport transport, TlsContexts tls, NodeInfo self,
			Function<String, Mono<List<InetAddress>>> resolver) {
		this.resolver = resolver;
		this.transport = transport;
		this.clock = transport.clock();
		this.tls = tls;
		this.self = self;
	}

	/**
	 * Dial all addresses of an endpoint, a quarter of a second apart or as soon as one
	 * fails, until one answers; the others are given up then. Many addresses follow each
	 * other faster, so that the last one has its share of the time. Those that are silent
	 * are dialled again a quarter of a second after the last one, and once more after
	 * half a second.
	 * @param endpoint where to
	 * @param timeout bound of everything, WELCOME included
	 * @return the connection, owned by the subscriber; fails with
	 * {@link io.macula.RpcException}, never processed: UNAVAILABLE or UNAUTHENTICATED.
	 * Cancelling it gives up
	 */
	public Mono<Connection> connect(Endpoint endpoint, Duration timeout) {
		return Mono.create((sink) -> {
			Race race = new Race(endpoint, timeout.toNanos(), sink, this.transport.nextLoop());
			sink.onCancel(race::cancel);
			race.start();
		});
	}

	/**
	 * The dials of one endpoint. Owned by the event loop.
	 */
	private final class Race implements Dial.Receiver {

		private final Endpoint endpoint;

		private final long timeoutNanos;

		private final MonoSink<Connection> sink;

		private final EventLoop loop;

		private final Deque<InetSocketAddress> untried = new ArrayDeque<>();

		private final List<Dial> dials = new ArrayList<>();

		private final List<Status> failures = new ArrayList<>();

		private @Nullable ScheduledFuture<?> nextAttempt;

		private @Nullable Disposable resolution;

		private long attemptDelayMillis = ATTEMPT_DELAY_MILLIS;

		private int round = 1;

		private long deadlineNanos;

		/** Whether this node stood still, so that the time began anew. */
		private boolean extended;

		private boolean over;

		Race(Endpoint endpoint, long timeoutNanos, MonoSink<Connection> sink, EventLoop loop) {
			this.endpoint = endpoint;
			this.timeoutNanos = timeoutNanos;
			this.deadlineNanos = now() + timeoutNanos;
			this.sink = sink;
			this.loop = loop;
		}

		void start() {
			this.resolution = QuicConnector.this.resolver.apply(this.endpoint.host())
				.timeout(Duration.ofNanos(Math.max(1, this.timeoutNanos)))
				.subscribe((addresses) -> execute(() -> resolved(addresses)),
						(error) -> execute(() -> unresolved(error)));
		}

		void cancel() {
			execute(() -> {
				if (this.resolution != null) {
					this.resolution.dispose();
				}
				end();
			});
		}

		@Override
		public void connected(ClientConnection connection) {
			if (this.over) {
				connection.close(Status.notProcessed(Code.UNAVAILABLE, "another address answered first"));
				return;
			}
			end();
			this.sink.success(connection);
		}

		@Override
		public void failed(Status status) {
			if (this.over) {
				return;
			}
			this.failures.add(status);
			if (!this.untried.isEmpty()) {
				attempt();
			}
			else if (this.dials.stream().map(Dial::remote).allMatch(this::answered)) {
				end();
				this.sink.error(failure().toException());
			}
		}

		private void resolved(List<InetAddress> addresses) {
			addresses.forEach((address) -> this.untried.add(new InetSocketAddress(address, this.endpoint.port())));
			long share = TimeUnit.NANOSECONDS.toMillis(remainingNanos()) / (addresses.size() + 1);
			this.attemptDelayMillis = Math.max(MIN_ATTEMPT_DELAY_MILLIS, Math.min(ATTEMPT_DELAY_MILLIS, share));
			attempt();
		}

		private void unresolved(Throwable error) {
			if (!this.over) {
				end();
				this.sink.error(Status.notProcessed(Code.UNAVAILABLE,
						"no connection to " + this.endpoint + ": " + Addresses.unresolved(this.endpoint.host(), error)
								+ "; check the name, the address that the provider advertises, and the name service")
					.toException());
			}
		}

		private void attempt() {
			if (this.nextAttempt != null) {
				this.nextAttempt.cancel(false);
			}
			InetSocketAddress address = this.untried.poll();
			if (this.over || address == null) {
				return;
			}
			Dial dial = new Dial(QuicConnector.this.transport, QuicConnector.this.tls, QuicConnector.this.self,
					this.endpoint, address, patience(), this.loop, this);
			this.dials.add(dial);
			if (!this.untried.isEmpty()) {
				this.nextAttempt = this.loop.schedule(this::attempt, this.attemptDelayMillis, TimeUnit.MILLISECONDS);
			}
			else if (this.round < ROUNDS) {
				this.nextAttempt = this.loop.schedule(this::nextRound, this.attemptDelayMillis * this.round,
						TimeUnit.MILLISECONDS);
			}
			dial.start(QuicConnector.this.transport.clientSockets().get(this.loop, address.getAddress()));
		}

		/**
		 * The first one ends first, since it has the most to tell: how long it waited.
		 */
		private long patience() {
			return Math.max(1, remainingNanos()) + this.dials.size() * DISTANCE_NANOS;
		}

		private void nextRound() {
			if (TimeUnit.NANOSECONDS.toMillis(remainingNanos()) < MIN_ATTEMPT_DELAY_MILLIS) {
				// This node is late: a dial that has no time would end those that wait.
				return;
			}
			this.round++;
			this.dials.stream()
				.filter(Dial::silent)
				.map(Dial::remote)
				.distinct()
				.filter((remote) -> !answered(remote))
				.forEach(this.untried::add);
			attempt();
		}

		/** Whether a dial of this address came to its end, whatever others of it do. */
		private boolean answered(InetSocketAddress remote) {
			return this.dials.stream().anyMatch((dial) -> dial.remote().equals(remote) && dial.ended());
		}

		/** As for each dial, what this node itself needs is no time of the peer's. */
		private long remainingNanos() {
			long now = now();
			if (!this.extended && now - this.deadlineNanos > Connection.PAUSE_NANOS) {
				this.extended = true;
				this.deadlineNanos = now + this.timeoutNanos;
			}
			return this.deadlineNanos + (this.dials.isEmpty() ? 0 : this.dials.get(0).ownNanos()) - now;
		}

		private long now() {
			return QuicConnector.this.clock.getAsLong();
		}

		private void end() {
			this.over = true;
			if (this.nextAttempt != null) {
				this.nextAttempt.cancel(false);
			}
			this.dials.forEach(Dial::cancel);
		}

		/** A refusal says more than silence at another address. */
		private Status failure() {
			for (Status status : this.failures) {
				if (status.code() == Code.UNAUTHENTICATED) {
					return status;
				}
			}
			return this.failures.get(0);
		}

		private void execute(Runnable action) {
			try {
				this.loop.execute(action);
			}
			catch (RejectedExecutionException ex) {
				this.sink.error(Status.notProcessed(Code.UNAVAILABLE, "this node was closed").toException());
			}
		}

	}

}
