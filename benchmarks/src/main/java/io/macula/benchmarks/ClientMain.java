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

package io.macula.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.macula.benchmarks.stack.Answer;
import io.macula.benchmarks.stack.CalculatorClient;
import io.macula.benchmarks.stack.Completion;
import io.macula.benchmarks.stack.Mode;
import io.macula.benchmarks.stack.Question;
import io.macula.benchmarks.stack.Stack;
import io.macula.benchmarks.stack.Stacks;
import io.macula.benchmarks.stack.Tls;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client's process: connects, and measures one window for each workload; prints a
 * line {@code ROW json} for each.
 */
final class ClientMain {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final Stack stack;

	private final long warmUpNanos;

	private final long windowNanos;

	private final BufferedReader usageAnswers;

	private final PrintWriter usageQuestions;

	private ClientMain(Stack stack, String controlAddress, int controlPort, long warmUpMillis, long windowMillis)
			throws Exception {
		this.stack = stack;
		this.warmUpNanos = TimeUnit.MILLISECONDS.toNanos(warmUpMillis);
		this.windowNanos = TimeUnit.MILLISECONDS.toNanos(windowMillis);
		Socket control = new Socket(InetAddress.getByName(controlAddress), controlPort);
		this.usageAnswers = new BufferedReader(
				new InputStreamReader(control.getInputStream(), StandardCharsets.US_ASCII));
		this.usageQuestions = new PrintWriter(control.getOutputStream(), true, StandardCharsets.US_ASCII);
	}

	/**
	 * Arguments: stack, directory of the keys, address and port, address and port for
	 * questions, warm-up and window in milliseconds, workloads.
	 */
	public static void main(String[] args) throws Exception {
		Stack stack = Stacks.named(args[0]);
		ClientMain main = new ClientMain(stack, args[4], Integer.parseInt(args[5]), Long.parseLong(args[6]),
				Long.parseLong(args[7]));
		long begin = System.nanoTime();
		CalculatorClient client = stack.connect(args[2], Integer.parseInt(args[3]), new Tls(Path.of(args[1])));
		main.firstCall(client, begin);
		boolean streams = false;
		for (int i = 8; i < args.length; i++) {
			Workload workload = Workload.named(args[i]);
			main.measure(client, workload, i == 8);
			streams |= workload.kind() == Workload.Kind.STREAM;
		}
		if (streams && client.takesSlowly()) {
			main.examineStream(client);
		}
		Runtime.getRuntime().halt(0);
	}

	private void firstCall(CalculatorClient client, long begin) throws Exception {
		long ready = System.nanoTime();
		Question question = Load.question(1);
		Answer answer;
		if (this.stack.modes().contains(Mode.BLOCKING)) {
			answer = client.multiply(question);
		}
		else {
			Waiting<Answer> waiting = new Waiting<>();
			client.multiply(question, waiting);
			answer = waiting.result();
		}
		long end = System.nanoTime();
		long nanos = end - ready;
		print(new Fact(this.stack.name(), Fact.READY, (ready - begin) / 1e3));
		print(new Fact(this.stack.name(), Fact.FROM_START, (end - begin) / 1e3));
		Histogram latencies = Load.histogram();
		latencies.recordValue(nanos);
		print(Workload.Kind.FIRST, 1, Stacks.smallRequestBytes(), nanos, latencies,
				Load.verified(question, answer) ? 0 : 1, new Usage(0, 0), new Usage(0, 0));
	}

