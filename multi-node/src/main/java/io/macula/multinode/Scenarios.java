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

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.macula.harness.Percentile;
import io.macula.multinode.ScenarioClient.Strategy;

/**
 * The scenarios in which nothing happens but calls, each with a client of its own. All
 * providers are up before and after each of them.
 */
final class Scenarios {

	private final Realm realm;

	private final List<String> nodes;

	Scenarios(Realm realm) {
		this.realm = realm;
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

	ScenarioReport latency(LatencyProbe probe) throws IOException, InterruptedException {
		ScenarioLog log = new ScenarioLog("latency");
		// The client of an embedded directory has a link to its seed: the one it calls
		// must be another.
		String called = this.nodes.get(0);
		LatencyProbe.Result result = probe.run(this.realm.settings(this.nodes, this.nodes.subList(2, 3)));
		Call firstCall = result.first();
		log.add(firstCall);
		result.cold().forEach(log::add);
		result.warming().forEach(log::add);
		result.cached().forEach(log::add);
		// The connection is cached from the second call on; the limit is for a warm JVM.
		// What the machine did with it meanwhile is told beside it.
		double[] cached = millis(result.cached());
		double p99 = Percentile.of(cached, 99);
		log.measured("firstCallMillis", firstCall.micros() / 1000.0);
		log.measured("cachedCalls", cached.length);
		log.measured("cachedP50Millis", Percentile.of(cached, 50));
		log.measured("cachedP99Millis", p99);
		log.measured("roundTripMillis", result.roundTripMillis());
		log.measured("cachedMaxMillis", Percentile.of(cached, 100));
		// The share of a JVM that has not compiled yet.
		log.measured("coldCalls", result.cold().size());
		log.measured("coldP99Millis", Percentile.of(millis(result.cold()), 99));
		log.measured("startMillis", result.startMillis());
		LatencyProbe.Machine machine = result.machine();
		log.measured("warmingCalls", result.warming().size());
		log.measured("warmUpMillis", machine.warmMillis());
		log.measured("compilersRested", machine.warm());
		log.measured("compiledMillisInCachedCalls", machine.compiledMillis());
		log.measured("bareWaitLateP99Millis", Latencies.millis(machine.lateP99Micros()));
		log.measured("bareWaitLateMaxMillis", Latencies.millis(machine.lateMaxMicros()));
		boolean handshake = !result.connectionsBefore().contains(this.realm.endpoint(called))
				&& called.equals(firstCall.node());
		log.must("first call of a fresh JVM, handshake included, under 500 ms",
				firstCall.micros() / 1000 + " ms" + (handshake ? "" : ", but without a handshake"),
				handshake && firstCall.failure() == null && firstCall.micros() < 500_000);
		log.must("cached call p99 under 5 ms, JVM warm", "%.2f ms; a thread that only waits was late by %.2f ms"
			.formatted(p99, Latencies.millis(machine.lateP99Micros())), log.failures().isEmpty() && p99 < 5);
		return log.report();
	}

	private ScenarioClient client() {
		return ScenarioClient.start(this.realm.settings(this.nodes, this.nodes));
	}

	private static double[] millis(List<Call> calls) {
		return calls.stream().mapToDouble((call) -> call.micros() / 1000.0).sorted().toArray();
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

	private List<String> endpoints() {
		return this.nodes.stream().map(this.realm::endpoint).toList();
	}

	private Map<String, Integer> equalShares(int calls) {
		Map<String, Integer> shares = new TreeMap<>();
		this.nodes.forEach((node) -> shares.put(node, calls));
		return shares;
	}

}
