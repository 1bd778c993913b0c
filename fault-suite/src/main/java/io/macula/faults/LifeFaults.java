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

import io.macula.Processed;
import io.macula.faults.Fault.Layout;
import io.macula.harness.Clock;

/**
 * The client's own life: closed, stopped and started, frozen, left alone by its
 * providers.
 */
final class LifeFaults {

	private static final String DEADLINE = "--macula.client.deadline=5s";

	private static final String CROWD = "--load.callers=50";

	private LifeFaults() {
	}

	static List<Fault> all() {
		return List.of(Fault.of("node-closed",
				"a client's node is closed while 50 callers wait, 8 streams run and 4,000 calls have just started",
				true, LifeFaults::nodeClosed),
				Fault
					.of("stop-start",
							"the node of a client is stopped and started again, three times; then that of a provider",
							true, LifeFaults::stopAndStart)
					.needing("curl"),
				Fault.of("client-sigterm",
						"SIGTERM of a client while 50 callers loop; a bean of it calls while it closes", false,
						LifeFaults::clientSigterm),
				Fault.of("client-frozen", "SIGSTOP of a client for 40 s", false,
						(world, log) -> frozen(world, log, false)),
				Fault.of("client-frozen-restart",
						"SIGSTOP of a client for 40 s, while all providers are restarted one after the other", false,
						(world, log) -> frozen(world, log, true)),
				Fault
					.of("only-provider",
							"the only provider is stopped by SIGTERM and starts again; the deadline is 30 s", false,
							LifeFaults::onlyProvider)
					.in(Layout.SEEDS_APART));
	}

