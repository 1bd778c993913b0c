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
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import io.macula.harness.Clock;
import io.macula.harness.Percentile;
import io.macula.multinode.ScenarioClient.Strategy;

/**
 * The scenarios, each with a client of its own. All providers are up before and after
 * each of them.
 */
final class Scenarios {

	private static final int LOAD_THREADS = 4;

	private static final Duration LOAD_PAUSE = Duration.ofMillis(5);

	private final Realm realm;

	private final LatencyProbe latencyProbe;

	private final List<String> nodes;

	Scenarios(Realm realm, LatencyProbe latencyProbe) {
		this.realm = realm;
		this.latencyProbe = latencyProbe;
		this.nodes = realm.nodes();
	}

	ScenarioReport multiEndpoint() {
		ScenarioLog log = new ScenarioLog("multi-endpoint");
		try (ScenarioClient client = client()) {
			client.awaitInstances(3);
			for (int i = 0; i < 6; i++) {
				log.add(client.call(Strategy.ROUND_ROBIN));
			}
			Map<String, Integer> byNode = log.callsByNode();
			log.measured("callsByNode", byNode);
			log.must("6 round-robin calls: 2-2-2", byNode, byNode.equals(equalShares(2)));
			List<String> created = client.connectionsCreated();
			log.measured("connectionsCreated", created);
			log.must("one \"Creating connection\" per endpoint", created,
					created.size() == 3 && Set.copyOf(created).equals(Set.copyOf(endpoints())));
		}
		return log.report();
	}

	ScenarioReport failover() throws InterruptedException {
		ScenarioLog log = new ScenarioLog("failover");
		String victim = this.nodes.get(0);
		try (ScenarioClient client = client()) {
			client.awaitInstances(3);
			AtomicBoolean running = new AtomicBoolean(true);
			AtomicLong lastVictimCall = new AtomicLong();
			List<Thread> threads = load(client, log, running, victim, lastVictimCall);
			long kill;
			long slowestMicros;
			double returnSeconds;
			try {
				Clock.pause(Duration.ofSeconds(2));
				int before = log.calls().size();
				kill = System.nanoTime();
				this.realm.kill(victim);
				Clock.pause(Duration.ofSeconds(4));
				List<Call> during = log.calls().stream().skip(Math.max(0, before - LOAD_THREADS)).toList();
				slowestMicros = during.stream().mapToLong(Call::micros).max().orElse(0);
				log.measured("callsBeforeKill", before);
				log.measured("callsInFourSecondsAfterKill", during.size());
				log.measured("callsOfMoreThanOneAttempt",
						during.stream().filter((call) -> call.attempts() > 1).count());
				log.measured("lastAnswerOfKilledNodeMillis", (lastVictimCall.get() - kill) / 1_000_000);
				this.realm.start(victim);
				this.realm.awaitReady(victim);
				long ready = System.nanoTime();
				Clock.await(victim + " is used again", Duration.ofSeconds(20), () -> lastVictimCall.get() > kill
						&& lastVictimCall.get() - kill > Duration.ofSeconds(4).toNanos());
				returnSeconds = (System.nanoTime() - ready) / 1e9;
				Clock.pause(Duration.ofSeconds(1));
			}
			finally {
				running.set(false);
				for (Thread thread : threads) {
					thread.join();
				}
			}
			log.measured("slowestMillis", slowestMicros / 1000.0);
			log.measured("returnSeconds", returnSeconds);
			log.measured("callsByNode", log.callsByNode());
			log.must("no call fails",
					log.failures().size() + " of " + log.calls().size() + " failed"
							+ log.failures()
								.stream()
								.limit(1)
								.map((call) -> ", such as " + call.failure())
								.findFirst()
								.orElse(""),
					log.failures().isEmpty());
			log.must("slowest call during the kill under 1 s", slowestMicros / 1000 + " ms", slowestMicros < 1_000_000);
			log.must("after " + victim + " returns it is used again within 5 s", "%.2f s".formatted(returnSeconds),
					returnSeconds < 5);
		}
		return log.report();
	}

	ScenarioReport connectionCaching() {
		ScenarioLog log = new ScenarioLog("connection-caching");
		String absent = this.nodes.get(2);
		this.realm.stop(absent);
		List<String> present = this.nodes.subList(0, 2);
		try (ScenarioClient client = ScenarioClient.start(this.realm.settings(present, present))) {
			client.awaitInstances(2);
			log.add(client.call(Strategy.ROUND_ROBIN));
			log.add(client.call(Strategy.ROUND_ROBIN));
			List<String> first = client.connectionsCreated();
			for (int i = 0; i < 8; i++) {
				log.add(client.call(Strategy.ROUND_ROBIN));
			}
			List<String> all = client.connectionsCreated();
			log.measured("connectionsCreated", all);
			log.measured("connectionsOpen", client.connectionsOpen().size());
			log.measured("callsByNode", log.callsByNode());
			log.must("10 calls over 2 providers: exactly 2 connections",
					all.size() + " created, " + client.connectionsOpen().size() + " open",
					all.size() == 2 && client.connectionsOpen().size() == 2 && log.failures().isEmpty());
			log.must("none created after the first calls", (all.size() - first.size()) + " created after",
					all.size() == first.size());
		}
		finally {
			this.realm.start(absent);
			this.realm.awaitReady(absent);
		}
		return log.report();
	}

