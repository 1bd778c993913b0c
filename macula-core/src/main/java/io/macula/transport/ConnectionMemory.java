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

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.macula.transport.NodeMemory.HostMemory;
import org.jspecify.annotations.Nullable;

/**
 * What waits on one connection, in bytes, as a part of a {@link NodeMemory}. Owned by the
 * event loop of the connection; {@link #reported}, {@link #roomMayBe} and
 * {@link #giveWay} are safe for all threads.
 */
final class ConnectionMemory {

	/**
	 * What the node is told of: so that small calls, which come and go, cost no write
	 * that other threads see.
	 */
	private static final int STEP_BYTES = 16 << 10;

	/** For streams that are bounded by themselves. */
	static final ConnectionMemory UNCOUNTED = new ConnectionMemory(null, null, Runnable::run, () -> {
	});

	private final @Nullable NodeMemory node;

	private final @Nullable HostMemory host;

	private final Executor owner;

	private final Runnable close;

	private final AtomicBoolean looking = new AtomicBoolean();

	private long held;

	/** What the node knows of it. */
	private long told;

	/** The same, for others. */
	private volatile long reported;

	private @Nullable Queue<Runnable> awaiting;

	private boolean ended;

	ConnectionMemory(@Nullable NodeMemory node, @Nullable HostMemory host, Executor owner, Runnable close) {
		this.node = node;
		this.host = host;
		this.owner = owner;
		this.close = close;
	}

	/** So much more waits, or less. */
	void add(long bytes) {
		if (this.node == null || this.ended) {
			return;
		}
		this.held += bytes;
		long untold = this.held - this.told;
		if (untold >= STEP_BYTES || untold <= -STEP_BYTES) {
			report(this.node);
		}
		if (bytes < 0) {
			releaseIfRoom();
		}
	}

	private void report(NodeMemory to) {
		long change = this.held - this.told;
		this.told = this.held;
		this.reported = this.held;
		if (this.host != null) {
			this.host.held.addAndGet(change);
		}
		to.add(change);
	}

	private void releaseIfRoom() {
		Queue<Runnable> waiters = this.awaiting;
		if (waiters != null && !exhausted()) {
			this.awaiting = null;
			if (this.node != null) {
				this.node.awaits(this, false);
			}
			waiters.forEach(Runnable::run);
		}
	}

	/** Whether this connection holds all that it may. */
	boolean exhausted() {
		return exhaustedBy(0);
	}

	/** Whether it would hold more than it may with so many bytes more. */
	boolean exhaustedBy(long more) {
		NodeMemory shared = this.node;
		// What this connection holds is in the sum already.
		return shared != null && this.held + more > STEP_BYTES
				&& (this.held + more > shared.free() - more || exhaustsHost(more, shared.free()));
	}

	private boolean exhaustsHost(long more, long free) {
		return this.host != null && this.host.held.get() + more > NodeMemory.TIMES_FREE_OF_A_HOST * (free - more);
	}

	/**
	 * Run an action when that is over, whichever connection frees what was missing; on
	 * the event loop.
	 */
	void awaitRoom(Runnable action) {
		if (this.awaiting != null) {
			this.awaiting.add(action);
			return;
		}
		this.awaiting = new ArrayDeque<>();
		this.awaiting.add(action);
		if (this.node != null && !this.ended) {
			this.node.awaits(this, true);
			if (!exhausted()) {
				// It was freed before the node knew.
				roomMayBe();
			}
		}
	}

	/** Another connection holds less. */
	void roomMayBe() {
		if (this.looking.compareAndSet(false, true)) {
			this.owner.execute(() -> {
				this.looking.set(false);
				releaseIfRoom();
			});
		}
	}

	/** Bytes that wait. */
	long held() {
		return this.held;
	}

	/** The same, as of not long ago. */
	long reported() {
		return this.reported;
	}

	/** The others need what this connection holds. */
	void giveWay() {
		this.owner.execute(this.close);
	}

	/** For people. */
	String describe() {
		NodeMemory shared = this.node;
		return (shared == null) ? "" : this.held + " bytes of this connection wait already, and " + shared.held()
				+ " of " + shared.bytes() + " bytes of all connections of this node (macula.transport.buffer-memory)";
	}

	/** The connection is over. */
	void end() {
		NodeMemory shared = this.node;
		if (shared != null && !this.ended) {
			this.ended = true;
			this.awaiting = null;
			shared.closed(this, this.host);
			this.held = 0;
			report(shared);
		}
	}

}
