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
import java.util.regex.Pattern;

import io.macula.faults.Fault.Layout;
import io.macula.harness.Clock;
import tools.jackson.databind.JsonNode;

/**
 * Faults of the realm: seeds gone, strangers, clocks.
 */
final class RealmFaults {

	private static final String ANY = "calls of any kind";

	private static final String STRANGER = "x";

	private static final String OTHER_SECRETS = "has other secrets for new connections";

	private static final String NEW_SECRET = "Zk8Qw3Rt6Yb1Mn5Vc9Xs2Lp7Hd4Jf0Ga+Ue8Io3Ty6=";

	private static final Pattern REFUSAL = Pattern.compile(" WARN .*(?i:refused|unauthenticated|certificate|trust)");

	private RealmFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("wrong-secret", "a node with another secret tries to join", true,
						(world, log) -> stranger(world, log,
								Map.of("MACULA_REALM_SECRET", "m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4="))),
				Fault.of("wrong-realm", "a node of another realm with the same secret tries to join", false,
						(world, log) -> stranger(world, log, Map.of("MACULA_REALM_NAME", "another"))),
				Fault
					.of("expired-certificate", "a node whose certificate has expired tries to join", true,
							(world, log) -> stranger(world, log, world.certificates().environment("expired")))
					.in(Layout.CERTIFICATES),
				Fault.of("secret-rotation",
						"the realm's secret is changed in the files of all nodes, in three steps, with restarts between",
						false, RealmFaults::secretRotation)
					.in(Layout.SECRET_FILES),
				Fault
					.of("clock", "the clock of one provider goes back and forward by an hour", false,
							RealmFaults::clock)
					.needing(FakeClock.LIBRARY),
				Fault.of("seed-sigterm",
						"SIGTERM of the seed that the client watches, which then starts again, six times", false,
						RealmFaults::seedSigterm),
				Fault
					.of("one-seed-down", "one of two seeds is killed, which then starts again", false,
							RealmFaults::oneSeedDown)
					.in(Layout.SEEDS_APART),
				Fault
					.of("all-seeds-down", "both seeds are down, while providers live", false, RealmFaults::allSeedsDown)
					.in(Layout.SEEDS_APART));
	}

	private static void stranger(World world, FaultLog log, Map<String, String> environment) {
		long[] positions = positions(world);
		world.network().ensureHost(STRANGER, 66);
		world.startProvider(STRANGER, environment);
		world.process(STRANGER).awaitReady();
		Clock.seconds(world.seconds(20, 6));
		Window all = world.window();
		String own = world.process(STRANGER).logOfThisLife();
		world.process(STRANGER).terminate();
		log.noneFailed(ANY, all);
		log.must("no call goes to the stranger", all.byNode(), !all.byNode().containsKey(STRANGER));
		log.must("the stranger's log says that it was refused", excerpt(own), !excerpt(own).isEmpty());
		long refusals = 0;
		String example = "";
		for (int i = 0; i < World.NODES.size(); i++) {
			String text = world.process(World.NODES.get(i)).logFrom(positions[i]);
			refusals += text.lines().filter(RealmFaults::refusal).count();
			example = excerpt(text).isEmpty() ? example : excerpt(text);
		}
		log.must("the providers' logs say so, at most 3 lines each", refusals + " lines, such as: " + example,
				refusals > 0 && refusals <= 3L * World.NODES.size());
	}

	/**
	 * After each step one provider is restarted, so that new handshakes are needed at
	 * each stage. At last a node that knows the old secret alone is kept out.
	 */
	private static void secretRotation(World world, FaultLog log) {
		List<String> taken = new ArrayList<>();
		List<String> steps = List.of(SecretFiles.NEWER, SecretFiles.SHOWN, SecretFiles.OLDER);
		for (int i = 0; i < steps.size(); i++) {
			long began = Clock.now();
			int client = world.load().logPosition();
			long[] positions = positions(world);
			world.secrets().write(steps.get(i), NEW_SECRET);
			Clock.await("all nodes have other secrets", Duration.ofSeconds(30),
					() -> world.load().logFrom(client).stream().anyMatch((line) -> line.contains(OTHER_SECRETS))
							&& toldBy(world, positions, OTHER_SECRETS));
			taken.add("%.1f s".formatted((Clock.now() - began) / 1e9));
			String node = World.NODES.get(i);
			world.process(node).terminate();
			world.startProvider(node);
			world.process(node).awaitReady();
			long started = Clock.now();
			Clock.seconds(7);
			log.returns(node, world.window().secondsToAnswerOf(node, started), 5);
		}
		log.measured("until all nodes have taken each step", taken);
		Map<String, String> oldAlone = Map.of("MACULA_REALM_SECRET", world.options().secret(),
				"MACULA_REALM_ACCEPTEDSECRETS_0", world.options().secret(), "MACULA_REALM_ACCEPTEDSECRETS_1",
				world.options().secret());
		stranger(world, log, oldAlone);
	}

	private static long[] positions(World world) {
		return World.NODES.stream().mapToLong((node) -> world.process(node).logPosition()).toArray();
	}

	private static boolean toldBy(World world, long[] positions, String text) {
		for (int i = 0; i < positions.length; i++) {
			if (!world.process(World.NODES.get(i)).logFrom(positions[i]).contains(text)) {
				return false;
			}
		}
		return true;
	}

	private static void clock(World world, FaultLog log) {
		FakeClock clock = FakeClock.in(world, "n2");
		world.process("n2").terminate();
		world.startProvider("n2", clock.environment());
		world.process("n2").awaitReady();
		// A provider that returns gets its full share after the slow start of 5 s.
		Clock.seconds(6);
		world.begin();
		for (int hours : new int[] { -1, 1, 0 }) {
			clock.ahead(Duration.ofHours(hours));
			Clock.seconds(world.seconds(20, 6));
		}
		Window all = world.window();
		world.process("n2").terminate();
		log.noneFailed(ANY, all);
		log.must("the provider keeps its share", all.byNode(), all.byNode().getOrDefault("n2", 0L) > all.size() / 5);
		log.measured("latency", all.unary().describeLatency());
	}

	private static void seedSigterm(World world, FaultLog log) {
		List<String> gone = new ArrayList<>();
		double worst = 0;
		for (int i = 0; i < (world.options().quick() ? 2 : 6); i++) {
			String watched = watched(world);
			long left = Clock.now();
			world.process(watched).signal("TERM");
			boolean seen = Clock.within(Duration.ofSeconds(10), () -> !known(world, watched));
			double seconds = seen ? (Clock.now() - left) / 1e9 : Double.POSITIVE_INFINITY;
			gone.add("%s %.2f s".formatted(watched, seconds));
			worst = Math.max(worst, seconds);
			world.process(watched).terminate();
			world.startProvider(watched);
			world.process(watched).awaitReady();
			Clock.await(watched + " is known again", Duration.ofSeconds(20), () -> known(world, watched));
			Clock.seconds(1);
		}
		log.must("the client knows within 1 s that it is gone", gone, worst < 1);
		log.noneFailed(ANY, world.window());
	}

	/** The provider whose directory the client watches. */
	private static String watched(World world) {
		for (Map.Entry<String, JsonNode> seed : world.load().report().path("directory").path("seeds").properties()) {
			if (seed.getValue().asString().startsWith("watch")) {
				return World.NODES.stream()
					.filter((node) -> seed.getKey().contains(world.endpoint(node)))
					.findFirst()
					.orElseThrow(() -> new IllegalStateException("Seed " + seed.getKey() + " is none of ours"));
			}
		}
		throw new IllegalStateException("The client watches none of " + world.load().report().path("directory"));
	}

	private static boolean known(World world, String node) {
		return world.load()
			.report()
			.path("clients")
			.valueStream()
			.flatMap((client) -> client.path("instances").valueStream())
			.anyMatch((instance) -> instance.path("nodeId").asString().equals(node));
	}

	private static void oneSeedDown(World world, FaultLog log) {
		world.process("s1").kill();
		Clock.seconds(world.seconds(30, 10));
		world.startSeed("s1");
		world.process("s1").awaitReady();
		Clock.seconds(5);
		log.noneFailed(ANY, world.window());
	}

	private static void allSeedsDown(World world, FaultLog log) {
		world.process("s1").kill();
		world.process("s2").kill();
		Clock.seconds(world.seconds(60, 20));
		Window down = world.window();
		log.noneFailed(ANY + " while no seed answered", down);
		world.startSeed("s1");
		world.startSeed("s2");
		world.process("s1").awaitReady();
		world.process("s2").awaitReady();
		long back = Clock.now();
		// Discovery works again if the client hears of a provider that leaves and of one
		// that comes.
		world.process("n1").terminate();
		world.startProvider("n1");
		world.process("n1").awaitReady();
		long started = Clock.now();
		Clock.seconds(7);
		Window all = world.window();
		log.noneFailed(ANY + " until the end", all);
		log.returns("n1", all.secondsToAnswerOf("n1", started), 5);
		log.measured("secondsFromSeedsToAnswerOfRestarted", all.secondsToAnswerOf("n1", back));
	}

	private static String excerpt(String text) {
		return text.lines()
			.filter(RealmFaults::refusal)
			.findFirst()
			.map((line) -> line.substring(Math.max(0, line.indexOf(" : ") + 3)))
			.orElse("");
	}

	private static boolean refusal(String line) {
		return REFUSAL.matcher(line).find();
	}

}
