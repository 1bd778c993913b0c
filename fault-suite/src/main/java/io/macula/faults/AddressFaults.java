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
import java.util.Set;

import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;

/**
 * A provider's own addresses: they change, come late, are several.
 */
final class AddressFaults {

	private static final String ANY = "calls of any kind";

	private static final String IDEMPOTENT = "idempotent calls";

	/** A node looks at its addresses every 5 s. */
	private static final int NOTICED_SECONDS = 8;

	private static final String MOVER = "n2";

	private static final int MOVED_TO = 42;

	private static final String LATE = "n3";

	private static final String TWOFOLD = "n1";

	private static final int SECOND = 51;

	private AddressFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("provider-moves", "one provider gets another address of its network in place of its own",
						false, AddressFaults::providerMoves),
				Fault.of("late-network", "one provider starts without a network, which comes 3 s after it has started",
						false, AddressFaults::lateNetwork),
				Fault.of("second-address",
						"one provider has two addresses in its network and advertises the second one", false,
						AddressFaults::secondAddress));
	}

	private static void providerMoves(World world, FaultLog log) {
		Network network = world.network();
		int first = network.number(MOVER);
		Clock.seconds(1);
		String address = network.addAddress(MOVER, MOVED_TO);
		try {
			network.removeAddress(MOVER, first);
			long moved = Clock.now();
			Clock.seconds(world.seconds(20, 12));
			List<String> known = endpoints(world, MOVER);
			Window all = world.window();
			double seconds = all.secondsToAnswerOf(MOVER, moved);
			long back = Double.isFinite(seconds) ? moved + (long) (seconds * 1e9) : all.to();
			Window meanwhile = all.only((call) -> call.start() >= moved && call.end() < back);
			log.noticed(all);
			log.noneFailed(IDEMPOTENT, all.idempotent());
			log.worst("idempotent call", all.idempotent(), 3000);
			log.onlyInFlightUnknown(all, moved, 3000);
			log.must("its calls go to the others meanwhile", meanwhile.byNode(),
					meanwhile.byNode().keySet().equals(Set.of("n1", "n3")));
			log.returns(MOVER, seconds, NOTICED_SECONDS);
			knownOnlyAt(address, known, log);
			log.measured("streams", all.streams().describeFailures());
		}
		finally {
			network.addAddress(MOVER, first);
			network.removeAddress(MOVER, MOVED_TO);
		}
	}

	private static void lateNetwork(World world, FaultLog log) {
		world.process(LATE).terminate();
		Healing network = world.network().disconnect(LATE);
		try {
			world.startProvider(LATE);
			// Only then it has certainly looked for an address and found none.
			world.process(LATE).awaitReady();
			Clock.seconds(3);
		}
		finally {
			network.heal();
		}
		long connected = Clock.now();
		Clock.seconds(world.seconds(20, 12));
		List<String> known = endpoints(world, LATE);
		Window all = world.window();
		log.noneFailed(ANY, all);
		log.worst("idempotent call", all.idempotent(), 1000);
		log.returns(LATE, all.secondsToAnswerOf(LATE, connected), NOTICED_SECONDS);
		knownOnlyAt(world.network().address(LATE), known, log);
	}

	private static void secondAddress(World world, FaultLog log) {
		Network network = world.network();
		world.process(TWOFOLD).terminate();
		int position = world.load().logPosition();
		String address = network.addAddress(TWOFOLD, SECOND);
		try {
			world.startProvider(TWOFOLD, Map.of(), "macula.provider.advertised-host=" + address);
			world.process(TWOFOLD).awaitReady();
			long started = Clock.now();
			// A provider that returns gets its full share after the slow start of 5 s.
			Clock.seconds(6);
			long settled = Clock.now();
			Clock.seconds(world.seconds(20, 8));
			List<String> known = endpoints(world, TWOFOLD);
			Window all = world.window();
			Window after = all.due(settled, Long.MAX_VALUE);
			log.noticed(all);
			log.noneFailed(ANY, all);
			log.worst("idempotent call", all.idempotent(), 1000);
			log.returns(TWOFOLD, all.secondsToAnswerOf(TWOFOLD, started), 5);
			log.must("it gets its share", after.byNode(), after.byNode().getOrDefault(TWOFOLD, 0L) > after.size() / 5);
			knownOnlyAt(address, known, log);
			log.nobodyBlamed(world.load().logFrom(position));
		}
		finally {
			world.process(TWOFOLD).terminate();
			network.removeAddress(TWOFOLD, SECOND);
		}
	}

	private static void knownOnlyAt(String address, List<String> known, FaultLog log) {
		String endpoint = address + ":" + World.PORT;
		log.must("the client knows it at %s alone".formatted(endpoint), known, known.equals(List.of(endpoint)));
	}

	/** Where the client believes a node to listen. */
	private static List<String> endpoints(World world, String node) {
		return world.load()
			.report()
			.path("clients")
			.valueStream()
			.flatMap((client) -> client.path("instances").valueStream())
			.filter((instance) -> instance.path("nodeId").asString().equals(node))
			.map((instance) -> instance.path("endpoint").asString())
			.distinct()
			.toList();
	}

}
