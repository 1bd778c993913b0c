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

import java.util.Arrays;

/**
 * Blocking calls that arrived in one read and are handed over together. Owned by the
 * event loop whose reads it collects, of all its connections.
 */
final class CallBatch {

	private static final int LARGEST = 256;

	private final Thread owner = Thread.currentThread();

	private final BlockingCall[] calls = new BlockingCall[LARGEST];

	private int count;

	/** There is a place, since a full batch is handed over at once. */
	void add(BlockingCall call) {
		assert Thread.currentThread() == this.owner;
		this.calls[this.count++] = call;
	}

	boolean isEmpty() {
		return this.count == 0;
	}

	boolean isFull() {
		return this.count == LARGEST;
	}

	/** Hand everything over; what finds no place is refused. */
	void handOver(HandlerExecutor executor, Admission admission) {
		assert Thread.currentThread() == this.owner;
		int handed = this.count;
		this.count = 0;
		int taken = executor.submit(this.calls, handed);
		for (int i = taken; i < handed; i++) {
			admission.refused();
			this.calls[i].refuse(admission.noThread());
		}
		Arrays.fill(this.calls, 0, handed, null);
	}

}
