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

package io.macula.multinode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.macula.harness.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The scenarios in which providers come and go under steady load, each with a client of
 * its own. All providers are up before and after each of them.
 */
final class LossScenarios {

	/** What a provider says once it has drained. */
	static final String COMPLETE = "all calls complete";

	private static final Duration BEFORE = Duration.ofSeconds(1);

	private static final Duration AWAY = Duration.ofSeconds(3);

	private final Realm realm;

	private final List<String> nodes;

	LossScenarios(Realm realm) {
		this.realm = realm;
		this.nodes = realm.nodes();
	}

	ScenarioReport failover() {
		ScenarioLog log = new ScenarioLog("failover");
		String victim = this.nodes.get(0);
		long kill;
		long killed;
		double returnSeconds;
		try (ScenarioClient client = client(); SteadyLoad load = SteadyLoad.start(client, log)) {
			Clock.pause(BEFORE);
			kill = log.moment(victim + " is killed");
			this.realm.kill(victim);
			killed = log.now();
			Clock.pause(AWAY);
			log.measured("lastAnswerOfKilledNodeMillis", (load.lastAnswer(victim) - kill) / 1000);
			returnSeconds = back(load, log, victim);
			Clock.pause(BEFORE);
			measureStandstill(log, load);
		}
		List<Call> during = during(log, kill, killed);
		List<Call> failedOver = during.stream().filter((call) -> call.failedOverFrom(victim)).toList();
		long firstFailed = during.stream()
			.filter((call) -> call.attempts().size() > 1 && call.attempts().get(0).node().equals(victim))
			.count();
		log.measured("killTookMillis", Latencies.millis(killed - kill));
		log.measured("callsInThreeSecondsAfterKill", during.size());
		log.measured("callsOfMoreThanOneAttempt", during.stream().filter((call) -> call.attempts().size() > 1).count());
		log.measured("failoverMillis", failedOver.stream().map((call) -> Latencies.millis(call.micros())).toList());
		log.measured("gapMillis", gapMillis(during, kill));
		log.measured("returnSeconds", returnSeconds);
		measureCalls(log);
		log.mustNotFail();
		log.must("attempt 1 fails on %s, the next succeeds elsewhere".formatted(victim),
				failedOver.size() + " of " + firstFailed + " calls"
						+ failedOver.stream()
							.limit(1)
							.map((call) -> ", such as " + call.attempts() + " in " + call.micros() / 1000 + " ms")
							.findFirst()
							.orElse(""),
				!failedOver.isEmpty() && failedOver.size() == firstFailed);
		mustBeSwift(log, "slowest call after the kill under 1 s", during);
		mustBeUsed(log, victim, returnSeconds);
		return log.report();
	}

	/** Only with a directory that has seeds. */
	ScenarioReport seedLoss() {
		ScenarioLog log = new ScenarioLog("seed-loss");
		long kill;
		long killed;
		double turnedSeconds;
		double returnSeconds;
		String victim;
		String next;
		try (ScenarioClient client = client(); SteadyLoad load = SteadyLoad.start(client, log)) {
			Clock.pause(BEFORE);
			String watched = String.valueOf(client.watchedSeed());
			victim = nodeAt(watched);
			if (victim == null) {
				throw new IllegalStateException("The client watches '" + watched + "', which is no provider: expected"
						+ " one of " + this.nodes.stream().map(this.realm::endpoint).toList());
			}
			kill = log.moment(victim + ", the watched seed, is killed");
			CompletableFuture<Long> turned = turned(log, client, watched);
			this.realm.kill(victim);
			killed = log.now();
			// The command takes its time; until its last answer it was not dead.
			long dead = Math.max(kill, load.lastAnswer(victim));
			Clock.await("the client watches another seed", Duration.ofSeconds(20), turned::isDone);
			turnedSeconds = (turned.join() - dead) / 1e6;
			next = String.valueOf(nodeAt(client.watchedSeed()));
			// Nobody but the new seed can tell the client that it is back.
			returnSeconds = back(load, log, victim);
			measureStandstill(log, load);
		}
		List<Call> during = during(log, kill, killed);
		log.measured("killTookMillis", Latencies.millis(killed - kill));
		log.measured("seedLost", victim);
		log.measured("seedAfterwards", next);
		log.measured("otherSeedSeconds", turnedSeconds);
		log.measured("returnSeconds", returnSeconds);
		log.measured("gapMillis", gapMillis(during, kill));
		measureCalls(log);
		log.mustNotFail();
		log.must("another seed is watched within 3 s",
				"%s, then %s after %.2f s".formatted(victim, next, turnedSeconds), turnedSeconds < 3);
		mustBeSwift(log, "slowest call after the loss under 1 s", during);
		mustBeUsed(log, victim, returnSeconds);
		return log.report();
	}

