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

package io.macula.faults;

import java.util.List;
import java.util.Map;

/**
 * Faults of processes: killed, stopped, frozen, slow, full.
 */
final class ProcessFaults {

	private static final String IDEMPOTENT = "idempotent calls";

	private ProcessFaults() {
	}

	static List<Fault> all() {
		return List.of(Fault.of("baseline", "no fault, for comparison", true, ProcessFaults::baseline),
				Fault.of("sigkill", "SIGKILL of one provider, which then starts again", true, ProcessFaults::sigkill),
				Fault.of("rolling-restart", "SIGTERM and restart of each provider, one after the other", true,
						ProcessFaults::rollingRestart),
				Fault.of("sigstop", "SIGSTOP of one provider, then SIGCONT", true, ProcessFaults::sigstop),
				Fault.of("slow-provider", "one provider takes ten times as long; strategy least_loaded", false,
						ProcessFaults::slowProvider),
				Fault.of("full-executor", "one provider has one handler thread and room for two waiting calls", false,
						ProcessFaults::fullExecutor),
				Fault.of("all-restarted", "SIGKILL of all providers at once, which then start again", false,
						ProcessFaults::allRestarted));
	}

	private static void baseline(World world, FaultLog log) {
		Clock.seconds(world.options().seconds(10, 4));
		Window all = world.window();
		log.noneFailed("calls of any kind", all);
		log.measured("callsPerSecond", Math.round(all.size() * 1e9 / (all.to() - all.from())));
		log.measured("idempotent", all.idempotent().describeLatency());
		log.measured("notIdempotent", all.once().describeLatency());
	}

	private static void sigkill(World world, FaultLog log) {
		Clock.seconds(2);
		long killed = Clock.now();
		world.process("n1").kill();
		Clock.seconds(world.options().seconds(20, 5));
		world.startProvider("n1");
		world.process("n1").awaitReady();
		long back = Clock.now();
		Clock.seconds(6);
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 1000);
		log.onlyInFlightUnknown(all, killed, 1000);
		log.measured("streams", all.streams().describeFailures());
		log.returns("n1", all.secondsToAnswerOf("n1", back), 5);
	}

	private static void rollingRestart(World world, FaultLog log) {
		for (String node : World.NODES) {
			Clock.seconds(1);
			log.measured("stopMillis." + node, world.process(node).terminate().toMillis());
			world.startProvider(node);
			world.process(node).awaitReady();
			Clock.seconds(2);
		}
		Window all = world.window();
		log.noneFailed("calls of any kind", all);
		// The service time is 2 ms.
		log.worst("call that is no stream", all.unary(), 502);
		log.measured("answersByNode", all.byNode());
	}

	private static void sigstop(World world, FaultLog log) {
		Clock.seconds(1);
		long stopped = Clock.now();
		world.process("n2").signal("STOP");
		Clock.seconds(world.options().seconds(20, 6));
		long continued = Clock.now();
		world.process("n2").signal("CONT");
		Clock.seconds(8);
		silent(world, log, "n2", stopped, continued);
	}

	/**
	 * What must hold when an instance fell silent and then returned by itself.
	 */
	static void silent(World world, FaultLog log, String node, long silent, long healed) {
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 3000);
		log.onlyInFlightUnknown(all, silent, 3000);
		log.measured("streams", all.streams().describeFailures());
		log.returns(node, all.secondsToAnswerOf(node, healed), 5);
	}

	private static void slowProvider(World world, FaultLog log) {
		LoadProcess load = world.startLoad("least-loaded", "--macula.client.selection=least_loaded");
		try {
			Clock.seconds(6);
			load.settle();
			Window before = new Window(0, 0, load.newCalls()).unary();
			world.process("n3").terminate();
			world.startProvider("n3", Map.of(), "calculator.service-time=20ms");
			world.process("n3").awaitReady();
			Clock.seconds(5);
			load.settle();
			load.newCalls();
			Clock.seconds(8);
			load.settle();
			Window after = new Window(0, 0, load.newCalls()).unary();
			long slow = after.byNode().getOrDefault("n3", 0L);
			double share = slow / (double) Math.max(1, after.size() - after.failed().size());
			log.noneFailed("calls", after);
			log.must("its share falls well below a third", "%.1f%%".formatted(share * 100), share < 0.2);
			log.must("overall p99 within 2x of normal, its own service time aside",
					"before %s; after %s".formatted(before.describeLatency(), after.describeLatency()),
					after.percentileMillis(99) <= Math.max(2 * before.percentileMillis(99), 2 * 20 + 10));
		}
		finally {
			load.close();
			world.process("n3").terminate();
		}
	}

	private static void fullExecutor(World world, FaultLog log) {
		world.process("n3").terminate();
		world.startProvider("n3", Map.of(), "calculator.service-time=100ms", "macula.provider.max-threads=1",
				"macula.provider.queue-capacity=2");
		world.process("n3").awaitReady();
		world.begin();
		Clock.seconds(world.options().seconds(10, 5));
		Window all = world.window();
		log.noneFailed("calls that are no streams", all.unary());
		log.measured("answersByNode", all.byNode());
		log.measured("latency", all.unary().describeLatency());
		world.process("n3").terminate();
	}

	private static void allRestarted(World world, FaultLog log) {
		Clock.seconds(1);
		long killed = Clock.now();
		World.NODES.forEach((node) -> world.process(node).kill());
		Clock.seconds(1);
		World.NODES.forEach(world::startProvider);
		World.NODES.forEach((node) -> world.process(node).awaitReady());
		long back = Clock.now();
		Clock.seconds(8);
		Window all = world.window();
		log.measured("failedWhileAllWereDown", all.due(killed, back).describeFailures());
		World.NODES.forEach((node) -> log.returns(node, all.secondsToAnswerOf(node, back), 5));
		log.noneFailed("calls due 5 s after the return", all.due(back + 5_000_000_000L, Long.MAX_VALUE));
	}

}