	ScenarioReport selection() {
		ScenarioLog log = new ScenarioLog("selection");
		try (ScenarioClient client = client()) {
			client.awaitInstances(3);
			Map<String, Integer> first = selected(client, Strategy.FIRST, 9, log);
			log.must("9 calls, first: all " + this.nodes.get(0), first, first.equals(Map.of(this.nodes.get(0), 9)));
			Map<String, Integer> roundRobin = selected(client, Strategy.ROUND_ROBIN, 9, log);
			log.must("9 calls, round_robin: 3-3-3", roundRobin, roundRobin.equals(equalShares(3)));
			Map<String, Integer> random = selected(client, Strategy.RANDOM, 30, log);
			log.must("random reaches all three within 30 calls", random,
					random.keySet().equals(Set.copyOf(this.nodes)));
		}
		return log.report();
	}

	ScenarioReport latency() throws Exception {
		ScenarioLog log = new ScenarioLog("latency");
		// The client of an embedded directory has a link to its seed: the one it calls
		// must be another.
		String called = this.nodes.get(0);
		LatencyProbe.Result result = this.latencyProbe.run(this.realm.settings(this.nodes, this.nodes.subList(2, 3)));
		result.calls().forEach(log::add);
		Call firstCall = result.calls().get(0);
		// The connection is cached from the second call on; the limit is for a warm JVM.
		double[] cached = millis(result.calls().stream().skip(1 + LatencyProbe.COLD_CALLS));
		double p99 = Percentile.of(cached, 99);
		log.measured("firstCallMillis", firstCall.micros() / 1000.0);
		log.measured("cachedCalls", cached.length);
		log.measured("cachedP50Millis", Percentile.of(cached, 50));
		log.measured("cachedP99Millis", p99);
		// The share of a JVM that has not compiled yet.
		log.measured("coldCalls", LatencyProbe.COLD_CALLS);
		log.measured("p99OfColdCallsMillis",
				Percentile.of(millis(result.calls().stream().skip(1).limit(LatencyProbe.COLD_CALLS)), 99));
		log.measured("cachedMaxMillis", Percentile.of(cached, 100));
		log.measured("startMillis", result.startMillis());
		boolean handshake = !result.connectionsBefore().contains(this.realm.endpoint(called))
				&& called.equals(firstCall.node());
		log.must("first call of a fresh JVM, handshake included, under 500 ms",
				firstCall.micros() / 1000 + " ms" + (handshake ? "" : ", but without a handshake"),
				handshake && firstCall.failure() == null && firstCall.micros() < 500_000);
		log.must("cached call p99 under 5 ms, JVM warm", "%.2f ms".formatted(p99), log.failures().isEmpty() && p99 < 5);
		return log.report();
	}

	private ScenarioClient client() {
		return ScenarioClient.start(this.realm.settings(this.nodes, this.nodes));
	}

	private static double[] millis(Stream<Call> calls) {
		return calls.mapToDouble((call) -> call.micros() / 1000.0).sorted().toArray();
	}

	private static Map<String, Integer> selected(ScenarioClient client, Strategy strategy, int calls, ScenarioLog log) {
		ScenarioLog own = new ScenarioLog("selection");
		for (int i = 0; i < calls; i++) {
			Call call = client.call(strategy);
			own.add(call);
			log.add(call);
		}
		Map<String, Integer> byNode = own.callsByNode();
		log.measured(strategy.name().toLowerCase(Locale.ROOT), byNode);
		return byNode;
	}

	private List<Thread> load(ScenarioClient client, ScenarioLog log, AtomicBoolean running, String node,
			AtomicLong lastCallOfNode) {
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < LOAD_THREADS; i++) {
			Thread thread = new Thread(() -> {
				while (running.get()) {
					Call call = client.call(Strategy.ROUND_ROBIN);
					log.add(call);
					if (node.equals(call.node())) {
						lastCallOfNode.set(System.nanoTime());
					}
					Clock.pause(LOAD_PAUSE);
				}
			}, "load-" + i);
			thread.start();
			threads.add(thread);
		}
		return threads;
	}

	private List<String> endpoints() {
		return this.nodes.stream().map(this.realm::endpoint).toList();
	}

	private Map<String, Integer> equalShares(int calls) {
		Map<String, Integer> shares = new TreeMap<>();
		this.nodes.forEach((node) -> shares.put(node, calls));
		return shares;
	}

}
