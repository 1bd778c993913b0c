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

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.transport.Connection;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The connections to one endpoint, or to whichever of the addresses of an instance that
 * has several is reached, shared by all calls that go there. Safe for all threads. Owned
 * by the {@link ConnectionPool} that made it.
 * <p>
 * {@link #ready} reads one immutable set. Every change is a transition under one lock;
 * what it brings about elsewhere is collected as {@link Effects} and done after the lock
 * was released, so that no waiter, listener, connector, timer, end of a connection or log
 * ever runs under it. Under the lock a connection is only read.
 * <p>
 * Its life goes one way, ACTIVE to DRAINING to CLOSED:
 * <ul>
 * <li>ACTIVE to DRAINING: {@link #drain} (nobody retains it, or the whole pool drains)
 * and {@link #close}. All who wait fail, and whoever comes later; nothing is dialled any
 * more; a connection that comes late is closed.</li>
 * <li>DRAINING to CLOSED: the last connection is closed and no dial is under way.</li>
 * </ul>
 * While it is ACTIVE, its {@link State} follows from its parts:
 * <ul>
 * <li>IDLE: no connection, and no failure. A waiter makes it CONNECTING; so does a new
 * process at the endpoint where it was FAILED.</li>
 * <li>CONNECTING: the first connection is dialled. To READY, or to FAILED.</li>
 * <li>READY: at least one connection gives signs of life. To SUSPECTED if the last of
 * them stops to, to IDLE if the last was evicted, to FAILED if the peer ended the
 * last.</li>
 * <li>SUSPECTED: there are connections, but none gives a sign of life. To READY if one
 * does or if another takes its place; else as READY.</li>
 * <li>FAILED: no connection, after a dial that failed or a last connection that the peer
 * ended. To READY by a dial that succeeds.</li>
 * </ul>
 * SUSPECTED and FAILED it dials by itself, ever more slowly up to
 * {@link DialBackoff#MAX}: a path may be dead for one connection (a translation of
 * addresses that was forgotten, a process that was replaced) and open for the next.
 * <p>
 * Invariant: as long as somebody waits, a dial is under way or scheduled, or the end of a
 * connection is about to be told by {@link Connection#states()}.
 */
public final class EndpointPool {

	private final ConnectionPool owner;

	private final Destination destination;

	private final Endpoint endpoint;

	private final PoolSettings settings;

	private final LongSupplier clock;

	private final PoolListener listener;

	private final Object lock = new Object();

	private final WaiterQueue waiters;

	private final EndpointDials dials;

	private final Pins pins = new Pins();

	private final EndpointLife life;

	/** Whether the last dial found a node that no call is meant for. */
	private volatile boolean foundStranger;

	/** Connections that left the set and finish what is in flight. */
	private final List<Connection> draining = new ArrayList<>();

	private volatile ConnectionSet connections = ConnectionSet.EMPTY;

	private volatile @Nullable Status lastFailure;

	private volatile long lastUsedNanos;

	EndpointPool(ConnectionPool owner, Destination destination, PoolSettings settings, Connector connector, Timer timer,
			LongSupplier clock, PoolListener listener, Supplier<RandomGenerator> random) {
		this.owner = owner;
		this.destination = destination;
		this.endpoint = destination.route().first();
		this.settings = settings;
		this.clock = clock;
		this.listener = listener;
		this.lastUsedNanos = clock.getAsLong();
		this.waiters = new WaiterQueue(this.endpoint, settings.maxPending());
		this.dials = new EndpointDials(this, connector, settings.connectTimeout(), random,
				new Redial(timer, this::redialDue, this::redialRefused), this.lastUsedNanos);
		this.life = new EndpointLife(this.dials, () -> owner.closed(this));
	}

	/**
	 * The endpoint: the first of the route.
	 * @return the endpoint
	 */
	public Endpoint endpoint() {
		return this.endpoint;
	}

	Destination destination() {
		return this.destination;
	}

	/**
	 * The present state; a plain volatile read.
	 * @return the state
	 */
	public State state() {
		return this.life.state();
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
		return this.connections.all();
	}

	/**
	 * Run an action at once, and after each change of state. It never runs on two threads
	 * at once, and its last run begins after the last change.
	 * @param listener must not block; may be called on any thread
	 * @return disposing it ends the calls
	 */
	public Disposable onChange(Runnable listener) {
		return this.life.onChange(listener);
	}

	// The call path

	/**
	 * A connection that is there already; called for every call.
	 * @param now the present, from the pool's clock
	 * @return the connection, or {@code null} if one must be acquired
	 */
	public @Nullable Connection ready(long now) {
		ConnectionSet present = this.connections;
		if (present.isEmpty()) {
			return null;
		}
		if (present.size() < this.settings.connectionsPerEndpoint() && this.dials.isFurtherDue(now)) {
			dialFurther();
			// It may have taken the place of one that was there.
			present = this.connections;
		}
		Connection usable = present.usable();
		// Last, because what is read after a volatile write waits for it.
		this.lastUsedNanos = now;
		return usable;
	}

	/**
	 * Wait for a connection; dials if nobody does. After a failed dial the waiter gets
	 * the outcome of the next one, so that the pace of dialling does not depend on the
	 * number of calls. Fails at once when too many wait already.
	 * @param waiter told once
	 */
	public void acquire(Waiter waiter) {
		change((effects) -> {
			if (this.connections.isEmpty() && !this.dials.isScheduled()) {
				dial(effects);
			}
			this.waiters.add(waiter, effects);
		});
		// A connection may have come between the caller's look and the lock.
		Connection present = ready(this.clock.getAsLong());
		if (present != null && remove(waiter)) {
			waiter.connected(present);
		}
	}

	/**
	 * The same as {@link #acquire}, for subscribers; waits at subscription.
	 * @return the connection, shared with others; fails with {@link RpcException}
	 */
	public Mono<Connection> connection() {
		return Mono.create((sink) -> {
			Waiter waiter = new MonoWaiter(sink);
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

	// Dials

	private void dialFurther() {
		change((effects) -> {
			if (this.connections.size() < this.settings.connectionsPerEndpoint() && !this.dials.isScheduled()) {
				dial(effects);
			}
		});
	}

	private void dial(Effects effects) {
		if (!this.life.isActive() || this.dials.isUnderWay()) {
			return;
		}
		PendingDial begun = this.dials.begin();
		// Tells CONNECTING, before the dial can be over.
		settle(effects);
		effects.add(() -> this.listener.dialling(this.endpoint));
		effects.add(begun::start);
	}

	/**
	 * What speaks against whoever answered at one of several addresses: in a network of
	 * its own, another node may well have the address that is meant for another network.
	 */
	@Nullable Status objection(Connection connection) {
		synchronized (this.lock) {
			return this.pins.admit(connection) ? null : this.pins.stranger(connection);
		}
	}

	/** The outcome of a dial: a connection. */
	void connected(PendingDial ended, Connection connection) {
		change((effects) -> {
			this.dials.ended();
			Connection.State present = connection.state();
			if (!this.life.isActive()) {
				effects.add(() -> connection.close(this.dials.unneeded()));
			}
			else if (present == Connection.State.DRAINING || present == Connection.State.CLOSED) {
				dialFailed(this.dials.lost(connection), effects);
			}
			else if (this.dials.isOutdated(ended, connection)) {
				Status reason = this.dials.replaced();
				effects.add(() -> connection.close(reason));
				dial(effects);
			}
			else if (!this.pins.admit(connection)) {
				Status stranger = this.pins.stranger(connection);
				this.foundStranger = true;
				effects.add(() -> connection.close(stranger));
				dialFailed(stranger, effects);
				effects.add(this.owner::foundStranger);
			}
			else {
				connected(connection, effects);
			}
		});
	}

	private void connected(Connection connection, Effects effects) {
		Connection other = (this.connections.size() >= this.settings.connectionsPerEndpoint())
				? this.connections.ready() : null;
		this.lastFailure = null;
		this.foundStranger = false;
		this.lastUsedNanos = this.clock.getAsLong();
		this.dials.succeeded(connection, effects);
		if (other != null) {
			// A suspected one came back while this one was dialled in its place.
			effects.add(() -> connection.close(this.dials.unneeded()));
			this.waiters.connected(other, effects);
			return;
		}
		List<Connection> outlived = this.connections.suspected();
		this.connections = this.connections.with(connection);
		effects.add(() -> this.listener.connected(this.endpoint, connection));
		effects.add(() -> new ConnectionWatch(this, connection).start());
		this.waiters.connected(connection, effects);
		outlived.forEach((each) -> effects.add(each::drain));
		settle(effects);
		effects.add(() -> this.owner.connected(this));
	}

	/** The outcome of a dial: none. */
	void dialFailed(PendingDial ended, Status notProcessed) {
		change((effects) -> {
			this.dials.ended();
			if (this.life.isActive()) {
				if (ended.metStranger()) {
					this.foundStranger = true;
					effects.add(this.owner::foundStranger);
				}
				dialFailed(notProcessed, effects);
			}
		});
	}

	private void dialFailed(Status notProcessed, Effects effects) {
		if (this.connections.isEmpty()) {
			effects.add(() -> this.listener.failed(this.endpoint, notProcessed));
		}
		this.waiters.failed(notProcessed, effects);
		if (this.connections.anyReady()) {
			this.lastFailure = notProcessed;
			this.dials.furtherFailed(this.clock.getAsLong());
		}
		else {
			failed(notProcessed, effects);
		}
	}

	private void failed(Status notProcessed, Effects effects) {
		this.lastFailure = notProcessed;
		this.dials.failed(effects);
	}

	private void redialDue(Disposable token) {
		change((effects) -> {
			if (this.dials.take(token) && !this.connections.anyReady()) {
				dial(effects);
			}
		});
	}

	/** Nobody would dial for those who wait; the next who comes dials at once. */
	private void redialRefused(Disposable token) {
		change((effects) -> {
			if (this.dials.take(token)) {
				this.waiters.failed(Status.notProcessed(Code.UNAVAILABLE,
						this.endpoint + " is not dialled again: the timer takes no tasks"), effects);
			}
		});
	}

	// Connections that pass from one pool to another

	/** Whether a connection of another pool is what this one would dial for. */
	boolean wants(Connection connection) {
		synchronized (this.lock) {
			return this.life.isActive() && this.connections.isEmpty() && this.pins.isMeant(connection)
					&& !this.dials.isOutdated(connection) && connection.state() == Connection.State.READY;
		}
	}

	/**
	 * Let another pool have a connection, if this one has it and no instance needs it
	 * here; what is in flight on it stays.
	 */
	void handOver(Connection connection, EndpointPool taker) {
		change((effects) -> {
			if (this.life.isActive() && !this.pins.anyRetains() && this.waiters.isEmpty()
					&& this.connections.contains(connection)) {
				this.connections = this.connections.without(connection);
				effects.add(() -> taker.adopt(connection));
			}
		});
	}

	/** Take over what another pool let go, as if it had been dialled. */
	private void adopt(Connection connection) {
		change((effects) -> {
			if (wants(connection)) {
				connected(connection, effects);
			}
			else {
				effects.add(connection::drain);
			}
		});
	}

	// What becomes of a connection

	/** A connection changed its state. */
	void changed(Connection connection, Connection.State next) {
		change((effects) -> {
			if (next == Connection.State.CLOSED) {
				this.draining.remove(connection);
			}
			if (!this.connections.contains(connection)) {
				return;
			}
			if (next == Connection.State.DRAINING || next == Connection.State.CLOSED) {
				left(connection, next, effects);
			}
			if (this.connections.anyReady()) {
				this.dials.recovered(effects);
			}
			else if (!this.connections.isEmpty() && !this.dials.isScheduled()) {
				dial(effects);
			}
		});
	}

	private void left(Connection connection, Connection.State next, Effects effects) {
		this.connections = this.connections.without(connection);
		if (next == Connection.State.DRAINING) {
			this.draining.add(connection);
		}
		if (!this.connections.isEmpty() || !this.life.isActive()) {
			return;
		}
		Status reason = connection.closeReason();
		if (reason == null || reason.code() == Code.OK) {
			evicted(effects);
		}
		else {
			if (next == Connection.State.DRAINING) {
				effects.add(() -> this.listener.drained(this.endpoint, reason));
			}
			else {
				effects.add(() -> this.listener.lost(this.endpoint, reason));
			}
			failed(Status.notProcessed(reason.code(), reason.message()), effects);
		}
	}

	/** This side ended the last one: dial when somebody wants another. */
	private void evicted(Effects effects) {
		this.dials.recovered(effects);
		if (!this.waiters.isEmpty()) {
			dial(effects);
		}
	}

	// What the owner does

	/**
	 * The directory tells another process at this endpoint. Its incarnation may be lower
	 * than that of the one before, if the clock was set back in between. Connections to
	 * any other are closed; a failed endpoint is dialled at once.
	 * @param newIncarnation its incarnation, 0 if unknown
	 */
	void renewed(long newIncarnation) {
		change((effects) -> {
			if (!this.life.isActive() || !this.dials.renewed(newIncarnation)) {
				return;
			}
			Status reason = this.dials.replaced();
			this.connections.outdated(newIncarnation).forEach((outdated) -> effects.add(() -> outdated.close(reason)));
			if (this.connections.isEmpty() && this.dials.isScheduled()) {
				this.dials.cancelRedial(effects);
				dial(effects);
			}
		});
	}

	/**
	 * An instance that the directory tells is at this endpoint: if its identity is known,
	 * no other node there gets a call.
	 */
	void pin(Instance instance) {
		change((effects) -> {
			if (!this.life.isActive() || !this.pins.add(instance)) {
				return;
			}
			this.pins.endStrangers(this.connections.all(), effects);
			if (this.foundStranger && this.connections.isEmpty() && this.dials.isScheduled()) {
				this.dials.cancelRedial(effects);
				dial(effects);
			}
		});
	}

	/** The directory tells of it no longer. */
	void unpin(Instance instance) {
		synchronized (this.lock) {
			this.pins.remove(instance);
		}
	}

	/**
	 * Whether the last dial found a node that no call is meant for.
	 * @return true until the next connection
	 */
	public boolean foundStranger() {
		return this.foundStranger;
	}

	long lastUsedNanos() {
		return this.lastUsedNanos;
	}

	int connectionCount() {
		return this.connections.size();
	}

	boolean isIdle() {
		if (this.connections.anyInFlight()) {
			return false;
		}
		synchronized (this.lock) {
			return this.waiters.isEmpty() && !this.dials.isUnderWay();
		}
	}

	/** Whether it refuses everything, and its last connection is closed. */
	boolean isClosed() {
		synchronized (this.lock) {
			return this.life.isClosed();
		}
	}

	/** Let the connections finish what is in flight; the pool stays usable. */
	void evict() {
		this.connections.all().forEach((connection) -> Effects.guard(connection::drain));
	}

	/**
	 * Accept nothing new, finish what is in flight, then close.
	 * @param refused what those get who want a connection from now on
	 */
	void drain(Status refused) {
		change((effects) -> {
			if (this.life.isActive()) {
				retire(refused, effects);
				this.connections.all().forEach((connection) -> effects.add(connection::drain));
			}
		});
	}

	/**
	 * Accept nothing new and close what is there, draining or not.
	 * @param refused what those get who want a connection from now on
	 * @param reason what calls in flight get
	 */
	void close(Status refused, Status reason) {
		change((effects) -> {
			if (this.life.isActive()) {
				retire(refused, effects);
			}
			List<Connection> open = new ArrayList<>(this.connections.all());
			open.addAll(this.draining);
			open.forEach((connection) -> effects.add(() -> connection.close(reason)));
		});
	}

	private void retire(Status refused, Effects effects) {
		this.life.retire();
		this.dials.cancelRedial(effects);
		this.waiters.close(refused, effects);
	}

	// How every change is made

	private void change(Consumer<Effects> transition) {
		Effects effects = new Effects();
		try {
			synchronized (this.lock) {
				transition.accept(effects);
				settle(effects);
			}
		}
		finally {
			effects.run();
		}
	}

	/** What follows from the parts, once they have changed. */
	private void settle(Effects effects) {
		this.life.settle(this.connections, !this.draining.isEmpty(), effects);
	}

	/**
	 * What the connections of an endpoint are like; see the class for how one follows
	 * another.
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
		/** The last dial failed, or the peer ended the last connection. */
		FAILED,
		/** Accepts nothing any more: what is in flight is finished, or all is over. */
		CLOSED

	}

}
