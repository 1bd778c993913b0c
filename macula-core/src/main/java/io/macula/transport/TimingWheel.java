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

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The attempt deadlines of one connection: adding, removing and expiring cost the same
 * however many calls are in flight. Owned by the connection's event loop.
 */
final class TimingWheel {

	/*
	 * Hashed wheel with intrusive lists (Varghese and Lauck, 1987): a call hangs in the
	 * slot of its deadline's tick, modulo the number of slots; a call of a later round is
	 * passed over. Deadlines are rounded up to ticks, so that none expires early.
	 */

	/** 2^23 nanoseconds, about 8.4 milliseconds. */
	static final int TICK_SHIFT = 23;

	private static final int SLOTS = 512;

	private final @Nullable OutboundCall[] heads = new @Nullable OutboundCall[SLOTS];

	private final List<OutboundCall> expired = new ArrayList<>();

	private final long origin;

	private long currentTick;

	private int size;

	TimingWheel(long now) {
		this.origin = now;
	}

	int size() {
		return this.size;
	}

	void add(OutboundCall call, long now) {
		if (this.size == 0) {
			this.currentTick = tick(now);
		}
		long due = Math.max(this.currentTick + 1, tick(call.deadlineNanoTime()) + 1);
		int slot = (int) (due & (SLOTS - 1));
		OutboundCall head = this.heads[slot];
		call.slot = slot;
		call.next = head;
		if (head != null) {
			head.previous = call;
		}
		this.heads[slot] = call;
		this.size++;
	}

	void remove(OutboundCall call) {
		int slot = call.slot;
		if (slot < 0) {
			return;
		}
		OutboundCall next = call.next;
		OutboundCall previous = call.previous;
		if (next != null) {
			next.previous = previous;
		}
		if (previous != null) {
			previous.next = next;
		}
		else {
			this.heads[slot] = next;
		}
		call.slot = -1;
		call.next = null;
		call.previous = null;
		this.size--;
	}

	/**
	 * Take out the calls whose deadline is over.
	 * @param now the present
	 * @param action told of each; may add and remove calls
	 */
	void expire(long now, Consumer<OutboundCall> action) {
		long nowTick = tick(now);
		// One round visits every slot, however long the loop was held up.
		long first = Math.max(this.currentTick + 1, nowTick - SLOTS + 1);
		for (long tick = first; tick <= nowTick && this.size > 0; tick++) {
			OutboundCall call = this.heads[(int) (tick & (SLOTS - 1))];
			while (call != null) {
				OutboundCall next = call.next;
				if (call.deadlineNanoTime() - now <= 0) {
					remove(call);
					this.expired.add(call);
				}
				call = next;
			}
		}
		this.currentTick = nowTick;
		if (!this.expired.isEmpty()) {
			List<OutboundCall> told = new ArrayList<>(this.expired);
			this.expired.clear();
			told.forEach(action);
		}
	}

	private long tick(long nanoTime) {
		return (nanoTime - this.origin) >> TICK_SHIFT;
	}

}
