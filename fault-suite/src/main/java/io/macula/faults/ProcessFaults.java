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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.faults.Fault.Reach;
import io.macula.harness.Clock;
import io.macula.harness.LoggedProcess;
import io.macula.harness.ProcessStatus;
import io.macula.harness.Shell;

/**
 * Faults of processes: killed, stopped, frozen, slow, full.
 */
final class ProcessFaults {

	private static final String IDEMPOTENT = "idempotent calls";

	private static final int OTHER_CALLER = 98;

	private static final String SLEEPER = "o";

	private static final Pattern LOGGED = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT");

	private ProcessFaults() {
	}

	static List<Fault> all() {
		return List.of(
				Fault.of("baseline", "no fault, for comparison", true, ProcessFaults::baseline)
					.reaching(Reach.EVERYWHERE),
				Fault.of("sigkill", "SIGKILL of one provider, which then starts again", true, ProcessFaults::sigkill)
					.reaching(Reach.EVERYWHERE_ALWAYS),
				Fault
					.of("rolling-restart", "SIGTERM and restart of each provider, one after the other", true,
							ProcessFaults::rollingRestart)
					.reaching(Reach.EVERYWHERE),
				Fault.of("sigstop", "SIGSTOP of one provider, then SIGCONT", true, ProcessFaults::sigstop)
					.reaching(Reach.EVERYWHERE),
				Fault.of("restart-slow-calls",
						"as rolling-restart; a call takes 200 ms, a stream 10 s, the grace period is 3 s", false,
						ProcessFaults::restartUnderSlowCalls),
				Fault.of("slow-provider", "one provider takes ten times as long; strategy least_loaded", false,
						(world, log) -> slowProvider(world, log, "least-loaded",
								"--macula.client.selection=least_loaded")),
				Fault.of("slow-ejected", "one provider takes ten times as long; ejection by latency is on", false,
						(world, log) -> slowProvider(world, log, "ejecting",
								"--macula.client.ejection.latency-factor=3")),
				Fault.of("full-executor", "one provider has one handler thread and room for two waiting calls", false,
						ProcessFaults::fullExecutor),
				Fault.of("out-of-memory",
						"a handler of one provider, which has 64 MB, allocates until nothing is left, again and again",
						false, ProcessFaults::outOfMemory),
				Fault
					.of("out-of-threads", "one provider cannot start threads any more, under 60 callers, for 12 s",
							false, ProcessFaults::outOfThreads)
					.needing("prlimit"),
				Fault.of("overdue-calls",
						"32 callers of handlers that sleep for a minute; the deadline is 300 ms, the handlers have 4 threads",
						true, ProcessFaults::overdueCalls),
				Fault.of("all-restarted", "SIGKILL of all providers at once, which then start again", false,
						ProcessFaults::allRestarted));
	}

	private static void baseline(World world, FaultLog log) {
		Clock.seconds(world.seconds(10, 4));
		Window all = world.window();
		log.noneFailed("calls of any kind", all);
		log.measured("callsPerSecond", Math.round(all.size() * 1e9 / (all.to() - all.from())));
		log.measured("idempotent", all.idempotent().describeLatency());
		log.measured("notIdempotent", all.once().describeLatency());
	}

