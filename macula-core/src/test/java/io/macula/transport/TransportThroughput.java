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

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Status;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Measures calls per second between two processes: {@code server}, then
 * {@code client PORT IN_FLIGHT BYTES SECONDS}, or {@code stream PORT ELEMENTS}. Both use
 * the same certificate, made from a fixed seed by {@code TestTls}.
 */
final class TransportThroughput {

	private TransportThroughput() {
	}

	public static void main(String[] args) throws Exception {
		switch (args[0]) {
			case "server" -> server();
			case "client" -> client(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]),
					Integer.parseInt(args[4]));
			case "stream" -> stream(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
			default -> throw new IllegalArgumentException(args[0]);
		}
	}

	private static void server() throws Exception {
		Transport transport = Transport.create(TransportSettings.defaults());
		QuicListener listener = QuicListener.start(transport, TestTls.fixed(), InetAddress.getLoopbackAddress(), 0,
				new Echo(), TestNet.node("provider"));
		System.out.println(listener.port());
		System.out.flush();
		while (System.in.read() >= 0) {
			System.out.println(figures());
			System.out.flush();
		}
	}

	private static String figures() {
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long allocated = Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds())).sum();
		return system.getProcessCpuTime() + " " + allocated;
	}

	private static void client(int port, int inFlight, int bytes, int seconds) throws Exception {
		Transport transport = Transport.create(TransportSettings.defaults());
		Connection connection = new QuicConnector(transport, TestTls.fixed(), TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", port), Duration.ofSeconds(10))
			.block();
		run(connection, inFlight, bytes, Math.max(2, seconds / 2));
		String before = figures();
		Loop loop = run(connection, inFlight, bytes, seconds);
		String after = figures();
		Arrays.sort(loop.latencies, 0, loop.samples);
		long calls = loop.done.get();
		long cpu = Long.parseLong(after.split(" ")[0]) - Long.parseLong(before.split(" ")[0]);
		long allocated = Long.parseLong(after.split(" ")[1]) - Long.parseLong(before.split(" ")[1]);
		System.out.printf("%d calls/s, p50 %d us, p99 %d us, client cpu %.2f s/100k, %d bytes/call, failures %d, %s%n",
				calls / seconds, loop.latencies[loop.samples / 2] / 1000,
				loop.latencies[(int) (loop.samples * 0.99)] / 1000, cpu / 1e9 / calls * 100_000, allocated / calls,
				loop.failures, connection.stats());
		transport.close();
	}

	private static Loop run(Connection connection, int inFlight, int bytes, int seconds) throws Exception {
		Loop loop = new Loop(connection, bytes, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds), inFlight);
		for (int i = 0; i < inFlight; i++) {
			loop.next();
		}
		loop.over.await();
		return loop;
	}

	private static void stream(int port, int elements) {
		Transport transport = Transport.create(TransportSettings.defaults());
		Connection connection = new QuicConnector(transport, TestTls.fixed(), TestNet.node("client"))
			.connect(new Endpoint("127.0.0.1", port), Duration.ofSeconds(10))
			.block();
		for (int i = 0; i < 6; i++) {
			long start = System.nanoTime();
			StreamCall call = new StreamCall("test/range", "raw", Integer.toString(elements).getBytes(), Metadata.EMPTY,
					StreamCall.NO_DEADLINE, null, true);
			Long count = connection.stream(call).count().block();
			System.out.printf("%d elements, %d per second%n", count,
					(long) (elements / ((System.nanoTime() - start) / 1e9)));
		}
		transport.close();
	}

	private static final class Loop {

		final Connection connection;

		final byte[] payload;

		final long end;

		final AtomicLong done = new AtomicLong();

		final CountDownLatch over;

		final long[] latencies = new long[1 << 20];

		int samples;

		int failures;

		Loop(Connection connection, int bytes, long end, int inFlight) {
			this.connection = connection;
			this.payload = new byte[bytes];
			this.end = end;
			this.over = new CountDownLatch(inFlight);
		}

		void next() {
			this.connection.send(new Call(this));
		}

	}

	private static final class Call extends OutboundCall {

		private final Loop loop;

		private final long start = System.nanoTime();

		Call(Loop loop) {
			super("test/echo", "raw", loop.payload, Metadata.EMPTY, System.nanoTime() + 5_000_000_000L);
			this.loop = loop;
		}

		@Override
		protected boolean leavesSuspectedPeer() {
			return true;
		}

		@Override
		public void onResult(byte[] payload) {
			long now = System.nanoTime();
			this.loop.done.lazySet(this.loop.done.get() + 1);
			if (this.loop.samples < this.loop.latencies.length && (this.loop.done.get() & 7) == 0) {
				this.loop.latencies[this.loop.samples++] = now - this.start;
			}
			if (now < this.loop.end) {
				this.loop.next();
			}
			else {
				this.loop.over.countDown();
			}
		}

		@Override
		protected void onFailure(Failure failure) {
			this.loop.failures++;
			if (this.loop.failures < 5) {
				System.out.println(failure);
			}
			if (System.nanoTime() < this.loop.end) {
				this.loop.next();
			}
			else {
				this.loop.over.countDown();
			}
		}

	}

	private static final class Echo implements CallHandler {

		private final byte[] element = new byte[50];

		@Override
		public @Nullable Object resolve(String procedure, String codec) {
			return procedure;
		}

		@Override
		public void onCall(InboundCall call) {
			call.result(call.payload());
		}

		@Override
		public void onStream(InboundStream stream) {
			if (!stream.expectsElements()) {
				stream.fail(Failure.of(Status.notProcessed(Code.UNIMPLEMENTED, "")));
				return;
			}
			stream.respond(Flux.range(0, Integer.parseInt(new String(stream.payload()))).map((i) -> this.element));
		}

		@Override
		public void onReadComplete() {
			// Everything was answered at once.
		}

	}

}
