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

package io.macula.benchmarks.scale;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import com.sun.management.OperatingSystemMXBean;
import io.macula.harness.Clock;
import io.macula.harness.FreePorts;
import io.macula.node.RealmNode;
import io.macula.node.RealmNodeBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A realm in which nobody calls anybody, all of it in this process: providers, of which
 * three at most are the seeds, and clients that watch all services. Measures what it
 * costs all the same, with default settings: the processor's time, datagrams, and memory.
 */
final class IdleRealm {

	private static final int SEEDS = 3;

	private static final Duration START_LIMIT = Duration.ofMinutes(2);

	private static final double BOUND_PERCENT = 1.05;

	private static final double BOUND_DATAGRAMS = 1;

	private IdleRealm() {
	}

	/**
	 * Measure one realm.
	 * @param args number of providers, of clients, of services that all providers serve
	 * and all clients watch, seconds to settle, seconds to measure, and {@code judged} if
	 * the bounds count
	 */
	public static void main(String[] args) {
		int exitCode = 1;
		try {
			measure(args);
			exitCode = 0;
		}
		catch (IOException | RuntimeException ex) {
			ex.printStackTrace();
		}
		System.exit(exitCode);
	}

	private static void measure(String... args) throws IOException {
		int providers = Integer.parseInt(args[0]);
		int clients = Integer.parseInt(args[1]);
		int services = Integer.parseInt(args[2]);
		long heap = ScaleRealm.heapBytes();
		List<RealmNode> nodes = start(providers, clients, services);
		Clock.within(START_LIMIT, () -> nodes.stream().allMatch((node) -> nodes(node) == providers));
		Clock.seconds(Integer.parseInt(args[3]));
		check(nodes, providers);
		Usage before = Usage.now();
		Clock.seconds(Integer.parseInt(args[4]));
		Usage used = Usage.now().minus(before);
		check(nodes, providers);
		String realm = "idle realm of " + providers + " providers, " + clients + " clients and " + services
				+ " services: ";
		boolean judged = args.length > 5;
		tell(realm + "processor time, of one core", used.cpuNanos * 100.0 / used.nanos, "%",
				judged ? BOUND_PERCENT : null);
		tell(realm + "datagrams sent by a node", used.datagrams * 1e9 / used.nanos / nodes.size(), "/s",
				judged ? BOUND_DATAGRAMS : null);
		tell(realm + "heap of a node", (ScaleRealm.heapBytes() - heap) / 1024.0 / nodes.size(), "KiB", null);
	}

	private static List<RealmNode> start(int providers, int clients, int services) throws IOException {
		List<Integer> ports = FreePorts.udp(providers);
		String[] seeds = ports.stream().limit(SEEDS).map((port) -> "127.0.0.1:" + port).toArray(String[]::new);
		ScaleRealm.Echo echo = CompletableFuture::completedFuture;
		List<RealmNode> nodes = new ArrayList<>();
		for (int port : ports) {
			RealmNodeBuilder provider = builder("provider-" + port, seeds).provider(ScaleRealm.provider(port));
			IntStream.range(0, services).forEach((i) -> provider.service(service(i), ScaleRealm.Echo.class, echo));
			nodes.add(provider.build());
		}
		IntStream.range(0, clients).forEach((i) -> {
			RealmNode client = builder("client-" + i, seeds).build();
			IntStream.range(0, services).forEach((each) -> client.client().proxy(ScaleRealm.Echo.class, service(each)));
			nodes.add(client);
		});
		/* One after the other: that it can start all at once is shown elsewhere. */
		for (RealmNode node : nodes) {
			node.start();
			node.advertise();
			Clock.seconds(0.05);
		}
		return nodes;
	}

	private static String service(int number) {
		return ScaleRealm.ALL + number;
	}

	private static RealmNodeBuilder builder(String nodeId, String... seeds) {
		return RealmNode.builder(ScaleRealm.REALM.name()).nodeId(nodeId).secret(ScaleRealm.SECRET).seeds(seeds);
	}

	/** A realm that does not stand costs nothing. */
	private static void check(List<RealmNode> nodes, int providers) {
		for (RealmNode node : nodes) {
			int known = nodes(node);
			if (known != providers) {
				throw new IllegalStateException(
						"A node knows " + known + " of " + providers + " providers: " + node.report().directory());
			}
		}
	}

	private static int nodes(RealmNode node) {
		return node.report().directory().nodes();
	}

	private static void tell(String name, double value, String unit, @Nullable Double bound) {
		Figure figure = (bound != null) ? Figure.judged(name, value, unit, bound) : Figure.shown(name, value, unit);
		figure.tell();
	}

	/**
	 * What was used up to a moment. Datagrams are those of the network namespace.
	 */
	private record Usage(long nanos, long cpuNanos, long datagrams) {

		static Usage now() throws IOException {
			OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
			return new Usage(System.nanoTime(), system.getProcessCpuTime(), datagramsSent());
		}

		Usage minus(Usage before) {
			return new Usage(this.nanos - before.nanos, this.cpuNanos - before.cpuNanos,
					this.datagrams - before.datagrams);
		}

		private static long datagramsSent() throws IOException {
			List<String> lines = Files.readAllLines(Path.of("/proc/self/net/snmp"))
				.stream()
				.filter((line) -> line.startsWith("Udp:"))
				.toList();
			int column = List.of(lines.get(0).split(" ")).indexOf("OutDatagrams");
			return Long.parseLong(lines.get(1).split(" ")[column]);
		}

	}

}
