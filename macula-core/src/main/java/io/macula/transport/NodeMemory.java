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

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.macula.wire.FrameCodec;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * The budget of a node for all that waits on its connections: frames that have arrived in
 * part, calls without an answer, answers that a peer does not read. Safe for all threads.
 */
final class NodeMemory {

	/*
	 * A connection may hold as much as is left for all others: alone the half, two a
	 * third each, and something is always left for whoever comes (the dynamic thresholds
	 * of Choudhury and Hahne, 1998, for switches whose ports share a memory). Who took
	 * its part before the others came may hold more than it may now. Where that leaves
	 * too little, the connection that holds most is closed; but however little is left,
	 * none that holds about what it may, for many busy ones leave little to each.
	 *
	 * All connections of one host together may hold seven times what is left, so that
	 * whoever opens many leaves an eighth to the others.
	 */

	/**
	 * Of the smaller of heap and direct memory: the other parts are the application's.
	 */
	private static final int DEFAULT_PART = 3;

	/** An eighth left is too little. */
	private static final int SCARCE_PART = 8;

	/** What two that come at once, after the others, may find taken. */
	private static final int TIMES_FREE = 4;

	/** What all connections of one host may hold. */
	static final int TIMES_FREE_OF_A_HOST = 7;

	/** Distance of connections that are closed for it: each frees what it held. */
	private static final long CLOSE_PAUSE_NANOS = 20_000_000;

	private final long bytes;

	private final LongSupplier clock;

	private final AtomicLong held = new AtomicLong();

	private final AtomicLong lastClosed;

	private final Set<ConnectionMemory> connections = ConcurrentHashMap.newKeySet();

	/** What connections of each host hold; as long as there are any. */
	private final Map<Object, HostMemory> hosts = new ConcurrentHashMap<>();

	/** Those that have something to do when there is room again. */
	private final Set<ConnectionMemory> awaiting = ConcurrentHashMap.newKeySet();

	NodeMemory(long bytes, LongSupplier clock) {
		this.bytes = bytes;
		this.clock = clock;
		this.lastClosed = new AtomicLong(clock.getAsLong() - CLOSE_PAUSE_NANOS);
	}

	/** As the settings say, or by the memory of this process. */
	static NodeMemory of(TransportSettings settings, LongSupplier clock) {
		long configured = settings.bufferMemoryBytes();
		return new NodeMemory(
				(configured > 0) ? configured : Math.max(least(settings.maxPayloadBytes()),
						Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory()) / DEFAULT_PART),
				clock);
	}

	/** With less, one connection could not even receive one payload. */
	static long least(int maxPayloadBytes) {
		return 2L * FrameCodec.maxFrameBytes(maxPayloadBytes) + (1 << 20);
	}

	/**
	 * Count a connection.
	 * @param host where the peer is, or {@code null} if that is not known
	 * @param owner runs what is to be done on its event loop, from any thread
	 * @param close closes it, for holding most while memory is scarce; run by the owner
	 */
	ConnectionMemory open(@Nullable Object host, Executor owner, Runnable close) {
		ConnectionMemory memory = new ConnectionMemory(this, (host != null) ? opened(host) : null, owner, close);
		this.connections.add(memory);
		return memory;
	}

	private HostMemory opened(Object host) {
		return this.hosts.compute(host, (key, present) -> {
			HostMemory memory = (present != null) ? present : new HostMemory(key);
			memory.connections++;
			return memory;
		});
	}

	void closed(ConnectionMemory memory, @Nullable HostMemory host) {
		if (host != null) {
			this.hosts.computeIfPresent(host.host, (key, present) -> (--present.connections > 0) ? present : null);
		}
		this.connections.remove(memory);
		this.awaiting.remove(memory);
	}

	/** Whether a connection is to be told when others hold less. */
	void awaits(ConnectionMemory memory, boolean awaits) {
		if (awaits) {
			this.awaiting.add(memory);
		}
		else {
			this.awaiting.remove(memory);
		}
	}

	/** Bytes of the budget. */
	long bytes() {
		return this.bytes;
	}

	/** Bytes that wait, about. */
	long held() {
		return this.held.get();
	}

	/** Bytes that are left, about; negative if there are none. */
	long free() {
		return this.bytes - this.held.get();
	}

	void add(long more) {
		long now = this.held.addAndGet(more);
		if (more > 0 && this.bytes - now < this.bytes / SCARCE_PART) {
			closeLargest();
		}
		else if (more < 0 && !this.awaiting.isEmpty()) {
			this.awaiting.forEach(ConnectionMemory::roomMayBe);
		}
	}

	private void closeLargest() {
		long now = this.clock.getAsLong();
		long last = this.lastClosed.get();
		if (now - last < CLOSE_PAUSE_NANOS || !this.lastClosed.compareAndSet(last, now)) {
			return;
		}
		ConnectionMemory largest = null;
		for (ConnectionMemory each : this.connections) {
			if (largest == null || each.reported() > largest.reported()) {
				largest = each;
			}
		}
		if (largest != null && largest.reported() > TIMES_FREE * Math.max(0, free())) {
			largest.giveWay();
		}
	}

	/** What all connections of a host hold, about. */
	static final class HostMemory {

		private final Object host;

		/** Guarded by the map that this is in. */
		private int connections;

		final AtomicLong held = new AtomicLong();

		private HostMemory(Object host) {
			this.host = host;
		}

	}

}
