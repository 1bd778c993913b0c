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

package io.macula.operations;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;

/**
 * Somebody who watches a node. Owned by the {@link OperationsThread}, but for the events,
 * which come from anywhere. States: watching, then over, for good.
 */
final class Watcher {

	/** Events that wait for the next change; earlier ones are counted and left out. */
	static final int MOST_EVENTS = 500;

	private static final Duration USUAL = Duration.ofSeconds(1);

	private static final Duration SHORTEST = Duration.ofMillis(200);

	private static final Duration LONGEST = Duration.ofMinutes(1);

	private final FluxSink<byte[]> sink;

	private final String peer;

	private final Duration interval;

	private final Supplier<NodeStatus> status;

	private final OperationsThread thread;

	private final Consumer<Watcher> leaves;

	/** Guarded by itself. */
	private final Deque<NodeEvent> events = new ArrayDeque<>();

	/** Guarded by the events. */
	private long omitted;

	/** What it knows, or {@code null} for nothing. */
	private @Nullable NodeStatus told;

	private long number;

	private volatile boolean over;

	Watcher(FluxSink<byte[]> sink, String peer, Duration interval, Supplier<NodeStatus> status, OperationsThread thread,
			Consumer<Watcher> leaves) {
		this.sink = sink;
		this.peer = peer;
		this.interval = interval;
		this.status = status;
		this.thread = thread;
		this.leaves = leaves;
	}

	boolean isOf(String other) {
		return this.peer.equals(other);
	}

	/** As it is wanted, within bounds. */
	static Duration interval(@Nullable Duration wanted) {
		if (wanted == null) {
			return USUAL;
		}
		return (wanted.compareTo(SHORTEST) < 0) ? SHORTEST : (wanted.compareTo(LONGEST) > 0) ? LONGEST : wanted;
	}

	void start() {
		this.sink.onDispose(this::left);
		tick();
	}

	private void left() {
		this.over = true;
		this.thread.execute(() -> this.leaves.accept(this));
	}

	private void tick() {
		if (this.over) {
			this.leaves.accept(this);
			return;
		}
		this.thread.schedule(this::tick, this.interval);
		tellIfWanted();
	}

	/**
	 * Unless it has not taken what it was told: then the next change tells it all at
	 * once.
	 */
	private void tellIfWanted() {
		if (this.sink.requestedFromDownstream() > 0) {
			tell();
		}
	}

	private void tell() {
		NodeStatus now = this.status.get();
		List<NodeEvent> happened;
		long left;
		synchronized (this.events) {
			happened = new ArrayList<>(this.events);
			this.events.clear();
			left = this.omitted;
			this.omitted = 0;
		}
		NodeChange change = NodeChange.between(this.number, this.told, now, happened, left);
		this.told = now;
		this.number++;
		this.sink.next(OperationsCodec.encode(change));
	}

	void happened(NodeEvent event) {
		synchronized (this.events) {
			if (this.events.size() >= MOST_EVENTS) {
				this.events.removeFirst();
				this.omitted++;
			}
			this.events.add(event);
		}
	}

	/**
	 * The node drains: tell what it is now, and no more. Whoever is slow finds it once it
	 * asks.
	 */
	void end() {
		if (!this.over) {
			this.over = true;
			try {
				tell();
			}
			finally {
				this.sink.complete();
			}
		}
	}

}
