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
import java.util.TreeMap;
import java.util.regex.Pattern;

import io.macula.Processed;
import io.macula.harness.Clock;
import io.macula.harness.LoggedProcess;
import io.macula.harness.ProcessStatus;

/**
 * Faults that somebody means: floods, half-open connections, slow peers.
 */
final class AttackFaults {

	private static final int ATTACKER = 99;

	private static final String VICTIM = Addressing.four(1);

	private static final String PORT = Integer.toString(World.PORT);

	/** With handlers of 40 ms on 4 threads three providers answer 300 calls a second. */
	private static final int CAPACITY = 300;

	private static final Pattern FAILED_OTHERWISE = Pattern.compile("(\\S+)=\\d+");

	private AttackFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("half-open", "10,000 handshakes with one provider are begun and never ended", false,
						(world, log) -> attack(world, log, "half-open", VICTIM, PORT, "10000")),
				Fault.of("garbage", "2,000 datagrams of random bytes a second at one provider", true,
						(world, log) -> attack(world, log, "garbage", VICTIM, PORT, "2000")),
				Fault.of("slow-readers", "a member opens 500 streams and takes an element a second from each", false,
						(world, log) -> attack(world, log, "slow-readers", member(world))),
				Fault.of("slow-writers", "a member opens 500 streams and gives an element a second to each", false,
						(world, log) -> attack(world, log, "slow-writers", member(world))),
				Fault.of("stream-flood",
						"a member opens streams beyond the limit as fast as it can, resets them, begins anew", false,
						(world, log) -> attack(world, log, "streams", VICTIM, PORT)),
				Fault.of("rogue-garbage", "a member advertises the service and answers with random bytes", true,
						(world, log) -> rogue(world, log, RogueProvider.Form.GARBAGE)),
				Fault.of("rogue-truncated", "a member answers with half of a frame and the end of the stream", false,
						(world, log) -> rogue(world, log, RogueProvider.Form.TRUNCATED)),
				Fault.of("rogue-foreign", "a member answers each call with the result of an unknown one", false,
						(world, log) -> rogue(world, log, RogueProvider.Form.FOREIGN)),
				Fault.of("rogue-mute", "a member takes calls and never answers", false,
						(world, log) -> rogue(world, log, RogueProvider.Form.MUTE)),
				Fault.of("overload",
						"ten times the calls that three providers of 4 threads, room for 12 waiting calls and 40 ms a call can answer",
						true, AttackFaults::overload));
	}

	private static String member(World world) {
		return "--macula.realm.seeds=" + world.seeds();
	}

	private static void attack(World world, FaultLog log, String... form) {
		Clock.seconds(world.seconds(8, 4));
		Window before = world.window().unary();
		Map<String, Long> memoryBefore = memory(world);
		world.begin();
		LoggedProcess attacker = world.startAttack(ATTACKER, form);
		Window during;
		try {
			Clock.seconds(2);
			world.begin();
			Clock.seconds(world.seconds(15, 6));
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

	private static void rogue(World world, FaultLog log, RogueProvider.Form form) {
		Clock.seconds(1);
		String client = world.load().log();
		// Each has its own address: of one peer the client's log tells once a minute.
		int number = 70 + form.ordinal();
		LoggedProcess rogue = world.startAttack(number, "rogue", form.name(), Addressing.four(number),
				"--macula.node.id=rogue", member(world));
		try {
			Clock.seconds(world.seconds(15, 6));
		}
		finally {
			rogue.kill();
		}
		Window all = world.window();
		List<String> lines = world.load().log().substring(client.length()).lines().toList();
		log.noneFailed("idempotent calls", all.idempotent());
		log.worst("idempotent call", all.idempotent(), 3000);
		boolean unknown = all.once()
			.failed()
			.calls()
			.stream()
			.allMatch((call) -> call.processed() == Processed.UNKNOWN);
		log.must("what is not idempotent fails as unknown, if at all", all.once().describeFailures(), unknown);
		List<String> dialled = lines.stream()
			.filter((line) -> World.NODES.stream()
				.anyMatch((node) -> line.contains("Creating connection to endpoint " + world.endpoint(node))))
			.toList();
		log.must("connections to the others live on", dialled.size() + " were made anew", dialled.isEmpty());
		if (form == RogueProvider.Form.GARBAGE || form == RogueProvider.Form.TRUNCATED) {
			List<String> reasons = lines.stream().filter((line) -> line.contains("broke the protocol")).toList();
			log.must("the client's log tells the reason, in few lines",
					reasons.size() + " lines, such as: " + message(reasons), !reasons.isEmpty() && reasons.size() <= 3
							&& reasons.stream().allMatch((line) -> line.contains("'rogue'")));
		}
		log.measured("streams", all.streams().describeFailures());
	}

	private static void overload(World world, FaultLog log) {
		// What is accepted is answered within 160 ms: below the least attempt timeout, so
		// that all failures are refusals.
		world.replaceProviders("calculator.service-time=40ms", "macula.provider.max-threads=4",
				"macula.provider.queue-capacity=12");
		Clock.seconds(6);
		world.begin();
		Clock.seconds(4);
		Window before = world.window().unary();
		LoggedProcess attacker = world.startAttack(ATTACKER, "overload", Integer.toString(10 * CAPACITY),
				member(world));
		Map<String, Long> early;
		Map<String, Long> late;
		String outcomes;
		double seconds = world.seconds(60, 12);
		try {
			Clock.seconds(seconds / 3);
			early = memory(world, attacker);
			Clock.seconds(seconds * 2 / 3);
			late = memory(world, attacker);
			outcomes = attacker.logOfThisLife()
				.lines()
				.filter((line) -> line.startsWith(Overload.MARK))
				.reduce("", (first, second) -> second);
		}
		finally {
			attacker.kill();
		}
		String examples = attacker.logOfThisLife()
			.lines()
			.filter((line) -> line.startsWith("First "))
			.toList()
			.toString();
		Window during = world.window();
		Clock.seconds(1);
		world.begin();
		Clock.seconds(4);
		Window after = world.window().unary();
		world.dismiss();
		List<String> kinds = FAILED_OTHERWISE.matcher(outcomes)
			.results()
			.map((found) -> found.group(1).replace("{", ""))
			.toList();
		log.must("what is refused says RESOURCE_EXHAUSTED, not processed", outcomes,
				kinds.contains("RESOURCE_EXHAUSTED/NO") && List.of("OK", "RESOURCE_EXHAUSTED/NO").containsAll(kinds));
		boolean refused = during.failed().calls().stream().allMatch((call) -> call.processed() == Processed.NO);
		log.must("calls of others that fail were not processed", during.describeFailures(), refused);
		boolean flat = early.entrySet()
			.stream()
			.allMatch((each) -> late.getOrDefault(each.getKey(), Long.MAX_VALUE) <= each.getValue() * 1.2 + 48_000);
		log.must("memory of the caller and of the providers stays flat",
				"kB after a third of the time " + early + ", at the end " + late, flat);
		log.noneFailed("calls due 1 s after the overload", after);
		log.must("p99 within 2x of before from 1 s after the overload on",
				"before %s; after %s".formatted(before.describeLatency(), after.describeLatency()),
				after.percentileMillis(99) <= 2 * before.percentileMillis(99));
		log.measured("examples", examples);
		log.measured("latencyDuring", during.unary().only((call) -> !call.failed()).describeLatency());
	}

	private static String message(List<String> lines) {
		String first = lines.isEmpty() ? "" : lines.get(0);
		int mark = first.indexOf(" : ");
		return (mark < 0) ? first : first.substring(mark + 3);
	}

	private static Map<String, Long> memory(World world, LoggedProcess attacker) {
		Map<String, Long> resident = memory(world);
		// Its heap may grow up to the limit, whatever it holds.
		resident.put("caller's heap", Resources.heapKilobytes(attacker.pid()));
		return resident;
	}

	private static Map<String, Long> memory(World world) {
		Map<String, Long> resident = new TreeMap<>();
		for (String node : World.NODES) {
			resident.put(node, ProcessStatus.of(world.process(node).pid()).residentKilobytes());
		}
		return resident;
	}

}
