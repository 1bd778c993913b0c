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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import io.macula.faults.CallRecord.Kind;
import io.macula.faults.Fault.Layout;
import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;
import io.macula.harness.Shell;

/**
 * Time that runs out, that is lost, and that is wrong.
 */
final class TimeFaults {

	private static final int BURST = 15_000;

	/** The one processor that the client shares with somebody busy. */
	private static final String PROCESSOR = "0";

	private static final int BUSY = 4;

	private TimeFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault
					.of("burst", "15,000 idempotent calls at once from a busy processor; the deadline is 20 s", false,
							TimeFaults::burst)
					.needing("taskset"),
				Fault.of("outage", "a client reaches nobody for 45 s; the deadline is 5 s", false, TimeFaults::outage)
					.needing("nft"),
				Fault
					.of("clock-ahead",
							"a client starts with its clock 2 days ahead, a provider 4 days, which are then put right",
							false, TimeFaults::clockAhead)
					.needing(FakeClock.LIBRARY),
				Fault.of("clock-jumps",
						"the clock of a client and of all providers jumps by 11 years and back; n1 starts again each time",
						false, TimeFaults::clockJumps)
					.needing(FakeClock.LIBRARY),
				Fault
					.of("clock-certificate",
							"the clock of a client is beyond the end of all certificates, and is then put right", false,
							TimeFaults::clockCertificate)
					.in(Layout.CERTIFICATES)
					.needing(FakeClock.LIBRARY));
	}

	private static void burst(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("burst", "--macula.client.deadline=20s")) {
			// It learns meanwhile how long an attempt takes.
			Clock.seconds(6);
			List<Process> busy = Stream.generate(TimeFaults::busy).limit(BUSY).toList();
			try {
				Shell.run("taskset", "-a", "-c", "-p", PROCESSOR, Long.toString(client.pid()));
				client.begin();
				client.order("burst " + BURST);
				Window all = client.window();
				Window burst = all.only((call) -> call.kind() == Kind.BURST);
				log.noticed(all);
				log.truthful(world, client, all);
				Window early = all.only((call) -> call.code().equals("DEADLINE_EXCEEDED")
						&& call.millis() < client.deadline().toMillis());
				log.must("no call exceeds a deadline that is not over", early.size() + " of " + all.size(),
						early.size() == 0);
				log.noneFailed("calls of the burst", burst);
				log.measured("burst", burst.describeLatency());
			}
			finally {
				busy.forEach(Process::destroyForcibly);
			}
		}
	}

	private static Process busy() {
		try {
			return new ProcessBuilder("taskset", "-c", PROCESSOR, "sh", "-c", "while :; do :; done").start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Nobody can be busy", ex);
		}
	}

	private static void outage(World world, FaultLog log) {
		try (LoadProcess client = world.startLoad("cut", "--macula.client.deadline=5s")) {
			Clock.seconds(5);
			client.begin();
			Clock.seconds(1);
			long cut = Clock.now();
			Healing healing = world.network().outage();
			try {
				Clock.seconds(world.seconds(45, 15));
			}
			finally {
				healing.heal();
			}
			long healed = Clock.now();
			Clock.seconds(8);
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			Journals.Account account = world.account(client, all);
			List<CallRecord> unknown = account.unknown().stream().filter((call) -> call.kind().once()).toList();
			List<CallRecord> later = unknown.stream().filter((call) -> call.start() > cut + 1_000_000_000L).toList();
			log.must("only calls in flight at the cut fail as unknown without having been executed",
					"%d unknown, %d of them due more than 1 s after the cut%s".formatted(unknown.size(), later.size(),
							later.isEmpty() ? "" : ", such as " + later.get(0).line()),
					later.isEmpty());
			log.must("none is executed more than 500 ms after its caller gave up",
					"%.0f ms at worst".formatted(account.worstAfterEndMillis()), account.worstAfterEndMillis() < 500);
			log.noneFailed("calls due 5 s after the outage", all.due(healed + 5_000_000_000L, Long.MAX_VALUE));
			log.measured("failed", all.failures());
		}
	}

	private static void clockAhead(World world, FaultLog log) {
		FakeClock providers = FakeClock.in(world, "n2");
		providers.ahead(Duration.ofDays(4));
		world.process("n2").terminate();
		world.startProvider("n2", providers.environment());
		world.process("n2").awaitReady();
		world.begin();
		long corrected = wrongClock(world, log, Duration.ofDays(2), providers);
		Window all = world.window();
		log.noneFailed("calls of a client whose clock is right", all);
		log.returns("n2", all.secondsToAnswerOf("n2", corrected), 10);
		world.process("n2").terminate();
	}

	private static void clockCertificate(World world, FaultLog log) {
		wrongClock(world, log, Duration.ofDays(60));
		log.noneFailed("calls of a client whose clock is right", world.window());
	}

	/**
	 * A client starts with a wrong clock.
	 * @param ahead how wrong
	 * @param others clocks that are put right with it
	 * @return when they are
	 */
	private static long wrongClock(World world, FaultLog log, Duration ahead, FakeClock... others) {
		FakeClock clock = FakeClock.in(world, "client");
		clock.ahead(ahead);
		try (LoadProcess client = world.startLoad("ahead", clock.environment(), "--macula.client.deadline=3s",
				"--load.await-provider=false")) {
			client.begin();
			Clock.seconds(6);
			Window wrong = client.window();
			clock.ahead(Duration.ZERO);
			for (FakeClock other : others) {
				other.ahead(Duration.ZERO);
			}
			long corrected = Clock.now();
			client.begin();
			Clock.seconds(13);
			Window right = client.window();
			log.noticed(right);
			log.truthful(world, client, wrong);
			log.truthful(world, client, right);
			Window silent = wrong.failed()
				.only((call) -> !call.detail().toLowerCase(Locale.ROOT).contains("certificate"));
			log.must("a call that fails for the wrong clock speaks of the certificate in its message",
					"%d of %d do not%s".formatted(silent.size(), wrong.failed().size(),
							(silent.size() == 0) ? "" : ", such as " + silent.calls().get(0).detail()),
					silent.size() == 0);
			log.noneFailed("calls due 10 s after the clock was put right",
					right.due(corrected + 10_000_000_000L, Long.MAX_VALUE));
			return corrected;
		}
	}

	private static void clockJumps(World world, FaultLog log) {
		FakeClock clock = FakeClock.in(world, "all");
		world.dismiss();
		World.NODES.forEach((node) -> world.startProvider(node, clock.environment()));
		World.NODES.forEach((node) -> world.process(node).awaitReady());
		try (LoadProcess client = world.startLoad("jumping", clock.environment(), "--macula.client.deadline=5s")) {
			Clock.seconds(6);
			client.begin();
			for (int years : new int[] { 11, 0 }) {
				clock.ahead(Duration.ofDays(years * 366L));
				Clock.seconds(2);
				world.process("n1").terminate();
				world.startProvider("n1", clock.environment());
				world.process("n1").awaitReady();
				long back = Clock.now();
				Clock.seconds(11);
				log.returns("with clocks %d years ahead n1".formatted(years),
						client.window().secondsToAnswerOf("n1", back), 10);
			}
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			log.noneFailed("idempotent calls", all.idempotent());
		}
		world.dismiss();
	}

}
