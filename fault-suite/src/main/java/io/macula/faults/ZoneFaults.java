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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.macula.faults.Network.Healing;
import io.macula.harness.Clock;
import tools.jackson.databind.JsonNode;

/**
 * Three zones of four providers and one client each; between two zones a packet takes
 * longer than within one.
 */
final class ZoneFaults {

	/** Providers by zone; those of the world are among them. */
	private static final Map<String, List<String>> PROVIDERS = providers();

	private static final List<String> KILLED = List.of("za3", "za4");

	private static final Map<String, String> CLIENTS = Map.of("a", "zca", "b", "zcb", "c", "zcc");

	/** Of a round trip between two zones. */
	private static final Map<String, Double> DELAY_MILLIS = Map.of("ab", 5.0, "ac", 10.0, "bc", 20.0);

	/** What 1.4 times an even share of 12 - 2 instances is to 2 of them. */
	private static final double EXPECTED = 2 * 1.4 / (10.0 / 3);

	private static final double PACE = 0.1;

	private ZoneFaults() {
	}

	private static Map<String, List<String>> providers() {
		Map<String, List<String>> providers = new LinkedHashMap<>();
		for (String zone : List.of("a", "b", "c")) {
			List<String> hosts = new ArrayList<>(List.of(World.NODES.get(zone.charAt(0) - 'a')));
			for (int i = 2; i <= 4; i++) {
				hosts.add("z" + zone + i);
			}
			providers.put(zone, hosts);
		}
		return providers;
	}

	static List<Fault> all() {
		return List.of(
				Fault
					.of("zones", "three zones of 4 providers, 5 to 20 ms apart; SIGKILL of half of zone a", false,
							ZoneFaults::halfOfAZone)
					.needing("linkd", "iptables"));
	}

	private static void halfOfAZone(World world, FaultLog log) {
		List<String> started = new ArrayList<>();
		List<Healing> delays = new ArrayList<>();
		Map<String, LoadProcess> clients = new TreeMap<>();
		try {
			// Sixteen processes under full load would measure the processors of one
			// machine.
			world.load().pace(PACE);
			startProviders(world, started);
			startClients(world, clients, delays);
			// Until their code is compiled, latencies are those of the compiler.
			Clock.seconds(world.seconds(60, 10));
			Map<String, Window> healthy = watch(clients, world.seconds(20, 8));
			healthy.forEach((zone, calls) -> {
				log.must("all is well: 0 calls of the client in zone " + zone + " leave it", calls.byNode(),
						near(zone, calls) == 1);
				log.noneFailed("calls of the client in zone " + zone, calls);
			});
			log.measured("client of zone a, all is well", of(healthy, "a").unary().describeLatency());
			clients.values().forEach(LoadProcess::begin);
			long killed = Clock.now();
			KILLED.forEach((host) -> world.process(host).kill());
			long gone = Clock.now();
			// Beyond the lease: at first they cannot be reached, then they are gone.
			Clock.seconds(world.seconds(30, 20));
			lost(log, clients, killed, gone);
			KILLED.forEach((host) -> world.startProvider(host, Map.of(), "macula.node.zone=a"));
			KILLED.forEach((host) -> world.process(host).awaitReady());
			// A provider that returns gets its full share after the slow start of 5 s.
			Clock.seconds(10);
			Window back = of(watch(clients, world.seconds(10, 5)), "a");
			log.must("whole again: 0 calls of the client in zone a leave it", back.byNode(), near("a", back) == 1);
			log.noneFailed("calls of the client in zone a", back);
		}
		finally {
			world.load().pace(1);
			clients.values().forEach(LoadProcess::close);
			delays.forEach(Healing::heal);
			started.forEach((host) -> world.process(host).kill());
		}
	}

	private static void startProviders(World world, List<String> started) {
		world.dismiss();
		PROVIDERS.forEach((zone, hosts) -> {
			for (String host : hosts) {
				world.network().ensureHost(host, number(zone, hosts.indexOf(host)));
				world.startProvider(host, Map.of(), "macula.node.zone=" + zone);
				started.add(host);
			}
			hosts.forEach((host) -> world.process(host).awaitReady());
		});
	}

