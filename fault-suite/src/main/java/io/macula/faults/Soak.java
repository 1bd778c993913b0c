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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

import io.macula.faults.Fault.Layout;
import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;
import io.macula.harness.Link;

/**
 * Half load for a long time, with a fault every 10 seconds, drawn by chance. The client
 * and one of the providers live through the whole of it, so that what they hold can be
 * compared; the others are killed and restarted, too. The nodes of a second client come
 * and go within one process, which is to hold nothing of those that have gone.
 */
final class Soak {

	private static final long SEED = 20260101;

	private static final double PERIOD_SECONDS = 10;

	private static final String WITNESS = "n3";

	private static final List<String> MORTAL = List.of("n1", "n2");

	/** What a call may take that begins just before its node comes back. */
	private static final long MARGIN_NANOS = 1_000_000_000L;

	private final int minutes;

	/** When the wanderer had no node: begin and end. */
	private final List<long[]> away = new ArrayList<>();

	private final Random random = new Random(SEED);

	Soak(int minutes) {
		this.minutes = minutes;
	}

	Fault fault() {
		return Fault.of("soak", this.minutes + " minutes at half load, a random fault every 10 s", false, this::run)
			.in(Layout.WATCHED)
			.needing("nft", "iptables", "conntrack", "linkd", "jcmd");
	}

	private void run(World world, FaultLog log) {
		world.load().pace(0.5);
		try (LoadProcess wanderer = world.startLoad("wanderer", "--macula.client.deadline=5s")) {
			wanderer.pace(0.2);
			wanderer.begin();
			run(world, wanderer, log);
		}
		world.load().pace(1);
	}

	private void run(World world, LoadProcess wanderer, FaultLog log) {
		List<Consumer<World>> faults = List.of(this::kill, this::restart, this::freeze, this::drop, this::unreachable,
				this::lossy, (any) -> any.network().rebind(), (any) -> any.network().readdress(), this::freezeClient,
				(any) -> leave(wanderer, () -> wanderer.order("renew")), (any) -> leave(wanderer, () -> {
					wanderer.order("stop");
					wanderer.order("start");
				}));
		long end = Clock.now() + Duration.ofMinutes(this.minutes).toNanos();
		// Caches fill and the JIT compiles in the first part: what comes after is to stay
		// flat.
		long settled = Clock.now() + Duration.ofMinutes(this.minutes).toNanos() / 4;
		Map<String, Resources> first = Map.of();
		int injected = 0;
		while (Clock.now() < end) {
			long next = Clock.now() + (long) (PERIOD_SECONDS * 1e9);
			faults.get(this.random.nextInt(faults.size())).accept(world);
			injected++;
			if (first.isEmpty() && Clock.now() > settled) {
				first = resources(world, wanderer);
			}
			Clock.pause(Duration.ofNanos(next - Clock.now()));
		}
		Clock.seconds(6);
		Window all = world.window();
		Window wandering = wanderer.window();
		Map<String, Resources> last = resources(world, wanderer);
		log.measured("faults", injected);
		log.measured("calls", all.size());
		log.noneFailed("idempotent calls", all.idempotent());
		log.measured("idempotent", all.idempotent().describeLatency());
		log.measured("notIdempotent", all.once().describeFailures());
		log.measured("streams", all.streams().describeFailures());
		log.truthful(world, wanderer, wandering);
		log.noneFailed("idempotent calls of the client whose nodes come and go, while it has one",
				wandering.idempotent().only((call) -> !this.away(call)));
		log.measured("nodesThatCameAndWent", this.away.size());
		for (Map.Entry<String, Resources> each : first.entrySet()) {
			Resources now = Objects.requireNonNull(last.get(each.getKey()));
			log.must("heap, native memory, threads and descriptors of the " + each.getKey() + " stay flat",
					each.getValue().describe() + ", at the end " + now.describe(), now.flatSince(each.getValue()));
		}
		long leaks = world.leakReports();
		log.must("no leak reports of Netty", leaks, leaks == 0);
	}

	private static Map<String, Resources> resources(World world, LoadProcess wanderer) {
		return new TreeMap<>(Map.of("client", Resources.withDirect(world.load().pid()),
				"client whose nodes come and go", Resources.withDirect(wanderer.pid()), "provider " + WITNESS,
				Resources.withDirect(world.process(WITNESS).pid())));
	}

	private void leave(LoadProcess wanderer, Runnable life) {
		long left = Clock.now();
		life.run();
		this.away.add(new long[] { left - MARGIN_NANOS, Clock.now() + MARGIN_NANOS });
	}

	private boolean away(CallRecord call) {
		return this.away.stream().anyMatch((time) -> call.end() > time[0] && call.start() < time[1]);
	}

	private void freezeClient(World world) {
		world.load().signal("STOP");
		Clock.seconds(4);
		world.load().signal("CONT");
	}

	private void kill(World world) {
		String node = mortal();
		world.process(node).kill();
		world.startProvider(node);
		world.process(node).awaitReady();
	}

	private void restart(World world) {
		String node = mortal();
		world.process(node).terminate();
		world.startProvider(node);
		world.process(node).awaitReady();
	}

	private void freeze(World world) {
		String node = any();
		world.process(node).signal("STOP");
		Clock.seconds(4);
		world.process(node).signal("CONT");
	}

	private void drop(World world) {
		heal(world.network().drop(any(), this.random.nextBoolean(), true));
	}

	private void unreachable(World world) {
		heal(world.network().unreachable(any()));
	}

	private void lossy(World world) {
		heal(world.network().link(new Link(this.random.nextInt(40), 5, this.random.nextInt(10), 5)));
	}

	private static void heal(Healing healing) {
		Clock.seconds(4);
		healing.heal();
	}

	private String mortal() {
		return MORTAL.get(this.random.nextInt(MORTAL.size()));
	}

	private String any() {
		return World.NODES.get(this.random.nextInt(World.NODES.size()));
	}

}