	private void measure(CalculatorClient client, Workload workload, boolean first) throws Exception {
		try (Load load = Load.of(workload, client)) {
			load.start();
			load.run(first ? 2 * this.warmUpNanos : this.warmUpNanos);
			Profiler profiler = Profiler.ofThisProcess("client");
			if (profiler != null) {
				ask(ServerMain.START_PROFILE);
				profiler.start();
			}
			Usage serverBefore = serverUsage();
			Usage clientBefore = Usage.now();
			load.beginWindow();
			long begin = System.nanoTime();
			load.run(this.windowNanos);
			long end = System.nanoTime();
			Histogram latencies = load.endWindow();
			Usage clientUsed = Usage.now().minus(clientBefore);
			Usage serverUsed = serverUsage().minus(serverBefore);
			if (profiler != null) {
				profiler.stop();
				ask(ServerMain.STOP_PROFILE);
			}
			int payloadBytes = (workload.payloadBytes() > 0) ? workload.payloadBytes() : Stacks.smallRequestBytes();
			print(workload.kind(), workload.inFlight(), payloadBytes, end - begin, latencies, load.errors(), clientUsed,
					serverUsed);
			String failure = load.firstFailure();
			if (!failure.isEmpty()) {
				System.out.println("FAILURE " + workload.id() + ": " + failure);
			}
		}
	}

	/** Memory over a long stream, and how far a slow consumer lets the sender run. */
	private void examineStream(CalculatorClient client) throws Exception {
		int elements = 1_000_000;
		long[] heaps = new long[4];
		client.count(elements, (index) -> {
			if (index == elements / 10) {
				heaps[0] = Usage.liveHeap();
				heaps[1] = askNumber(ServerMain.HEAP);
			}
			else if (index == elements / 10 * 9) {
				heaps[2] = Usage.liveHeap();
				heaps[3] = askNumber(ServerMain.HEAP);
			}
		});
		print(new Fact(this.stack.name(), Fact.GROWTH_CLIENT, heaps[2] - heaps[0]));
		print(new Fact(this.stack.name(), Fact.GROWTH_SERVER, heaps[3] - heaps[1]));
		long before = askNumber(ServerMain.PRODUCED);
		long received = client.countSlowly(elements, 50, 10, 3000);
		long produced = askNumber(ServerMain.PRODUCED) - before;
		if (received == 0) {
			throw new IllegalStateException("a slow consumer received nothing of " + produced + " elements");
		}
		print(new Fact(this.stack.name(), Fact.TAKEN, received));
		print(new Fact(this.stack.name(), Fact.AHEAD, produced - received));
	}

	private long askNumber(String question) {
		try {
			return Long.parseLong(ask(question));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private Usage serverUsage() throws IOException {
		return Usage.parse(ask(ServerMain.USAGE));
	}

	private String ask(String question) throws IOException {
		this.usageQuestions.println(question);
		return this.usageAnswers.readLine();
	}

	private static void print(Fact fact) {
		System.out.println("FACT " + JSON.writeValueAsString(fact));
	}

	private void print(Workload.Kind kind, int inFlight, int payloadBytes, long elapsedNanos, Histogram latencies,
			long errors, Usage client, Usage server) {
		double calls = Math.max(1, latencies.getTotalCount());
		Row row = new Row(this.stack.name(), kind.title(), inFlight, payloadBytes, calls / (elapsedNanos / 1e9),
				latencies.getValueAtPercentile(50) / 1e3, latencies.getValueAtPercentile(99) / 1e3,
				latencies.getValueAtPercentile(99.9) / 1e3, latencies.getMaxValue() / 1e3,
				(client.cpuNanos() + server.cpuNanos()) / 1e9 / calls * 1e5, client.cpuNanos() / 1e9 / calls * 1e5,
				server.cpuNanos() / 1e9 / calls * 1e5, (client.allocatedBytes() + server.allocatedBytes()) / calls,
				client.allocatedBytes() / calls, server.allocatedBytes() / calls, errors);
		System.out.println("ROW " + JSON.writeValueAsString(row));
	}

	private static final class Waiting<T> implements Completion<T> {

		private final java.util.concurrent.CompletableFuture<T> future = new java.util.concurrent.CompletableFuture<>();

		@Override
		public void done(T result) {
			this.future.complete(result);
		}

		@Override
		public void failed(Throwable cause) {
			this.future.completeExceptionally(cause);
		}

		T result() throws Exception {
			return this.future.get(20, TimeUnit.SECONDS);
		}

	}

}
