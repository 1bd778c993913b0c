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

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.macula.faults.Fault.Reach;
import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;
import io.macula.harness.Link;
import io.macula.harness.LoggedProcess;

/**
 * Faults of the network: silent, refusing, slow, lossy, split, moved.
 */
final class LinkFaults {

	private static final String IDEMPOTENT = "idempotent calls";

	private static final String PEER = "g";

	/** Pace of a load that makes room for another. */
	private static final double REST = 0.02;

	private static final String[] NETFILTER_QUEUE = { "iptables", "linkd" };

	private LinkFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault
					.of("drop-both", "packets of one provider are dropped, both ways", true,
							(world, log) -> drop(world, log, true, true))
					.needing("nft"),
				Fault
					.of("drop-received", "packets to one provider are dropped", false,
							(world, log) -> drop(world, log, true, false))
					.needing("nft"),
				Fault
					.of("drop-sent", "packets from one provider are dropped", false,
							(world, log) -> drop(world, log, false, true))
					.needing("nft"),
				Fault
					.of("unreachable", "one provider's port answers with ICMP port unreachable", true,
							LinkFaults::unreachable)
					.needing("nft"),
				Fault
					.of("loss-5", "5% of the client's packets are lost each way", true,
							(world, log) -> link(world, log, new Link(0, 0, 5, 0), 3 * 53))
					.needing(NETFILTER_QUEUE),
				Fault
					.of("loss-20", "20% of the client's packets are lost each way", false,
							(world, log) -> link(world, log, new Link(0, 0, 20, 0), 3 * 137))
					.needing(NETFILTER_QUEUE),
				Fault
					.of("delay", "100 ms of delay each way, give or take 20 ms", false,
							(world, log) -> link(world, log, new Link(100, 20, 0, 0), 3 * 240))
					.needing(NETFILTER_QUEUE),
				Fault
					.of("reorder", "5 ms of delay each way, a quarter of the packets overtake", false,
							(world, log) -> link(world, log, new Link(5, 1, 0, 25), 3 * 12))
					.needing(NETFILTER_QUEUE),
				Fault.of("rate", "1 Mbit/s each way at a quarter of the load", false, LinkFaults::rate).needing("tc"),
				Fault.of("mtu-1280", "packets above 1,280 bytes do not get through", false, LinkFaults::mtu),
				Fault
					.of("rebinding", "the client's address is translated anew, three times", false,
							(world, log) -> moved(world, log, world.network()::rebind))
					.needing("iptables", "conntrack"),
				Fault
					.of("address", "the client gets another address, three times", false,
							(world, log) -> moved(world, log, world.network()::readdress))
					.reaching(Reach.EVERYWHERE),
				Fault
					.of("address-loss", "the client gets another address, three times, while 5% are lost each way",
							false, LinkFaults::movedWithLoss)
					.needing(NETFILTER_QUEUE),
				Fault
					.of("netsplit", "the realm falls into two halves: client and n1, n2 and n3", false,
							LinkFaults::netsplit)
					.reaching(Reach.EVERYWHERE)
					.needing("nft", "curl"));
	}

	private static void drop(World world, FaultLog log, boolean received, boolean sent) {
		Clock.seconds(1);
		long dropped = Clock.now();
		Healing healing = world.network().drop("n3", received, sent);
		Clock.seconds(world.seconds(20, 6));
		long healed = Clock.now();
		healing.heal();
		Clock.seconds(8);
		ProcessFaults.silent(world, log, "n3", dropped, healed);
	}

	private static void unreachable(World world, FaultLog log) {
		Clock.seconds(1);
		long refused = Clock.now();
		Healing healing = world.network().unreachable("n1");
		Clock.seconds(world.seconds(10, 4));
		long healed = Clock.now();
		healing.heal();
		Clock.seconds(8);
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 500);
		log.onlyInFlightUnknown(all, refused, 500);
		log.measured("streams", all.streams().describeFailures());
		log.returns("n1", all.secondsToAnswerOf("n1", healed), 5);
	}

	private static void link(World world, FaultLog log, Link link, double p99Millis) {
		Window all = besideGrpc(world, log, 1, () -> world.network().link(link));
		log.p99("calls that are no streams", all.unary(), p99Millis);
	}

	private static void rate(World world, FaultLog log) {
		Window all = besideGrpc(world, log, 0.25, () -> world.network().rate(1000));
		// The link holds 100 ms of packets.
		log.p99("calls that are no streams", all.unary(), 3 * 100);
	}

	private static void mtu(World world, FaultLog log) {
		Window all = besideGrpc(world, log, 1, () -> world.network().mtu(1280));
		log.worst("idempotent call", all.idempotent(), 1000);
	}

	/**
	 * Both under the same load over the same bad link, one after the other, so that
	 * neither has to share it. Both are connected before the link turns bad.
	 * @param world who is where
	 * @param log takes what must hold
	 * @param pace pace of either load
	 * @param fault makes the link bad
	 * @return our calls
	 */
	private static Window besideGrpc(World world, FaultLog log, double pace, Supplier<Healing> fault) {
		world.network().ensureHost(PEER, 50);
		GrpcPeer.certificate(world.directory());
		LoggedProcess server = world.start(PEER, Map.of(), List.of("-Xmx256m", "-jar",
				world.options().suiteJar().toString(), "grpc-server", world.directory().toString()));
		try {
			server.awaitReady();
			try (LoadProcess grpc = world.startGrpcLoad("grpc", world.network().address(PEER))) {
				world.load().pace(REST);
				grpc.pace(1);
				Clock.seconds(4);
				grpc.pace(REST);
				world.load().pace(pace);
				Window ours;
				Window theirs;
				Healing healing = fault.get();
				try {
					Clock.seconds(2);
					world.begin();
					Clock.seconds(world.seconds(15, 6));
					ours = world.window();
					world.load().pace(REST);
					grpc.pace(pace);
					Clock.seconds(2);
					grpc.settle();
					grpc.newCalls();
					Clock.seconds(world.seconds(15, 6));
					grpc.settle();
					theirs = new Window(ours.from(), ours.to(), grpc.newCalls());
				}
				finally {
					healing.heal();
				}
				log.noneFailed("calls of any kind", ours);
				log.notSlower(ours.unary(), theirs.unary());
				log.measured("streams", "%s; grpc-java %s".formatted(ours.streams().describeLatency(),
						theirs.streams().describeLatency()));
				return ours;
			}
			finally {
				world.load().pace(1);
			}
		}
		finally {
			server.kill();
		}
	}

	private static void movedWithLoss(World world, FaultLog log) {
		Healing healing = world.network().link(new Link(0, 0, 5, 0));
		try {
			Clock.seconds(2);
			world.begin();
			moved(world, log, world.network()::readdress);
		}
		finally {
			healing.heal();
		}
	}

	private static void moved(World world, FaultLog log, Runnable move) {
		for (int i = 0; i < 3; i++) {
			Clock.seconds(2);
			move.run();
		}
		Clock.seconds(3);
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 1000);
		log.measured("notIdempotent", all.once().describeFailures());
		log.measured("streams", all.streams().describeFailures());
	}

	private static void netsplit(World world, FaultLog log) {
		Clock.seconds(1);
		List<String> far = List.of("n2", "n3");
		long split = Clock.now();
		Healing healing = world.network().partition(List.of("n1", Network.CLIENT), far);
		Clock.seconds(world.seconds(60, 20));
		Window during = world.window();
		long healed = Clock.now();
		healing.heal();
		Clock.seconds(1);
		long seen = Clock.within(Duration.ofSeconds(20),
				() -> World.NODES.stream().allMatch((node) -> nodes(world, node) >= World.NODES.size())) ? Clock.now()
						: Long.MAX_VALUE;
		Clock.seconds(5);
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 3000);
		log.onlyInFlightUnknown(all, split, 3000);
		log.must("the client's half goes on with n1", during.due(split + 3_000_000_000L, healed).byNode(),
				during.due(split + 3_000_000_000L, healed).byNode().keySet().equals(Set.of("n1")));
		far.forEach((node) -> log.returns(node, all.secondsToAnswerOf(node, healed), 5));
		double seconds = (seen - healed) / 1e9;
		log.must("all providers see all within 5 s", "%.2f s".formatted(seconds), seconds < 5);
	}

	private static int nodes(World world, String node) {
		return world.actuator(node).path("directory").path("nodes").asInt(0);
	}

}
