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

package io.macula.pool;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The connections to one endpoint, shared by all calls that go there. Safe for all
 * threads: {@link #ready} reads an immutable array, everything else happens under one
 * lock that is never held while foreign code runs.
 * <p>
 * A pool is IDLE without connections, CONNECTING while the first one is dialled, READY
 * with at least one, SUSPECTED when none of them gives a sign of life, FAILED after a
 * dial that failed or a connection that broke. Suspected and failed it dials again by
 * itself, ever more slowly up to {@link #MAX_REDIAL}, as long as somebody retains it: a
 * path may be dead for one connection (a translation of addresses that was forgotten, a
 * process that was replaced) and open for the next. CLOSED is final.
 */
public final class EndpointPool {

	static final Duration MIN_REDIAL = Duration.ofMillis(50);

	static final Duration MAX_REDIAL = Duration.ofSeconds(1);

	private static final Connection[] NONE = {};

	private final Endpoint endpoint;

	private final PoolSettings settings;

	private final Connector connector;

	private final Timer timer;

	private final LongSupplier clock;

	private final PoolListener listener;

	/** Spreads the dials of many clients. */
	private final Supplier<RandomGenerator> random;

	private final Consumer<EndpointPool> beforeDial;

	private final Object lock = new Object();

	private final Deque<Waiter> waiters = new ArrayDeque<>();

	private final List<Runnable> listeners = new ArrayList<>();

	private volatile Connection[] connections = NONE;

	private volatile State state = State.IDLE;

	private volatile @Nullable Status lastFailure;

	private volatile long lastUsedNanos;

	private volatile int dialling;

	private int failuresInRow;

	private long incarnation;

	private int retained;

	private @Nullable Disposable redial;

	EndpointPool(Endpoint endpoint, PoolSettings settings, Connector connector, Timer timer, LongSupplier clock,
			PoolListener listener, Supplier<RandomGenerator> random, Consumer<EndpointPool> beforeDial) {
		this.endpoint = endpoint;
		this.settings = settings;
		this.connector = connector;
		this.timer = timer;
		this.clock = clock;
		this.listener = listener;
		this.random = random;
		this.beforeDial = beforeDial;
		this.lastUsedNanos = clock.getAsLong();
	}

	/**
	 * The endpoint.
	 * @return the endpoint
	 */
	public Endpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * The present state; a plain volatile read.
	 * @return the state
	 */
	public State state() {
		return this.state;
	}

	/**
	 * Why the pool is FAILED.
	 * @return the last failure, or {@code null} if there was none since the last
	 * connection
	 */
	public @Nullable Status lastFailure() {
		return this.lastFailure;
	}

	/**
	 * The open connections.
	 * @return an unmodifiable list
	 */
	public List<Connection> connections() {
		return List.of(this.connections);
	}

	/**
	 * A connection that is there already. Threads are spread over the connections, each
	 * stays on one, so that what one thread sends in a burst shares packets.
	 * @param now the present, from the pool's clock
	 * @return the connection, or {@code null} if one must be acquired
	 */
	public @Nullable Connection ready(long now) {
		Connection[] present = this.connections;
		if (present.length == 0) {
			return null;
		}
		this.lastUsedNanos = now;
		if (present.length < this.settings.connectionsPerEndpoint() && this.dialling == 0) {
			dialFurther();
		}
		int start = (present.length == 1) ? 0 : (int) (Thread.currentThread().getId() % present.length);
		Connection usable = null;
		for (int i = 0; i < present.length; i++) {
			Connection connection = present[(start + i) % present.length];
			Connection.State connectionState = connection.state();
			if (connectionState == Connection.State.READY) {
				return connection;
			}
			if (connectionState == Connection.State.SUSPECTED) {
				usable = connection;
			}
		}
		return usable;
	}

	/**
	 * Wait for a connection; dials if nobody does. After a failed dial the waiter gets
	 * the outcome of the next one, so that the pace of dialling does not depend on the
	 * number of calls. Fails at once when too many wait already.
	 * @param waiter told once
	 */
	public void acquire(Waiter waiter) {
		Status refusal = null;
		boolean dial = false;
		synchronized (this.lock) {
			if (this.state == State.CLOSED) {
				refusal = Status.notProcessed(Code.UNAVAILABLE, this.endpoint + " was removed from the pool");
			}
			else if (this.waiters.size() >= this.settings.maxPending()) {
				refusal = Status.notProcessed(Code.RESOURCE_EXHAUSTED,
						this.waiters.size() + " attempts wait for a connection to " + this.endpoint
								+ " already: the limit is pool.max-pending");
			}
			else {
				this.waiters.add(waiter);
				dial = this.redial == null && this.connections.length == 0 && startDialling();
			}
		}
		if (refusal != null) {
			waiter.failed(refusal);
			return;
		}
		// A connection may have come between the caller's look and the lock.
		Connection present = (dial) ? null : ready(this.clock.getAsLong());
		if (present != null && remove(waiter)) {
			waiter.connected(present);
			return;
		}
		if (dial) {
			dial();
		}
	}

	/**
	 * The same as {@link #acquire}, for subscribers; waits at subscription.
	 * @return the connection, shared with others; fails with {@link RpcException}
	 */
	public Mono<Connection> connection() {
		return Mono.create((sink) -> {
			Waiter waiter = new Waiter() {

				@Override
				public void connected(Connection connection) {
					sink.success(connection);
				}

				@Override
				public void failed(Status status) {
					sink.error(status.toException());
				}

			};
			sink.onCancel(() -> remove(waiter));
			acquire(waiter);
		});
	}

	/**
	 * Wait no longer.
	 * @param waiter the waiter
	 * @return whether it was still waiting; it is not told anything then
	 */
	public boolean remove(Waiter waiter) {
		synchronized (this.lock) {
			return this.waiters.remove(waiter);
		}
	}

	/**
	 * Somebody's directory lists the endpoint: keep it connected after failures.
	 * @param newIncarnation incarnation of the process that listens there, 0 if unknown;
	 * connections to an older one are evicted
	 */
	public void retain(long newIncarnation) {
		synchronized (this.lock) {
			this.retained++;
		}
		renewed(newIncarnation);
	}

	/**
	 * The directory tells another process at this endpoint. Its incarnation may be lower
	 * than that of the one before, if the clock was set back in between.
	 * @param newIncarnation its incarnation, 0 if unknown
	 */
	public void renewed(long newIncarnation) {
		List<Connection> stale = new ArrayList<>();
		boolean dial = false;
		synchronized (this.lock) {
			if (newIncarnation == 0 || newIncarnation == this.incarnation) {
				return;
			}
			this.incarnation = newIncarnation;
			for (Connection connection : this.connections) {
				if (connection.peer().incarnation() != newIncarnation) {
					stale.add(connection);
				}
			}
			if (this.redial != null && this.state == State.FAILED) {
				this.redial.dispose();
				this.redial = null;
				this.failuresInRow = 0;
				dial = startDialling();
			}
		}
		for (Connection connection : stale) {
			connection.close(Status.unknown(Code.UNAVAILABLE, "the process at " + this.endpoint
					+ " was replaced by a newer one (incarnation " + newIncarnation + ")"));
		}
		if (dial) {
			dial();
		}
	}

	/**
	 * The counterpart of {@link #retain}.
	 * @return whether nobody retains the endpoint any more
	 */
	public boolean release() {
		synchronized (this.lock) {
			this.retained--;
			if (this.retained > 0) {
				return false;
			}
			cancelRedial();
			return true;
		}
	}

	/**
	 * Run an action after each change of state, at once as well.
	 * @param listener must not block; may be called on any thread
	 * @return disposing it ends the calls
	 */
	public Disposable onChange(Runnable listener) {
		synchronized (this.lock) {
			this.listeners.add(listener);
		}
		listener.run();
		return () -> {
			synchronized (this.lock) {
				this.listeners.remove(listener);
			}
		};
	}

	long lastUsedNanos() {
		return this.lastUsedNanos;
	}

	int connectionCount() {
		return this.connections.length;
	}

	boolean idle() {
		for (Connection connection : this.connections) {
			if (connection.inFlight() > 0) {
				return false;
			}
		}
		synchronized (this.lock) {
			return this.waiters.isEmpty() && this.dialling == 0;
		}
	}

	/** Evict: finish what is in flight, then close; the pool stays usable. */
	void evict() {
		Connection[] present = this.connections;
		for (Connection connection : present) {
			connection.drain();
		}
	}

	/** Evict and refuse everything from now on. */
	void close(@Nullable Status reason) {
		Connection[] present;
		List<Waiter> told;
		synchronized (this.lock) {
			cancelRedial();
			state(State.CLOSED);
			told = new ArrayList<>(this.waiters);
			this.waiters.clear();
			present = this.connections;
		}
		Status status = (reason != null) ? reason
				: Status.notProcessed(Code.UNAVAILABLE, this.endpoint + " was removed from the pool");
		told.forEach((waiter) -> waiter.failed(status));
		for (Connection connection : present) {
			if (reason != null) {
				connection.close(reason);
			}
			else {
				connection.drain();
			}
		}
		tell();
	}

	private void dialFurther() {
		boolean dial;
		synchronized (this.lock) {
			dial = this.connections.length < this.settings.connectionsPerEndpoint() && this.redial == null
					&& startDialling();
		}
		if (dial) {
			dial();
		}
	}

	private boolean startDialling() {
		if (this.dialling > 0 || this.state == State.CLOSED) {
			return false;
		}
		this.dialling = 1;
		// A dial after a failure is no news before it succeeds.
		if (this.connections.length == 0 && this.failuresInRow == 0) {
			state(State.CONNECTING);
		}
		return true;
	}

	/** The caller has set {@link #dialling}. */
	private void dial() {
		tell();
		this.listener.dialling(this.endpoint);
		this.beforeDial.accept(this);
		this.connector.connect(this.endpoint, this.settings.connectTimeout())
			.subscribe(this::connected, this::dialFailed);
	}

	private void connected(Connection connection) {
		List<Waiter> told;
		List<Connection> outlived = List.of();
		boolean refused;
		boolean spare = false;
		synchronized (this.lock) {
			this.dialling = 0;
			refused = this.state == State.CLOSED;
			told = new ArrayList<>(this.waiters);
			if (!refused) {
				this.waiters.clear();
				this.failuresInRow = 0;
				this.lastFailure = null;
				this.lastUsedNanos = this.clock.getAsLong();
				spare = this.connections.length >= this.settings.connectionsPerEndpoint() && anyReady();
				if (!spare) {
					outlived = suspected();
					this.connections = with(this.connections, connection);
				}
				cancelRedial();
				state(State.READY);
			}
		}
		if (refused || spare) {
			connection.close(new Status(Code.OK, this.endpoint + " needs no further connection", Processed.NO));
		}
		if (refused) {
			return;
		}
		if (spare) {
			// The suspected one came back meanwhile.
			Connection present = ready(this.clock.getAsLong());
			told.forEach((waiter) -> serve(waiter, present));
			tell();
			return;
		}
		this.listener.connected(connection);
		connection.states().subscribe((connectionState) -> changed(connection, connectionState));
		told.forEach((waiter) -> waiter.connected(connection));
		outlived.forEach(Connection::drain);
		tell();
	}

	private void serve(Waiter waiter, @Nullable Connection present) {
		if (present != null) {
			waiter.connected(present);
		}
		else {
			waiter.failed(Status.notProcessed(Code.UNAVAILABLE, "the connection to " + this.endpoint + " was lost"));
		}
	}

	private void dialFailed(Throwable error) {
		Status status = (error instanceof RpcException rpc) ? rpc.status()
				: Status.notProcessed(Code.UNAVAILABLE, "connecting to " + this.endpoint + " failed: " + error);
		List<Waiter> told;
		synchronized (this.lock) {
			this.dialling = 0;
			told = new ArrayList<>(this.waiters);
			this.waiters.clear();
			failed(status);
		}
		told.forEach((waiter) -> waiter.failed(status));
		tell();
	}

	/** A connection changed its state. */
	private void changed(Connection connection, Connection.State connectionState) {
		boolean dial = false;
		synchronized (this.lock) {
			if (this.state == State.CLOSED) {
				this.connections = (connectionState == Connection.State.CLOSED) ? without(this.connections, connection)
						: this.connections;
				return;
			}
			switch (connectionState) {
				case READY -> state(State.READY);
				case SUSPECTED -> {
					boolean ready = anyReady();
					state(ready ? State.READY : State.SUSPECTED);
					dial = !ready && this.retained > 0 && this.redial == null && startDialling();
				}
				case DRAINING, CLOSED -> {
					Connection[] left = without(this.connections, connection);
					if (left.length < this.connections.length) {
						this.connections = left;
						dial = left.length == 0 && lost(connection);
					}
				}
			}
		}
		tell();
		if (dial) {
			dial();
		}
	}

	/**
	 * The last connection is gone. One that was evicted by us leaves the pool idle; one
	 * that the peer ended is dialled again, at once if somebody waits.
	 */
	private boolean lost(Connection connection) {
		Status reason = connection.closeReason();
		if (reason == null || reason.code() == Code.OK) {
			state(State.IDLE);
			return !this.waiters.isEmpty() && startDialling();
		}
		failed(reason);
		return false;
	}

	private void failed(Status status) {
		if (this.state == State.CLOSED) {
			return;
		}
		this.lastFailure = Status.notProcessed(status.code(), status.message());
		if (this.connections.length > 0) {
			if (!anyReady()) {
				this.failuresInRow++;
				scheduleRedial();
			}
			return;
		}
		this.listener.failed(this.endpoint, status);
		this.failuresInRow++;
		state(State.FAILED);
		scheduleRedial();
	}

	private void scheduleRedial() {
		cancelRedial();
		this.redial = this.timer.schedule(this::redial, redialDelay());
	}

	private Duration redialDelay() {
		long shift = Math.min(this.failuresInRow - 1, 10);
		long nanos = Math.min(MIN_REDIAL.toNanos() << shift, MAX_REDIAL.toNanos());
		return Duration.ofNanos((long) (nanos * this.random.get().nextDouble(0.8, 1.2)));
	}

	private void redial() {
		boolean dial;
		synchronized (this.lock) {
			this.redial = null;
			dial = (this.retained > 0 || !this.waiters.isEmpty()) && !anyReady() && startDialling();
			if (!dial && this.state == State.FAILED) {
				state(State.IDLE);
			}
		}
		if (dial) {
			dial();
		}
	}

	private void cancelRedial() {
		if (this.redial != null) {
			this.redial.dispose();
			this.redial = null;
		}
	}

	private List<Connection> suspected() {
		List<Connection> suspected = new ArrayList<>();
		for (Connection connection : this.connections) {
			if (connection.state() == Connection.State.SUSPECTED) {
				suspected.add(connection);
			}
		}
		return suspected;
	}

	private boolean anyReady() {
		for (Connection connection : this.connections) {
			if (connection.state() == Connection.State.READY) {
				return true;
			}
		}
		return false;
	}

	/** Under the lock; listeners are told afterwards by {@link #tell}. */
	private void state(State next) {
		if (this.state != State.CLOSED) {
			this.state = next;
		}
	}

	private void tell() {
		List<Runnable> told;
		synchronized (this.lock) {
			if (this.listeners.isEmpty()) {
				return;
			}
			told = new ArrayList<>(this.listeners);
		}
		told.forEach(Runnable::run);
	}

	private static Connection[] with(Connection[] present, Connection added) {
		Connection[] copy = new Connection[present.length + 1];
		System.arraycopy(present, 0, copy, 0, present.length);
		copy[present.length] = added;
		return copy;
	}

	private static Connection[] without(Connection[] present, Connection removed) {
		List<Connection> left = new ArrayList<>(List.of(present));
		left.remove(removed);
		return left.toArray(NONE);
	}

	/**
	 * States of a pool; see the class.
	 */
	public enum State {

		/** No connection, none wanted. */
		IDLE,
		/** The first connection is dialled. */
		CONNECTING,
		/** At least one connection takes calls. */
		READY,
		/** No connection gives a sign of life. */
		SUSPECTED,
		/** The last dial failed or the last connection broke. */
		FAILED,
		/** Removed. */
		CLOSED

	}

}