	private static void startClients(World world, Map<String, LoadProcess> clients, List<Healing> delays) {
		CLIENTS.forEach((zone, host) -> {
			world.network().ensureHost(host, number(zone, 9));
			PROVIDERS.forEach((other, hosts) -> {
				if (!other.equals(zone)) {
					String pair = (zone.compareTo(other) < 0) ? zone + other : other + zone;
					delays.add(world.network()
						.delay(host, hosts, of(DELAY_MILLIS, pair), Integer.toString(1 + other.charAt(0) - 'a')));
				}
			});
			LoadProcess client = world.startLoadOn(host, "--macula.client.selection=zone_aware",
					"--macula.node.zone=" + zone);
			client.pace(PACE);
			clients.put(zone, client);
		});
		Clock.await("each client uses its zone", Duration.ofSeconds(60),
				() -> clients.values().stream().allMatch((client) -> {
					JsonNode service = service(client);
					return service.path("instances").size() == 12 && service.path("zones").path("near").asDouble() == 1;
				}));
	}

	/** Numbers that no other host has. */
	private static int number(String zone, int place) {
		return 110 + 10 * (zone.charAt(0) - 'a') + place;
	}

	private static Map<String, Window> watch(Map<String, LoadProcess> clients, double seconds) {
		clients.values().forEach(LoadProcess::begin);
		Clock.seconds(seconds);
		Map<String, Window> windows = new TreeMap<>();
		clients.forEach((zone, client) -> windows.put(zone, client.window()));
		return windows;
	}

	private static void lost(FaultLog log, Map<String, LoadProcess> clients, long killed, long gone) {
		String said = service(of(clients, "a")).path("zones").path("reason").asString();
		Window own = of(clients, "a").window();
		log.noticed(own);
		log.noneFailed("idempotent calls of the client in zone a", own.idempotent());
		log.worst("idempotent call", own.idempotent(), 1000);
		log.onlyInFlightUnknown(own, gone, 1000);
		Window settled = own.due(killed + 2_000_000_000L, own.to());
		double share = near("a", settled);
		log.must("half of zone a is gone: %.0f %% of the calls stay, give or take 4 %%".formatted(EXPECTED * 100),
				"%.1f %% of %d".formatted(share * 100, settled.size()), Math.abs(share - EXPECTED) < 0.04);
		List<Double> seconds = new ArrayList<>();
		for (long from = killed; from + 1_000_000_000L <= own.to(); from += 1_000_000_000L) {
			seconds.add(near("a", own.due(from, from + 1_000_000_000L)));
		}
		log.must("the spill is smooth: in no second less than 65 % stay",
				seconds.stream().map((second) -> String.format(Locale.ROOT, "%.0f", second * 100)).toList(),
				seconds.stream().allMatch((second) -> second > 0.65));
		log.must("the report says so", said, said.startsWith("spills 16 %: 2 of "));
		log.measured("client of zone a, half of it gone", settled.unary().describeLatency());
		for (String zone : List.of("b", "c")) {
			Window others = of(clients, zone).window();
			log.must("calls of the client in zone " + zone + " stay in it", others.byNode(), near(zone, others) == 1);
			log.noneFailed("calls of the client in zone " + zone, others);
		}
	}

	private static <T> T of(Map<String, T> all, String key) {
		return Objects.requireNonNull(all.get(key));
	}

	private static JsonNode service(LoadProcess client) {
		return client.report().path("clients").path(0);
	}

	private static double near(String zone, Window calls) {
		Map<String, Long> byNode = calls.byNode();
		long all = byNode.values().stream().mapToLong(Long::longValue).sum();
		return (double) of(PROVIDERS, zone).stream().mapToLong((host) -> byNode.getOrDefault(host, 0L)).sum() / all;
	}

}
