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

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.sun.management.ThreadMXBean;
import io.macula.MaculaMethod;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.codec.Codecs;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.transport.InboundCall;
import io.macula.transport.NodeInfo;
import io.macula.transport.StreamCall;
import io.macula.wire.Failure;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Prints how many bytes and nanoseconds a served unary call costs from the dispatcher to
 * its answer, without transport, for each way to run a handler; the payload is two bytes.
 * To be started by hand.
 */
final class ServedCallCost {

	private static final int ROUNDS = 400_000;

	private static final NodeInfo NODE = new NodeInfo(new Realm("test"), "node1", 1, List.of("cbor"));

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private ServedCallCost() {
	}

	/**
	 * Measure.
	 * @param args none
	 */
	public static void main(String[] args) {
		Dispatcher dispatcher = new Dispatcher(NODE, Codecs.of(List.of(JacksonPayloadCodec.cbor())), new Inline(), 1000,
				false, ObservationRegistry.NOOP);
		dispatcher.register(ServiceDefinition.of("test.work", Work.class, new Handler()));
		List<String> methods = List.of("blocking", "here", "future", "mono");
		for (String method : methods) {
			measure(dispatcher, method, false);
		}
		for (int i = 0; i < 3; i++) {
			for (String method : methods) {
				measure(dispatcher, method, true);
			}
		}
	}

	private static void measure(Dispatcher dispatcher, String method, boolean print) {
		Call call = new Call(dispatcher, "test.work/" + method);
		long leastNanos = Long.MAX_VALUE;
		long bytes = 0;
		for (int round = 0; round < 8; round++) {
			long before = THREADS.getCurrentThreadAllocatedBytes();
			long start = System.nanoTime();
			for (int i = 0; i < ROUNDS; i++) {
				dispatcher.onCall(call);
				if ((i & 63) == 63) {
					dispatcher.onReadComplete();
				}
			}
			leastNanos = Math.min(leastNanos, System.nanoTime() - start);
			bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
		}
		if (print) {
			System.out.printf("%-10s %5d B %5d ns%n", method, bytes / ROUNDS, leastNanos / ROUNDS);
		}
		if (call.results != 8L * ROUNDS) {
			throw new IllegalStateException(call.results + " results of " + method);
		}
	}

	interface Work {

		int blocking(int number);

		@MaculaMethod(nonBlocking = true)
		int here(int number);

		CompletableFuture<Integer> future(int number);

		Mono<Integer> mono(int number);

	}

	private static final class Handler implements Work {

		@Override
		public int blocking(int number) {
			return number;
		}

		@Override
		public int here(int number) {
			return number;
		}

		@Override
		public CompletableFuture<Integer> future(int number) {
			return CompletableFuture.completedFuture(number);
		}

		@Override
		public Mono<Integer> mono(int number) {
			return Mono.just(number);
		}

	}

	/** Runs each task where it is handed over. */
	private static final class Inline implements HandlerExecutor {

		@Override
		public int submit(HandlerTask[] tasks, int count) {
			for (int i = 0; i < count; i++) {
				tasks[i].run(System.nanoTime());
			}
			return count;
		}

		@Override
		public HandlerFigures figures() {
			return new HandlerFigures(0, 0, 0, 0);
		}

		@Override
		public void close() {
			// Nothing waits and nothing runs.
		}

	}

	private static final class Call implements InboundCall {

		private final String procedure;

		private final @Nullable Object target;

		private final byte[] payload = { 21 };

		private long results;

		Call(Dispatcher dispatcher, String procedure) {
			this.procedure = procedure;
			this.target = dispatcher.resolve(procedure, "cbor");
		}

		@Override
		public String procedure() {
			return this.procedure;
		}

		@Override
		public String codec() {
			return "cbor";
		}

		@Override
		public @Nullable Object target() {
			return this.target;
		}

		@Override
		public byte[] payload() {
			return this.payload;
		}

		@Override
		public Metadata metadata() {
			return Metadata.EMPTY;
		}

		@Override
		public NodeInfo peer() {
			return NODE;
		}

		@Override
		public long deadlineNanoTime() {
			return StreamCall.NO_DEADLINE;
		}

		@Override
		public boolean cancelled() {
			return false;
		}

		@Override
		public void onCancel(Runnable action) {
			// The caller waits for ever.
		}

		@Override
		public void result(byte[] result) {
			this.results++;
		}

		@Override
		public void fail(Failure failure) {
			throw new IllegalStateException(failure.toString());
		}

	}

}
