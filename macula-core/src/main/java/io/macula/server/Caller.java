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

package io.macula.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.Priority;
import org.jspecify.annotations.Nullable;

/**
 * One of those whose calls share the threads of a node: all connections from one host, or
 * on this machine one connection. What waits of it is guarded by the {@link CallerTurns}.
 */
final class Caller {

	/** It may have so many times what is left for the others. */
	static final int TIMES_FREE = 7;

	/** How many there are, of all that share the same threads. */
	private final AtomicInteger connected;

	/** Its tasks on an executor of the user, waiting and running. */
	final AtomicInteger open = new AtomicInteger();

	/** In the order in which they came. */
	private final Deque<HandlerTask> waiting = new ArrayDeque<>(0);

	/** Important ones, which go before. */
	private final Deque<HandlerTask> urgent = new ArrayDeque<>(0);

	/** The same caller with its unimportant tasks, which has a turn of its own. */
	private final Caller low;

	/** Whether its next task would take more threads than it may have. */
	boolean blocked;

	/** Threads that are occupied by slow tasks of this caller. */
	int occupied;

	/** Owned by {@link Callers}. */
	int connections;

	/** From where its first connection came, or {@code null}. */
	private final @Nullable String address;

	Caller(AtomicInteger connected) {
		this(connected, null);
	}

	Caller(AtomicInteger connected, @Nullable SocketAddress address) {
		this.connected = connected;
		this.address = (address instanceof InetSocketAddress internet && internet.getAddress() != null)
				? internet.getAddress().getHostAddress() : null;
		this.low = new Caller(this);
	}

	private Caller(Caller whole) {
		this.connected = whole.connected;
		this.address = whole.address;
		this.low = this;
	}

	/** The one whose turn a task of this caller takes. */
	Caller of(Priority priority) {
		return (priority == Priority.LOW) ? this.low : this;
	}

	/** Whence it connected; its other connections are of the same host. */
	@Nullable String address() {
		return this.address;
	}

	/** Whether it gives way to all that are not. */
	boolean yields() {
		return this.low == this;
	}

	void add(HandlerTask task) {
		((task.priority() == Priority.HIGH) ? this.urgent : this.waiting).add(task);
	}

	/** Its next task; there is one. */
	HandlerTask next() {
		return (this.urgent.isEmpty() ? this.waiting : this.urgent).element();
	}

	/** Take its next task; there is one. */
	HandlerTask takeNext() {
		return (this.urgent.isEmpty() ? this.waiting : this.urgent).remove();
	}

	/** Take its latest task; there is one. */
	HandlerTask takeLast() {
		return (this.waiting.isEmpty() ? this.urgent : this.waiting).removeLast();
	}

	/** Number of its tasks that wait. */
	int tasks() {
		return this.waiting.size() + this.urgent.size();
	}

	/** Whether there is nobody to share with. */
	boolean alone() {
		return this.connected.get() <= 1;
	}

}