	ScenarioReport rollingRestart() {
		ScenarioLog log = new ScenarioLog("rolling-restart");
		List<String> complete = new ArrayList<>();
		List<String> told = new ArrayList<>();
		List<Double> returns = new ArrayList<>();
		long begin;
		try (ScenarioClient client = client(this.realm.lastingSettings());
				SteadyLoad load = SteadyLoad.start(client, log)) {
			Clock.pause(BEFORE);
			begin = log.now();
			for (String node : this.nodes) {
				log.moment(node + " is restarted");
				String before = this.realm.restart(node);
				long ready = log.moment(node + " is ready");
				if (!before.isEmpty()) {
					told.add(node);
				}
				if (before.contains(COMPLETE)) {
					complete.add(node);
				}
				returns.add(load.awaitAnswer(node, ready));
			}
			Clock.pause(BEFORE);
			measureStandstill(log, load);
		}
		double slowestReturn = returns.stream().mapToDouble(Double::doubleValue).max().orElse(0);
		log.measured("seconds", (log.now() - begin) / 1e6);
		log.measured("returnSeconds", returns);
		measureCalls(log);
		log.mustNotFail();
		log.must("each that stops says that all calls are complete", (told.isEmpty() ? "no log to look in" : complete),
				complete.equals(told));
		mustBeSwift(log, "slowest call under 1 s", log.calls());
		log.must("each that returns is used again within 5 s", "%.2f s at most".formatted(slowestReturn),
				slowestReturn < 5);
		return log.report();
	}

	private ScenarioClient client() {
		return client(this.realm.settings(this.nodes, this.nodes));
	}

	private ScenarioClient client(List<String> settings) {
		ScenarioClient client = ScenarioClient.start(settings);
		try {
			client.awaitInstances(this.nodes.size());
			return client;
		}
		catch (IllegalStateException ex) {
			client.close();
			throw ex;
		}
	}

	/** Start a node again, and wait until it is used. */
	private double back(SteadyLoad load, ScenarioLog log, String node) {
		this.realm.start(node);
		this.realm.awaitReady(node);
		return load.awaitAnswer(node, log.moment(node + " is ready again"));
	}

	/** When a client watches another seed, as the log has it. */
	private static CompletableFuture<Long> turned(ScenarioLog log, ScenarioClient client, String watched) {
		CompletableFuture<Long> turned = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			if (Clock.within(Duration.ofMinutes(1),
					() -> client.watchedSeed() != null && !watched.equals(client.watchedSeed()))) {
				turned.complete(log.moment("another seed is watched"));
			}
		}, "watched-seed");
		thread.setDaemon(true);
		thread.start();
		return turned;
	}

	private @Nullable String nodeAt(@Nullable String endpoint) {
		return this.nodes.stream()
			.filter((node) -> this.realm.endpoint(node).equals(endpoint))
			.findFirst()
			.orElse(null);
	}

	/**
	 * Calls that were open from the time on at which somebody was to be killed, and for a
	 * while after he had been: a command to another machine takes its time.
	 */
	private static List<Call> during(ScenarioLog log, long kill, long killed) {
		long end = killed + AWAY.toNanos() / 1000;
		return log.calls().stream().filter((call) -> call.endMicros() >= kill && call.startMicros() <= end).toList();
	}

	/** The longest time after a loss in which no call was answered. */
	private static double gapMillis(List<Call> calls, long since) {
		long last = since;
		long gap = 0;
		for (long end : calls.stream()
			.filter((call) -> call.failure() == null)
			.mapToLong(Call::endMicros)
			.sorted()
			.toArray()) {
			gap = Math.max(gap, end - last);
			last = end;
		}
		return Latencies.millis(gap);
	}

	private static void measureStandstill(ScenarioLog log, SteadyLoad load) {
		log.measured("longestStandstillOfTheClientMillis", Latencies.millis(load.standstillMicros()));
	}

	private static void measureCalls(ScenarioLog log) {
		List<Call> calls = log.calls();
		log.measured("calls", calls.size());
		log.measured("callsByNode", log.callsByNode());
		double pause = SteadyLoad.PAUSE.toNanos() / 1000.0;
		double median = calls.stream().mapToLong(Call::micros).sorted().skip(calls.size() / 2).findFirst().orElse(0);
		log.measured("correctedMillis", Latencies.corrected(calls, (long) (pause + median)));
	}

	private static void mustBeSwift(ScenarioLog log, String what, List<Call> calls) {
		long slowest = calls.stream().mapToLong(Call::micros).max().orElse(0);
		log.measured("slowestMillis", Latencies.millis(slowest));
		log.must(what, slowest / 1000 + " ms", slowest < 1_000_000);
	}

	private static void mustBeUsed(ScenarioLog log, String node, double seconds) {
		log.must("after " + node + " returns it is used again within 5 s", "%.2f s".formatted(seconds), seconds < 5);
	}

}
