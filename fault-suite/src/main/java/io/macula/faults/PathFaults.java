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

import io.macula.faults.CallRecord.Kind;
import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;

/**
 * A path that changes beneath connections that live.
 */
final class PathFaults {

	private PathFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault
					.of("mtu-black-hole",
							"packets above 1,280 bytes vanish without a word, under small calls and such of 64 KiB",
							false, PathFaults::blackHole)
					.needing("nft"),
				Fault.of("address-streams", "the client gets another address, three times, while 32 streams are open",
						false, PathFaults::addressUnderStreams));
	}

	private static void blackHole(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("parcels", "--load.parcels=2")) {
			Clock.seconds(5);
			client.begin();
			Clock.seconds(4);
			Window before = client.window();
			int position = client.logPosition();
			client.begin();
			Healing healing = world.network().blackHole(1280);
			Window all;
			try {
				Clock.seconds(world.seconds(12, 8));
				all = client.window();
			}
			finally {
				healing.heal();
			}
			log.noticed(all);
			log.truthful(world, client, all);
			log.noneFailed("calls of any kind", all);
			Window large = all.only((call) -> call.kind() == Kind.PARCEL);
			Window small = all.unary().only((call) -> call.kind() != Kind.PARCEL);
			log.p99("small calls", small, 50);
			log.worst("small call", small, 500);
			log.worst("call of 64 KiB", large, 1000);
			log.nobodyBlamed(client.logFrom(position));
			log.measured("callsOf64KiBBefore", before.only((call) -> call.kind() == Kind.PARCEL).describeLatency());
		}
	}

	private static void addressUnderStreams(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("streaming", "--load.streams=32", "--load.rows=150")) {
			Clock.seconds(5);
			int position = client.logPosition();
			client.begin();
			for (int i = 0; i < 3; i++) {
				Clock.seconds(4);
				world.network().readdress();
			}
			Clock.seconds(6);
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			Window streams = all.only((call) -> call.kind() == Kind.LONG_TABLE);
			log.must("streams of 3 s go on", streams.describeFailures(),
					streams.size() > 0 && streams.failed().size() == 0);
			log.noneFailed("idempotent calls", all.idempotent());
			log.worst("idempotent call", all.idempotent(), 1000);
			log.nobodyEjected(client.logFrom(position));
			log.measured("notIdempotent", all.once().describeFailures());
			log.measured("longStreams", streams.describeLatency());
		}
	}

}
