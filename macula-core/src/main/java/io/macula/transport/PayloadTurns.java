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
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Large payloads that wait to be decoded: one of each sender, then the next of each. Safe
 * for all threads.
 */
final class PayloadTurns {

	private final Map<Object, Queue<Runnable>> waiting = new IdentityHashMap<>();

	/** Those of which something waits; guarded by this, as what is above. */
	private final Queue<Object> turns = new ArrayDeque<>();

	/** Another payload of a sender, known by identity, waits. */
	synchronized void add(Object sender, Runnable work) {
		Queue<Runnable> same = this.waiting.get(sender);
		if (same == null) {
			same = new ArrayDeque<>(1);
			this.waiting.put(sender, same);
			this.turns.add(sender);
		}
		same.add(work);
	}

	/** What comes next; as often as something was added. */
	synchronized Runnable next() {
		Object sender = this.turns.remove();
		Queue<Runnable> same = this.waiting.get(sender);
		if (same == null) {
			throw new IllegalStateException("Nothing waits of " + sender);
		}
		Runnable work = same.remove();
		if (same.isEmpty()) {
			this.waiting.remove(sender);
		}
		else {
			this.turns.add(sender);
		}
		return work;
	}

}
