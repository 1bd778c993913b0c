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

package io.macula.benchmarks.stack;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;

import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;

/**
 * What a call allocates without any RPC: the user's records and futures, and the codec's
 * work on them.
 *
 * @param clientBytes question made and encoded, answer decoded, a continuation on its
 * future
 * @param serverBytes question decoded, answer made and encoded, its future
 */
public record BareAllocation(double clientBytes, double serverBytes) {

	private static final int CALLS = 200_000;

	private static volatile @Nullable Object sink;

	/**
	 * Measure in the calling thread, warm.
	 * @return bytes per call
	 */
	public static BareAllocation measure() {
		byte[] request = Payloads.QUESTION.encode(question(0));
		byte[] response = Payloads.ANSWER.encode(Payloads.answer(question(0)));
		// The future itself is the product's, what is chained to it is the user's.
		double future = perCall(() -> sink = new CompletableFuture<>());
		return new BareAllocation(perCall(() -> client(response)) - future, perCall(() -> server(request)));
	}

	private static void client(byte[] response) {
		sink = Payloads.QUESTION.encode(question(1));
		CompletableFuture<Answer> future = new CompletableFuture<>();
		sink = future.whenComplete((answer, failure) -> sink = answer);
		future.complete(Payloads.ANSWER.decode(response));
	}

	private static void server(byte[] request) {
		CompletableFuture<Answer> answer = CompletableFuture
			.completedFuture(Payloads.answer(Payloads.QUESTION.decode(request)));
		sink = answer;
		sink = Payloads.ANSWER.encode(answer.join());
	}

	private static Question question(int id) {
		return new Question((1L << 40) + id, 100_000, 21, "twelve chars");
	}

	private static double perCall(Runnable call) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		double bytes = 0;
		// The last of several passes: the others warm up.
		for (int pass = 0; pass < 5; pass++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < CALLS; i++) {
				call.run();
			}
			bytes = (double) (threads.getCurrentThreadAllocatedBytes() - before) / CALLS;
		}
		return bytes;
	}

}