	private static void sigkill(World world, FaultLog log) {
		Clock.seconds(2);
		long killed = Clock.now();
		world.process("n1").kill();
		Clock.seconds(world.seconds(20, 5));
		world.startProvider("n1");
		world.process("n1").awaitReady();
		long back = Clock.now();
		Clock.seconds(6);
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 1000);
		log.onlyInFlightUnknown(all, killed, 1000);
		log.measured("streams", all.streams().describeFailures());
		log.returns("n1", all.secondsToAnswerOf("n1", back), 5);
	}

	private static void rollingRestart(World world, FaultLog log) {
		for (String node : World.NODES) {
			Clock.seconds(1);
			log.measured("stopMillis." + node, world.process(node).terminate().toMillis());
			world.startProvider(node);
			world.process(node).awaitReady();
			Clock.seconds(2);
		}
		Window all = world.window();
		log.noneFailed("calls of any kind", all);
		// The service time is 2 ms.
		log.worst("call that is no stream", all.unary(), 502);
		log.measured("answersByNode", all.byNode());
	}

	private static void restartUnderSlowCalls(World world, FaultLog log) {
		String[] settings = { "calculator.service-time=200ms", "macula.provider.grace=3s" };
		world.replaceProviders(settings);
		world.begin();
		List<String> nodes = world.options().quick() ? List.of("n1") : World.NODES;
		for (String node : nodes) {
			Clock.seconds(2);
			log.measured("stopMillis." + node, world.process(node).terminate().toMillis());
			world.startProvider(node, Map.of(), settings);
			world.process(node).awaitReady();
		}
		Clock.seconds(2);
		Window all = world.window();
		log.noneFailed("calls that are no streams", all.unary());
		log.worst("call that is no stream", all.unary(), 700);
		Window cut = all.streams().failed();
		boolean told = cut.calls()
			.stream()
			.allMatch((call) -> call.detail().contains("DRAINED") || call.detail().contains("draining")
					|| call.detail().contains("grace"));
		log.must("a stream that outlasts the grace period fails and says why", all.streams().describeFailures(), told);
		world.dismiss();
	}

	private static void sigstop(World world, FaultLog log) {
		Clock.seconds(1);
		long stopped = Clock.now();
		world.process("n2").signal("STOP");
		Clock.seconds(world.seconds(20, 6));
		long continued = Clock.now();
		world.process("n2").signal("CONT");
		Clock.seconds(8);
		silent(world, log, "n2", stopped, continued);
	}

	/**
	 * What must hold when an instance fell silent and then returned by itself.
	 */
	static void silent(World world, FaultLog log, String node, long silent, long healed) {
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.worst("idempotent call", all.idempotent(), 3000);
		log.onlyInFlightUnknown(all, silent, 3000);
		log.measured("streams", all.streams().describeFailures());
		log.returns(node, all.secondsToAnswerOf(node, healed), 5);
	}

	private static void slowProvider(World world, FaultLog log, String name, String setting) {
		LoadProcess load = world.startLoad(name, setting);
		try {
			Clock.seconds(6);
			load.settle();
			Window before = new Window(0, 0, load.newCalls()).unary();
			world.process("n3").terminate();
			world.startProvider("n3", Map.of(), "calculator.service-time=20ms");
			world.process("n3").awaitReady();
			Clock.seconds(5);
			load.settle();
			load.newCalls();
			Clock.seconds(8);
			load.settle();
			Window after = new Window(0, 0, load.newCalls()).unary();
			long slow = after.byNode().getOrDefault("n3", 0L);
			double share = slow / (double) Math.max(1, after.size() - after.failed().size());
			log.noneFailed("calls", after);
			log.must("its share falls well below a third", "%.1f%%".formatted(share * 100), share < 0.2);
			log.must("overall p99 within 2x of normal, its own service time aside",
					"before %s; after %s".formatted(before.describeLatency(), after.describeLatency()),
					after.percentileMillis(99) <= Math.max(2 * before.percentileMillis(99), 2 * 20 + 10));
		}
		finally {
			load.close();
			world.process("n3").terminate();
		}
	}

	private static void fullExecutor(World world, FaultLog log) {
		world.process("n3").terminate();
		world.startProvider("n3", Map.of(), "calculator.service-time=100ms", "macula.provider.max-threads=1",
				"macula.provider.queue-capacity=2");
		world.process("n3").awaitReady();
		world.begin();
		Clock.seconds(world.seconds(10, 5));
		Window all = world.window();
		log.noneFailed("calls that are no streams", all.unary());
		log.measured("answersByNode", all.byNode());
		log.measured("latency", all.unary().describeLatency());
		world.process("n3").terminate();
	}

	private static void outOfMemory(World world, FaultLog log) {
		world.process("n3").terminate();
		world.startStandIn("n3", "64m", "--stand-in.calculator=true");
		world.process("n3").awaitReady();
		world.awaitAllUsed();
		world.begin();
		LoggedProcess hoarder = world.startAttack(OTHER_CALLER, "hoard", "--macula.realm.seeds=" + world.seeds());
		try {
			Clock.seconds(world.seconds(20, 8));
		}
		finally {
			hoarder.kill();
		}
		LoggedProcess provider = world.process("n3");
		long over = Clock.now();
		// The longest pause that a provider without memory takes is 30 s.
		boolean recovered = Clock.within(Duration.ofSeconds(40), () -> {
			Clock.seconds(1);
			return !provider.running() || world.window().secondsToAnswerOf("n3", over) < 40;
		});
		Window all = world.window();
		log.noneFailed(IDEMPOTENT, all.idempotent());
		log.measured("idempotent", all.idempotent().describeLatency());
		log.measured("notIdempotent", all.once().describeFailures());
		log.measured("hoards",
				hoarder.logOfThisLife().lines().filter((line) -> line.startsWith("Hoarding ended")).count());
		log.must(
				"the provider serves again or is gone", provider.running()
						? "%.1f s after the last hoard".formatted(all.secondsToAnswerOf("n3", over)) : "gone",
				recovered);
		long told = provider.logOfThisLife().lines().filter((line) -> line.contains("is out of memory")).count();
		log.must("its log says that it is out of memory", told + " lines", told > 0);
		provider.terminate();
	}

	/**
	 * Each thread takes 256 MB of addresses, of which there is no more left than for two.
	 */
	private static void outOfThreads(World world, FaultLog log) {
		world.process("n3").terminate();
		world.startProvider("n3", List.of("-Xss256m", "-Xlog:os+thread=off"), Map.of(),
				"calculator.service-time=100ms");
		LoggedProcess provider = world.process("n3");
		provider.awaitReady();
		world.awaitAllUsed();
		String pid = Long.toString(provider.pid());
		long bytes = (ProcessStatus.of(provider.pid()).virtualKilobytes() << 10) + (600L << 20);
		long position = provider.logPosition();
		world.begin();
		Shell.run("prlimit", "--pid", pid, "--as=" + bytes + ":");
		try (LoadProcess client = world.startLoad("many", "--macula.client.deadline=5s", "--load.callers=60")) {
			client.begin();
			Clock.seconds(world.seconds(12, 6));
			Window all = client.window();
			log.noticed(all);
			log.truthful(world, client, all);
			log.noneFailed(IDEMPOTENT, all.idempotent());
			log.measured("notIdempotent", all.once().describeFailures());
			log.measured("answersByNode", all.byNode());
		}
		finally {
			Shell.run("prlimit", "--pid", pid, "--as=unlimited:");
		}
		// A line of the log begins with its time; the others belong to stack traces.
		List<String> lines = provider.logFrom(position)
			.lines()
			.filter((line) -> LOGGED.matcher(line).lookingAt())
			.toList();
		List<String> threads = lines.stream().filter((line) -> line.contains("thread ")).toList();
		log.must("its log says so, in 15 lines at most",
				"%d lines, %d of them of threads%s".formatted(lines.size(), threads.size(),
						threads.isEmpty() ? "" : ", such as: " + threads.get(0)),
				!threads.isEmpty() && lines.size() <= 15);
		provider.terminate();
	}

	private static void overdueCalls(World world, FaultLog log) {
		world.network().ensureHost(SLEEPER, 31);
		world.startStandIn(SLEEPER, "128m", "--macula.provider.max-threads=4");
		LoggedProcess provider = world.process(SLEEPER);
		provider.awaitReady();
		world.begin();
		LoggedProcess caller = world.startAttack(OTHER_CALLER, "sleep", "--macula.realm.seeds=" + world.seeds(),
				"--macula.client.deadline=300ms");
		List<String> figures;
		double seconds = world.seconds(15, 5);
		try {
			Clock.seconds(seconds);
			figures = caller.logOfThisLife().lines().filter((line) -> line.startsWith(OrdealClient.MARK)).toList();
		}
		finally {
			caller.kill();
			provider.terminate();
		}
		long begun = growth(figures, "begun");
		long interrupted = growth(figures, "interrupted");
		log.noneFailed("calls of any kind", world.window());
		log.must("cancelled handlers are interrupted: threads do not stay taken",
				begun + " begun, " + interrupted + " interrupted", begun > 4 * seconds && interrupted >= begun - 8);
		long late = growth(figures, "begunLate");
		log.must("no handler begins after the deadline of its call", late + " late", late == 0);
	}

	/** From the first figures, which are those of the warm-up, to the last. */
	private static long growth(List<String> figures, String name) {
		return figures.isEmpty() ? -1 : figure(figures.get(figures.size() - 1), name) - figure(figures.get(0), name);
	}

	private static long figure(String figures, String name) {
		Matcher found = Pattern.compile(name + "=(\\d+)").matcher(figures);
		return found.find() ? Long.parseLong(found.group(1)) : -1;
	}

	private static void allRestarted(World world, FaultLog log) {
		Clock.seconds(1);
		long killed = Clock.now();
		World.NODES.forEach((node) -> world.process(node).kill());
		Clock.seconds(1);
		World.NODES.forEach(world::startProvider);
		World.NODES.forEach((node) -> world.process(node).awaitReady());
		long back = Clock.now();
		Clock.seconds(8);
		Window all = world.window();
		log.measured("failedWhileAllWereDown", all.due(killed, back).describeFailures());
		World.NODES.forEach((node) -> log.returns(node, all.secondsToAnswerOf(node, back), 5));
		log.noneFailed("calls due 5 s after the return", all.due(back + 5_000_000_000L, Long.MAX_VALUE));
	}

}
