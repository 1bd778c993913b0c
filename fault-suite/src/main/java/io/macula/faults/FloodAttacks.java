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

/**
 * Much of what is allowed once.
 */
final class FloodAttacks {

	private FloodAttacks() {
	}

	static List<Trial> all() {
		return List.of(
				new Trial("pings-read", "a member sends PINGs as fast as it can, and reads the PONGs", false,
						(world, log, quick) -> pings(world, log, quick, "pings-read")),
				new Trial("pings-unread", "a member sends PINGs as fast as it can, and reads nothing", true,
						(world, log, quick) -> pings(world, log, quick, "pings-unread")),
				new Trial("partial-frames", "23 streams with 16 MiB less one byte of a frame each", true,
						FloodAttacks::partialFrames),
				new Trial("procedure-names", "1,024 procedure names of 60 KB on each of 16 streams", false,
						FloodAttacks::procedureNames),
				new Trial("call-metadata", "a member sends calls with 60 KB of metadata each, as fast as it can", true,
						FloodAttacks::metadata),
				new Trial("metadata-frames", "a member sends METADATA, which only providers may, as fast as it can",
						false, FloodAttacks::metadataFrames),
				new Trial("metadata-bounds", "129 entries, 64 KiB and 16 MiB of metadata with a call", false,
						FloodAttacks::metadataBounds),
				new Trial("withheld", "44 answers of 8 MB, for which the member allows no stream", false,
						FloodAttacks::withheld),
				new Trial("slow-calls", "a member keeps 10,150 calls open, each of which takes a second", true,
						FloodAttacks::slowCalls),
				new Trial("slow-and-quick",
						"a member keeps 10,150 calls of a method open, of which one in ten takes a second, the others nothing",
						false, FloodAttacks::slowAndQuick),
				new Trial("retry-token",
						"the token of a Retry packet is shown from another port, from another address, and twice",
						false, FloodAttacks::retryToken),
				new Trial("half-open",
						"from one address 400 handshakes a second are begun, proven by Retry, and left; room is for 1,000",
						true, FloodAttacks::halfOpen));
	}

	private static void pings(AttackWorld world, FaultLog log, boolean quick, String form) {
		Siege siege = world.attack(log, quick ? 6 : 20, form);
		log.measured("PINGs sent", siege.outcome("pings"));
		log.measured("how the connections ended", siege.outcome("ends"));
	}

	private static void partialFrames(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 7 : 25, "partial-frames");
		log.measured("MB sent on the last connection", siege.outcome("megabytes"));
		log.measured("how the connections ended", siege.outcome("ends"));
	}

	private static void procedureNames(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 20, "procedure-names");
		log.must("the connection is closed, LIMIT (0x12)", siege.outcome("ends"),
				siege.outcome("ends").startsWith("{0x12="));
		log.measured("MB of names", siege.outcome("megabytes"));
	}

	private static void metadata(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "call-metadata");
		String megabytes = siege.outcome("megabytes");
		log.must("the attack takes place: 5 MB of metadata or more are taken", megabytes,
				megabytes.matches("\\d{1,9}") && Integer.parseInt(megabytes) >= 5);
		log.measured("the member's calls", siege.outcome("calls"));
		log.measured("how the connections ended", siege.outcome("ends"));
	}

	private static void metadataFrames(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "metadata-frames");
		String ends = siege.outcome("ends");
		log.must("each connection is closed, PROTOCOL_VIOLATION (0x10) or LIMIT (0x12)", ends,
				ends.matches("\\{(0x1[02]=\\d+(, )?)+}"));
		log.measured("frames on the last connection", siege.outcome("frames on the last connection"));
	}

	private static void metadataBounds(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 40, "metadata-bounds");
		Map<String, String> others = new TreeMap<>(siege.told());
		others.values().removeIf("0x12"::equals);
		log.must("each connection is closed, LIMIT (0x12)", siege.told(), siege.told().size() == 3 && others.isEmpty());
	}

	private static void withheld(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 25, "withheld", "--bytes=8000000");
		log.measured("calls", siege.outcome("calls"));
		log.measured("how the connections ended", siege.outcome("ends"));
	}

	private static void slowCalls(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "slow-calls", "--open=10150");
		log.measured("the member's calls", siege.outcome("calls"));
	}

	private static void slowAndQuick(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, quick ? 6 : 20, "slow-calls", "--open=10150", "--quick=9");
		log.measured("the member's calls", siege.outcome("calls"));
	}

	private static void retryToken(AttackWorld world, FaultLog log, boolean quick) {
		Siege siege = world.attack(log, 30, "retry-token", "--elsewhere=" + AttackWorld.ELSEWHERE);
		log.must("it is not answered when it comes from another port or address", siege.told(),
				siege.outcome("other port").equals("no answer") && siege.outcome("other address").equals("no answer"));
		log.must("it is good for the handshake that it was given to", siege.outcome("its own port"),
				siege.outcome("its own port").equals("connected"));
		log.must("it is not answered a second time, when that connection is gone", siege.outcome("again"),
				siege.outcome("again").equals("no answer"));
	}

	private static void halfOpen(AttackWorld world, FaultLog log, boolean quick) {
		// A virtual machine that starts slows others down, whether anybody attacks or
		// not.
		Window calm = world.burdened(() -> world.newClient(new FaultLog()));
		Siege siege = world.attack(quick ? 6 : 20, () -> world.newClient(log), "half-open", "--rate=400",
				"--answer-retry=true");
		siege.undisturbed(log, calm);
		String begun = siege.outcome("begun");
		log.must("the attack takes place: a thousand handshakes are begun", begun, begun.matches("\\d{4,}"));
	}

}
