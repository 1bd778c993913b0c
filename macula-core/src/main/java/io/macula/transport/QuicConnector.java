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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Status;
import io.macula.tls.TlsContexts;
import io.macula.udp.Addresses;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Dials endpoints. Safe for all threads.
 */
public final class QuicConnector {

	/** RFC 8305, section 5: Connection Attempt Delay, and its recommended minimum. */
	private static final long ATTEMPT_DELAY_MILLIS = 250;

	private static final long MIN_ATTEMPT_DELAY_MILLIS = 100;

	/** RFC 8305, section 3: how long a farther address waits for the name of a nearer. */
	private static final long RESOLUTION_DELAY_MILLIS = 50;

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
		return connect(List.of(endpoint), (connection) -> null, timeout);
	}

	/**
	 * The same for several endpoints of one peer: the addresses of the first come before
	 * those of the second, and so on. Each name is resolved by itself, so that one that
	 * the name service does not know, or not yet, keeps nobody from the others.
	 * @param endpoints where to, at least one
	 * @param objection what speaks against whoever answered, or {@code null}: another
	 * address is dialled then. Asked on an event loop, must not block
	 * @param timeout bound of everything, WELCOME included
	 * @return the connection, of the endpoint that answered as it should, owned by the
	 * subscriber; fails with {@link io.macula.RpcException}, never processed: UNAVAILABLE
	 * or UNAUTHENTICATED. Where there are several endpoints, the failure names what
	 * became of each. Cancelling it gives up
	 */
	public Mono<Connection> connect(List<Endpoint> endpoints, Function<Connection, @Nullable Status> objection,
			Duration timeout) {
		return Mono.create((sink) -> {
			Race race = new Race(endpoints, objection, timeout.toNanos(), sink, this.transport.nextLoop());
			sink.onCancel(race::cancel);
			race.start();
		});
	}

	/**
	 * An address of an endpoint.
	 *
	 * @param rank the place of the endpoint among those that are dialled
	 * @param endpoint the endpoint
	 * @param remote its address, or {@code null} if it has none
	 */
	private record Target(int rank, Endpoint endpoint, @Nullable InetSocketAddress remote) {

	}

	/**
	 * The dials of the endpoints of one peer. Owned by the event loop.
	 */
	private final class Race {

		private final List<Endpoint> endpoints;

		private final Function<Connection, @Nullable Status> objection;

		private final long timeoutNanos;

		private final MonoSink<Connection> sink;

		private final EventLoop loop;

		/** Those of the first endpoint come first. */
		private final List<Target> untried = new ArrayList<>();

		private final List<Attempt> attempts = new ArrayList<>();

		/** The one that says most of each. */
		private final Map<Target, Status> failures = new LinkedHashMap<>();

		/** Places of endpoints whose addresses are asked for. */
		private final Set<Integer> unresolved = new HashSet<>();

		private @Nullable ScheduledFuture<?> nextAttempt;

		/** Whether that is one of an address that was not tried. */
		private boolean nextIsUntried;

		private final Disposable.Composite resolutions = Disposables.composite();

		private long attemptDelayMillis = ATTEMPT_DELAY_MILLIS;

		private int round = 1;

		private long deadlineNanos;

		/** Whether this node stood still, so that the time began anew. */
		private boolean extended;

		private boolean over;

		private final AtomicBoolean refused = new AtomicBoolean();

		Race(List<Endpoint> endpoints, Function<Connection, @Nullable Status> objection, long timeoutNanos,
				MonoSink<Connection> sink, EventLoop loop) {
			this.endpoints = endpoints;
			this.objection = objection;
			for (int rank = 0; rank < endpoints.size(); rank++) {
				this.unresolved.add(rank);
			}
			this.timeoutNanos = timeoutNanos;
			this.deadlineNanos = now() + timeoutNanos;
			this.sink = sink;
			this.loop = loop;
		}

		void start() {
			for (int i = 0; i < this.endpoints.size(); i++) {
				int rank = i;
				this.resolutions.add(QuicConnector.this.resolver.apply(this.endpoints.get(rank).host())
					.timeout(Duration.ofNanos(Math.max(1, this.timeoutNanos)))
					.subscribe((addresses) -> execute(() -> resolved(rank, addresses)),
							(error) -> execute(() -> unresolved(rank, error))));
			}
		}

		void cancel() {
			execute(this::end);
		}

		private void resolved(int rank, List<InetAddress> addresses) {
			if (this.over || !this.unresolved.remove(rank)) {
				return;
			}
			Endpoint endpoint = this.endpoints.get(rank);
			int place = 0;
			while (place < this.untried.size() && this.untried.get(place).rank() < rank) {
				place++;
			}
			for (InetAddress address : addresses) {
				this.untried.add(place++, new Target(rank, endpoint, new InetSocketAddress(address, endpoint.port())));
			}
			int all = this.untried.size() + this.attempts.size();
			long share = TimeUnit.NANOSECONDS.toMillis(remainingNanos()) / (all + 1);
			this.attemptDelayMillis = Math.max(MIN_ATTEMPT_DELAY_MILLIS, Math.min(ATTEMPT_DELAY_MILLIS, share));
			goOn();
		}

		private void unresolved(int rank, Throwable error) {
			if (this.over || !this.unresolved.remove(rank)) {
				return;
			}
			Endpoint endpoint = this.endpoints.get(rank);
			this.failures.put(new Target(rank, endpoint, null),
					Status.notProcessed(Code.UNAVAILABLE, "no connection to " + endpoint + ": "
							+ Addresses.unresolved(endpoint.host(), error)
							+ "; check the name, the address that the provider advertises, and the name service"));
			goOn();
		}

		/** More is known of the names. */
		private void goOn() {
			if (this.untried.isEmpty()) {
				endIfAllFailed();
			}
			else if (this.attempts.stream().allMatch((attempt) -> attempt.dial().ended())) {
				int next = this.untried.get(0).rank();
				if (this.unresolved.stream().noneMatch((rank) -> rank < next)) {
					attempt();
				}
				else if (!this.nextIsUntried) {
					scheduleAttempt(RESOLUTION_DELAY_MILLIS);
				}
			}
			else if (!this.nextIsUntried) {
				scheduleAttempt(this.attemptDelayMillis);
			}
		}

		private void connected(Attempt attempt, ClientConnection connection) {
			if (this.over) {
				connection.close(Status.notProcessed(Code.UNAVAILABLE, "another address answered first"));
				return;
			}
			Status against = this.objection.apply(connection);
			if (against != null) {
				connection.close(against);
				failed(attempt, against);
				return;
			}
			end();
			this.sink.success(connection);
		}

		private void failed(Attempt attempt, Status status) {
			if (this.over) {
				return;
			}
			this.failures.merge(attempt.target(), status, (known, later) -> (known.code() == Code.UNAUTHENTICATED)
					? known : (later.code() == Code.UNAUTHENTICATED) ? later : known);
			if (!this.untried.isEmpty()) {
				attempt();
			}
			else {
				endIfAllFailed();
			}
		}

		private void endIfAllFailed() {
			if (this.unresolved.isEmpty() && this.attempts.stream().map(Attempt::target).allMatch(this::answered)) {
				end();
				this.sink.error(failure().toException());
			}
		}

		private void attempt() {
			cancelNext();
			if (this.over || this.untried.isEmpty()) {
				return;
			}
			Attempt attempt = new Attempt(this, this.untried.remove(0), patience());
			this.attempts.add(attempt);
			if (!this.untried.isEmpty()) {
				scheduleAttempt(this.attemptDelayMillis);
			}
			else if (this.round < ROUNDS) {
				this.nextAttempt = this.loop.schedule(this::nextRound, this.attemptDelayMillis * this.round,
						TimeUnit.MILLISECONDS);
			}
			attempt.start();
		}

		private void scheduleAttempt(long delayMillis) {
			cancelNext();
			this.nextIsUntried = true;
			this.nextAttempt = this.loop.schedule(this::attempt, delayMillis, TimeUnit.MILLISECONDS);
		}

		private void cancelNext() {
			this.nextIsUntried = false;
			if (this.nextAttempt != null) {
				this.nextAttempt.cancel(false);
			}
		}

		/**
		 * The first one ends first, since it has the most to tell: how long it waited.
		 */
		private long patience() {
			return Math.max(1, remainingNanos()) + this.attempts.size() * DISTANCE_NANOS;
		}

		private void nextRound() {
			if (TimeUnit.NANOSECONDS.toMillis(remainingNanos()) < MIN_ATTEMPT_DELAY_MILLIS) {
				// This node is late: a dial that has no time would end those that wait.
				return;
			}
			this.round++;
			this.attempts.stream()
				.filter((attempt) -> attempt.dial().silent())
				.map(Attempt::target)
				.distinct()
				.filter((target) -> !answered(target))
				.forEach(this.untried::add);
			attempt();
		}

		/** Whether a dial of this address came to its end, whatever others of it do. */
		private boolean answered(Target target) {
			return this.attempts.stream()
				.anyMatch((attempt) -> attempt.target().equals(target) && attempt.dial().ended());
		}

		/** As for each dial, what this node itself needs is no time of the peer's. */
		private long remainingNanos() {
			long now = now();
			if (!this.extended && now - this.deadlineNanos > Connection.PAUSE_NANOS) {
				this.extended = true;
				this.deadlineNanos = now + this.timeoutNanos;
			}
			return this.deadlineNanos + (this.attempts.isEmpty() ? 0 : this.attempts.get(0).dial().ownNanos()) - now;
		}

		private long now() {
			return QuicConnector.this.clock.getAsLong();
		}

		private void end() {
			this.over = true;
			this.resolutions.dispose();
			cancelNext();
			this.attempts.forEach((attempt) -> attempt.dial().cancel());
		}

		/** A refusal says more than silence at another address. */
		private Status failure() {
			boolean anyUntrusted = this.failures.values().stream().anyMatch(Race::untrusted);
			if (this.endpoints.size() == 1) {
				return this.failures.values()
					.stream()
					.filter((status) -> untrusted(status) == anyUntrusted)
					.findFirst()
					.orElseThrow();
			}
			// A stranger at one of them says nothing of the credentials of this node.
			boolean allUntrusted = this.failures.values().stream().allMatch(Race::untrusted);
			return Status.notProcessed(allUntrusted ? Code.UNAUTHENTICATED : Code.UNAVAILABLE,
					"none of " + this.endpoints.size() + " addresses can be used: "
							+ this.failures.entrySet()
								.stream()
								.sorted(Comparator.comparingInt((entry) -> entry.getKey().rank()))
								.map((entry) -> entry.getValue().message())
								.collect(Collectors.joining("; ")));
		}

		private static boolean untrusted(Status status) {
			return status.code() == Code.UNAUTHENTICATED;
		}

		private void execute(Runnable action) {
			try {
				this.loop.execute(action);
			}
			catch (RejectedExecutionException ex) {
				if (this.refused.compareAndSet(false, true)) {
					this.sink.error(Status.notProcessed(Code.UNAVAILABLE, "this node was closed").toException());
				}
			}
		}

	}

	/**
	 * One dial of a race.
	 */
	private final class Attempt implements Dial.Receiver {

		private final Race race;

		private final Target target;

		private final InetSocketAddress remote;

		private final Dial dial;

		Attempt(Race race, Target target, long timeoutNanos) {
			this.race = race;
			this.target = target;
			this.remote = Objects.requireNonNull(target.remote(), "remote");
			this.dial = new Dial(QuicConnector.this.transport, QuicConnector.this.tls, QuicConnector.this.self,
					target.endpoint(), this.remote, timeoutNanos, race.loop, this);
		}

		Target target() {
			return this.target;
		}

		Dial dial() {
			return this.dial;
		}

		void start() {
			this.dial.start(QuicConnector.this.transport.clientSockets().get(this.race.loop, this.remote.getAddress()));
		}

		@Override
		public void connected(ClientConnection connection) {
			this.race.connected(this, connection);
		}

		@Override
		public void failed(Status status) {
			this.race.failed(this, status);
		}

	}

}
