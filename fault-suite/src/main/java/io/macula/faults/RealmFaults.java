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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.macula.faults.Fault.Layout;
import io.macula.harness.Clock;
import io.macula.harness.Shell;

/**
 * Faults of the realm: seeds gone, strangers, clocks.
 */
final class RealmFaults {

	private static final String ANY = "calls of any kind";

	private static final String STRANGER = "x";

	private static final Pattern REFUSAL = Pattern.compile(" WARN .*(?i:refused|unauthenticated|certificate|trust)");

	private RealmFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("wrong-secret", "a node with another secret tries to join", true,
						(world, log) -> stranger(world, log,
								Map.of("MACULA_REALM_SECRET", "another-secret-0123456789"))),
				Fault.of("wrong-realm", "a node of another realm with the same secret tries to join", false,
						(world, log) -> stranger(world, log, Map.of("MACULA_REALM_NAME", "another"))),
				Fault
					.of("expired-certificate", "a node whose certificate has expired tries to join", true,
							(world, log) -> stranger(world, log, world.certificates().environment("expired")))
					.in(Layout.CERTIFICATES),
				Fault.of("clock",
						"the clock of one provider goes back and forward by an hour (by libfaketime, which makes it slow)",
						false, RealmFaults::clock)
					.needing("faketime"),
				Fault
					.of("one-seed-down", "one of two seeds is killed, which then starts again", false,
							RealmFaults::oneSeedDown)
					.in(Layout.SEEDS_APART),
				Fault
					.of("all-seeds-down", "both seeds are down, while providers live", false, RealmFaults::allSeedsDown)
					.in(Layout.SEEDS_APART));
	}

	private static void stranger(World world, FaultLog log, Map<String, String> environment) {
		long[] positions = World.NODES.stream().mapToLong((node) -> world.process(node).logPosition()).toArray();
		world.network().ensureHost(STRANGER, "10.77.0.66");
		world.startProvider(STRANGER, environment);
		world.process(STRANGER).awaitReady();
		Clock.seconds(world.options().seconds(20, 6));
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

	private static void clock(World world, FaultLog log) {
		Path file = world.directory().resolve("faketime");
		fake(file, 0);
		world.process("n2").terminate();
		world.startProvider("n2", Map.of("LD_PRELOAD", library(), "FAKETIME_TIMESTAMP_FILE", file.toString(),
				"FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1"));
		world.process("n2").awaitReady();
		// A provider that returns gets its full share after the slow start of 5 s.
		Clock.seconds(6);
		world.begin();
		for (int hours : new int[] { -1, 1, 0 }) {
			fake(file, hours);
			Clock.seconds(world.options().seconds(20, 6));
		}
		Window all = world.window();
		world.process("n2").terminate();
		log.noneFailed(ANY, all);
		log.must("the provider keeps its share", all.byNode(), all.byNode().getOrDefault("n2", 0L) > all.size() / 5);
		log.measured("latency", all.unary().describeLatency());
	}

	private static void oneSeedDown(World world, FaultLog log) {
		world.process("s1").kill();
		Clock.seconds(world.options().seconds(30, 10));
		world.startSeed("s1");
		world.process("s1").awaitReady();
		Clock.seconds(5);
		log.noneFailed(ANY, world.window());
	}

	private static void allSeedsDown(World world, FaultLog log) {
		world.process("s1").kill();
		world.process("s2").kill();
		Clock.seconds(world.options().seconds(60, 20));
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

	private static void fake(Path file, int hours) {
		try {
			Files.writeString(file, "%+d\n".formatted(hours * 3600));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Time cannot be faked", ex);
		}
	}

	private static String library() {
		return Shell.run("sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -1").strip();
	}

}
