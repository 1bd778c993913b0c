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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Faults that somebody means: floods, half-open connections, slow peers.
 */
final class AttackFaults {

	private static final String ATTACKER = "a";

	private AttackFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("half-open", "10,000 handshakes with one provider are begun and never ended", false,
						(world, log) -> attack(world, log, "half-open", "10.77.0.1", "9443", "10000")),
				Fault.of("garbage", "2,000 datagrams of random bytes a second at one provider", true,
						(world, log) -> attack(world, log, "garbage", "10.77.0.1", "9443", "2000")),
				Fault.of("slow-readers", "a member opens 500 streams and takes an element a second from each", false,
						(world, log) -> attack(world, log, "slow-readers", member(world))),
				Fault.of("slow-writers", "a member opens 500 streams and gives an element a second to each", false,
						(world, log) -> attack(world, log, "slow-writers", member(world))));
	}

	private static String member(World world) {
		return "--macula.realm.seeds=" + world.seeds();
	}

	private static void attack(World world, FaultLog log, String... form) {
		Clock.seconds(world.options().seconds(8, 4));
		Window before = world.window().unary();
		Map<String, Long> memoryBefore = memory(world);
		world.begin();
		world.network().ensureHost(ATTACKER, "10.77.0.99");
		List<String> command = new ArrayList<>(
				List.of("-Xmx512m", "-jar", world.options().suiteJar().toString(), "attack"));
		command.addAll(List.of(form));
		HostProcess attacker = world.start(ATTACKER, Map.of(), command);
		Window during;
		try {
			attacker.awaitReady();
			Clock.seconds(2);
			world.begin();
			Clock.seconds(world.options().seconds(15, 6));
			during = world.window();
		}
		finally {
			attacker.kill();
		}
		Map<String, Long> memoryAfter = memory(world);
		log.noneFailed("calls of any kind", during);
		// A floor, because the attacker takes its share of the same processors.
		double limit = Math.max(2 * before.percentileMillis(99), 20);
		log.must("p99 of calls that are no streams within 2x of before (at least 20 ms)",
				"before %s; during %s".formatted(before.describeLatency(), during.unary().describeLatency()),
				during.unary().percentileMillis(99) <= limit);
		boolean bounded = World.NODES.stream()
			.allMatch((node) -> memoryAfter.getOrDefault(node, 0L) - memoryBefore.getOrDefault(node, 0L) < 100_000);
		log.must("no provider's memory grows by more than 100 MB",
				"kB before " + memoryBefore + ", after " + memoryAfter, bounded);
	}

	private static Map<String, Long> memory(World world) {
		Map<String, Long> resident = new TreeMap<>();
		for (String node : World.NODES) {
			resident.put(node, ProcessStatus.of(world.process(node).pid()).residentKilobytes());
		}
		return resident;
	}

}