	private static void nodeClosed(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("closed", DEADLINE, CROWD, "--load.streams=8", "--load.rows=200")) {
			Clock.seconds(4);
			Resources before = Resources.of(client.pid());
			client.begin();
			Clock.seconds(1);
			client.order("burst 4000");
			log.measured("close", client.order("close"));
			long closed = Clock.now();
			Clock.seconds(2);
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			Window late = all.only((call) -> call.start() < closed && call.end() > closed + 1_000_000_000L);
			log.must("calls in flight end within 1 s of the close", late.size() + " of " + all.size() + " later",
					late.size() == 0 && client.unended().isEmpty());
			log.refusedAtOnce("calls after the close", all.due(closed, Long.MAX_VALUE), "closed");
			List<Shapes.Ended> shapes = client.shapes();
			log.must("so are calls of each shape", Shapes.Ended.describe(shapes),
					shapes.stream().allMatch(Shapes.Ended::refusedAtOnce));
			long[] left = { 0 };
			boolean ended = Clock.within(Duration.ofSeconds(8), () -> {
				Clock.seconds(1);
				left[0] = Resources.threads(client.pid(), "macula-");
				return left[0] == 0;
			});
			Resources after = Resources.of(client.pid());
			log.must("its threads end, its descriptors are closed",
					left[0] + " of its threads left; " + after.describeSince(before),
					ended && after.status().descriptors() < before.status().descriptors());
		}
	}

	private static void stopAndStart(World world, FaultLog log) {
		int rounds = world.options().quick() ? 2 : 3;
		try (LoadProcess client = world.startLoad("pausing", DEADLINE, "--load.callers=20")) {
			Clock.seconds(4);
			Resources before = Resources.of(client.pid());
			client.begin();
			Window alive = new Window(0, 0, List.of());
			Window stopped = alive;
			for (int i = 0; i < rounds; i++) {
				Clock.seconds(1);
				alive = alive.and(client.window());
				client.begin();
				client.order("stop");
				long end = Clock.now();
				Clock.seconds(1);
				Window pause = client.window();
				log.truthful(world, client, pause);
				stopped = stopped.and(pause.due(end, Long.MAX_VALUE));
				client.order("start");
				client.begin();
				Clock.seconds(2);
			}
			alive = alive.and(client.window());
			log.noticed(alive);
			log.truthful(world, client, alive);
			log.refusedAtOnce("calls while the node is stopped", stopped, "stopped");
			log.noneFailed("calls in its lives", alive);
			Resources after = Resources.of(client.pid());
			log.must("its lives leave nothing behind", after.describeSince(before), after.heldSince(before));
		}
		world.begin();
		for (int i = 0; i < rounds; i++) {
			world.order("n2", "stop");
			Clock.seconds(1);
			world.order("n2", "start");
			long back = Clock.now();
			Clock.seconds(3);
			log.returns("in its life " + (i + 2) + " n2", world.window().secondsToAnswerOf("n2", back), 5);
		}
		log.noneFailed("calls of any kind while a provider stops and starts", world.window());
	}

	private static void clientSigterm(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("leaving", DEADLINE, CROWD, "--load.parting-call=true",
				"--macula.provider.grace=3s")) {
			Clock.seconds(4);
			client.begin();
			Clock.seconds(1);
			client.signal("TERM");
			double seconds = client.secondsToEnd(Duration.ofSeconds(30));
			log.must("the process ends within its grace period of 3 s + 5 s", "%.1f s".formatted(seconds), seconds < 8);
			Window all = client.ended();
			log.noticed(all);
			log.truthful(world, client, all);
			List<String> parting = client.logFrom(0)
				.stream()
				.filter((line) -> line.startsWith(LoadClient.PartingCall.MARK))
				.toList();
			log.must("the call of the closing bean has an outcome", parting, parting.size() == 1);
			log.measured("failed", all.describeFailures());
		}
	}

	private static void frozen(World world, FaultLog log, boolean restart) {
		try (LoadProcess client = world.startLoad("frozen", DEADLINE)) {
			Clock.seconds(5);
			int position = client.logPosition();
			client.begin();
			Clock.seconds(1);
			long frozen = Clock.now();
			client.signal("STOP");
			try {
				if (restart) {
					restartAll(world);
				}
				Clock.pause(Duration.ofSeconds(40).minusNanos(Clock.now() - frozen));
			}
			finally {
				client.signal("CONT");
			}
			long thawed = Clock.now();
			Clock.seconds(8);
			Window all = client.window();
			Window after = all.due(thawed, Long.MAX_VALUE);
			log.noticed(after);
			log.truthful(world, client, after);
			Window before = all.only((call) -> call.start() < thawed && call.end() > thawed + 1_000_000_000L);
			log.must("calls in flight when it froze end within 1 s of the thaw", before.size() + " later",
					before.size() == 0);
			log.noneFailed("idempotent calls after the thaw", after.idempotent());
			log.worst("idempotent call after the thaw", after.idempotent(), 1000);
			Window once = after.once();
			log.must("what is not idempotent is answered, or was not processed, within 1 s",
					once.describeFailures() + "; " + once.describeLatency(), once.worstMillis() < 1000
							&& once.failed().calls().stream().allMatch((call) -> call.processed() == Processed.NO));
			log.nobodyEjected(client.logFrom(position));
			log.noDefect(client.logFrom(position));
		}
	}

	private static void restartAll(World world) {
		for (String node : World.NODES) {
			world.process(node).terminate();
			world.startProvider(node);
			world.process(node).awaitReady();
		}
	}

	private static void onlyProvider(World world, FaultLog log) {
		world.process("n2").terminate();
		world.process("n3").terminate();
		try (LoadProcess client = world.startLoad("patient", "--macula.client.patience=30s")) {
			Clock.seconds(4);
			client.begin();
			world.begin();
			Clock.seconds(1);
			long left = Clock.now();
			world.process("n1").terminate();
			// Longer than a client waits by itself, whatever the speed of the machine.
			Clock.pause(Duration.ofSeconds(4).minusNanos(Clock.now() - left));
			world.startProvider("n1");
			world.process("n1").awaitReady();
			long back = Clock.now();
			Clock.seconds(3);
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			log.noneFailed("idempotent calls, with a patience of 30 s", all.idempotent());
			log.returns("n1", all.secondsToAnswerOf("n1", back), 5);
			log.measured("notIdempotent", all.once().describeFailures());
			log.measured("secondsWithoutProvider", "%.1f".formatted((back - left) / 1e9));
			Window impatient = world.window();
			long unknown = impatient.calls().stream().filter((call) -> call.code().equals("NOT_FOUND")).count();
			log.must("with the default patience no call says that a service is not there which was",
					unknown + " NOT_FOUND; " + impatient.describeFailures(), unknown == 0);
		}
	}

}
