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

package io.macula.console.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * A realm of a shop that is nowhere but here: pictures of it as the console's backend
 * tells them, with so many nodes and calls as are wanted. Safe for use by many threads.
 */
final class FakeRealm {

	/** Applications: part of the nodes, whom they call. */
	private static final Map<String, App> APPS = apps();

	private static final List<String> ZONES = List.of("eu-1a", "eu-1b", "eu-1c");

	static final String HOSTILE = "<img src=x onerror=\"window.hostile=1\">&amp;'\"\u202e{{7*7}}";

	private final List<FakeNode> nodes = new ArrayList<>();

	private final List<Map<String, Object>> events = new ArrayList<>();

	private final Random random = new Random(7);

	private final double callsPerSecond;

	private final long started = System.currentTimeMillis();

	FakeRealm(int size, double callsPerSecond) {
		this.callsPerSecond = callsPerSecond;
		int all = APPS.values().stream().mapToInt(App::part).sum();
		APPS.forEach((name, app) -> {
			int count = Math.max(1, app.part() * size / all);
			for (int i = 0; i < count; i++) {
				this.nodes.add(new FakeNode(name, i, ZONES.get(i % ZONES.size())));
			}
		});
	}

	private static Map<String, App> apps() {
		Map<String, App> all = new LinkedHashMap<>();
		all.put("web", new App(12, List.of("gateway")));
		all.put("gateway", new App(20, List.of("orders", "catalog", "customers", "search")));
		all.put("orders", new App(24, List.of("inventory", "payments", "pricing", "shipping")));
		all.put("catalog", new App(20, List.of("pricing", "inventory")));
		all.put("customers", new App(16, List.of("mail")));
		all.put("search", new App(14, List.of()));
		all.put("inventory", new App(24, List.of()));
		all.put("payments", new App(16, List.of("ledger")));
		all.put("pricing", new App(18, List.of()));
		all.put("shipping", new App(14, List.of("mail")));
		all.put("mail", new App(10, List.of()));
		all.put("ledger", new App(12, List.of()));
		return all;
	}

	/** Names as somebody would choose who means harm. */
	synchronized void addHostile() {
		FakeNode node = new FakeNode(HOSTILE, 0, HOSTILE);
		node.reason = HOSTILE;
		node.state = "unreachable";
		this.nodes.add(node);
		happened("unreachable", node.id, HOSTILE);
	}

	synchronized void kill(String id) {
		FakeNode node = node(id);
		node.state = "unreachable";
		node.reason = "no answer in 2 s from " + node.endpoint;
		node.since = System.currentTimeMillis();
		happened("unreachable", id, node.reason);
	}

	synchronized void leave(String id) {
		this.nodes.remove(node(id));
		happened("left", id, null);
	}

	synchronized void access(String id, String access) {
		node(id).access = access;
	}

	synchronized @Nullable String steer(Map<?, ?> request) {
		FakeNode node = node(String.valueOf(request.get("node")));
		if (!node.access.equals("write")) {
			return "Node " + node.id + " allows others only to look: macula.operations.access is " + node.access;
		}
		String act = String.valueOf(request.get("act"));
		switch (act) {
			case "drain" -> node.state = "drained";
			case "resume" -> node.state = "serving";
			case "weight" -> node.weight = ((Number) request.get("weight")).intValue();
			case "eject" -> node.ejected.add(String.valueOf(request.get("instance")));
			default -> node.ejected.remove(String.valueOf(request.get("instance")));
		}
		node.since = System.currentTimeMillis();
		switch (act) {
			case "drain" -> happened("drained", node.id, "by the operator of the console");
			case "resume" -> happened("resumed", node.id, "by the operator of the console");
			case "weight" -> happened("weight", node.id, "is " + node.weight);
			default -> happened(act.equals("eject") ? "instance-ejected" : "instance-restored", node.id, "by hand");
		}
		return null;
	}

	synchronized void happened(String kind, String node, @Nullable String detail) {
		Map<String, Object> event = new LinkedHashMap<>();
		event.put("seq", this.events.size() + 1);
		event.put("at", System.currentTimeMillis());
		event.put("kind", kind);
		event.put("node", node);
		event.put("detail", detail);
		this.events.add(event);
	}

	/** As if it had happened before. */
	synchronized void past(int secondsAgo, String kind, String node, @Nullable String service,
			@Nullable String detail) {
		happened(kind, node, detail);
		Map<String, Object> event = this.events.get(this.events.size() - 1);
		event.put("at", System.currentTimeMillis() - secondsAgo * 1000L);
		event.put("service", service);
	}

	synchronized List<Map<String, Object>> events(int from) {
		return List.copyOf(this.events.subList(Math.min(from, this.events.size()), this.events.size()));
	}

	private FakeNode node(String id) {
		return this.nodes.stream()
			.filter((node) -> node.id.equals(id))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No node " + id));
	}

	synchronized List<String> ids(String application) {
		return this.nodes.stream()
			.filter((node) -> node.application.equals(application))
			.map((node) -> node.id)
			.toList();
	}

	synchronized Map<String, Object> picture(String parts) {
		Map<String, Object> picture = new LinkedHashMap<>();
		picture.put("at", System.currentTimeMillis());
		picture.put("realm", "shop");
		picture.put("complete", true);
		picture.put("trouble", null);
		List<Map<String, Object>> edges = edges();
		Map<String, List<Map<String, Object>>> byTarget = new LinkedHashMap<>();
		edges.forEach((edge) -> byTarget.computeIfAbsent((String) edge.get("to"), (to) -> new ArrayList<>()).add(edge));
		picture.put("nodes", this.nodes.stream().map((node) -> node(node, byTarget.get(node.id))).toList());
		picture.put("services", services(byTarget));
		picture.put("edges", edges);
		if (parts.contains("instances")) {
			picture.put("instances", edges.stream().map(this::instance).toList());
		}
		if (parts.contains("connections")) {
			picture.put("connections", edges.stream().map(this::connection).toList());
		}
		return picture;
	}

	private List<Map<String, Object>> edges() {
		List<Map<String, Object>> all = new ArrayList<>();
		Map<String, List<FakeNode>> byApplication = new LinkedHashMap<>();
		this.nodes
			.forEach((node) -> byApplication.computeIfAbsent(node.application, (name) -> new ArrayList<>()).add(node));
		int pairs = APPS.values().stream().mapToInt((app) -> app.calls().size()).sum();
		APPS.forEach((name, app) -> app.calls().forEach((called) -> {
			List<FakeNode> callers = byApplication.getOrDefault(name, List.of());
			List<FakeNode> targets = byApplication.getOrDefault(called, List.of());
			List<FakeNode> dead = targets.stream().filter((node) -> node.state.equals("unreachable")).toList();
			int i = 0;
			for (FakeNode caller : callers) {
				for (FakeNode target : targets) {
					boolean near = caller.zone.equals(target.zone);
					if (caller.state.equals("unreachable") || target.state.equals("drained")
							|| (!near && i++ % 11 != 0)) {
						continue;
					}
					double calls = this.callsPerSecond / pairs / callers.size() / Math.max(1, targets.size() / 3 + 1)
							* (0.8 + 0.4 * this.random.nextDouble());
					all.add(edge(caller, target, calls, dead.contains(target)));
				}
			}
		}));
		return all;
	}

	private Map<String, Object> edge(FakeNode caller, FakeNode target, double calls, boolean fails) {
		Map<String, Object> edge = new LinkedHashMap<>();
		edge.put("from", caller.id);
		edge.put("to", target.id);
		edge.put("service", "shop." + target.application);
		edge.put("rate", rate(calls, fails ? calls : 0, base(target.application)));
		return edge;
	}

	private int base(String application) {
		return 400 + Math.abs(application.hashCode() % 7) * 350;
	}

	private Map<String, Object> rate(double calls, double failures, int base) {
		Map<String, Object> rate = new LinkedHashMap<>();
		rate.put("calls", round(calls));
		rate.put("failures", round(failures));
		rate.put("p50Us", (calls > 0) ? base + this.random.nextInt(200) : null);
		rate.put("p99Us", (calls > 0) ? base * 4 + this.random.nextInt(900) : null);
		return rate;
	}

	private static double round(double value) {
		return Math.round(value * 100) / 100.0;
	}

	private Map<String, Object> sum(@Nullable List<Map<String, Object>> edges, int base) {
		double calls = 0;
		double failures = 0;
		for (Map<String, Object> edge : (edges != null) ? edges : List.<Map<String, Object>>of()) {
			Map<?, ?> rate = (Map<?, ?>) edge.get("rate");
			calls += (Double) rate.get("calls");
			failures += (Double) rate.get("failures");
		}
		return rate(calls, failures, base);
	}

	private Map<String, Object> node(FakeNode node, @Nullable List<Map<String, Object>> in) {
		boolean reachable = !node.state.equals("unreachable");
		boolean listens = !node.application.equals("web");
		Map<String, Object> told = new LinkedHashMap<>();
		told.put("id", node.id);
		told.put("application", node.application);
		told.put("applicationVersion", node.version);
		told.put("maculaVersion", "0.1.0");
		told.put("endpoint", node.endpoint);
		told.put("zone", node.zone);
		told.put("state", listens ? node.state : "calls-only");
		told.put("reachable", reachable && listens);
		told.put("since", node.since);
		told.put("reason", node.reason);
		told.put("listens", listens);
		told.put("ageMs", System.currentTimeMillis() - this.started + node.age);
		told.put("weight", node.weight);
		told.put("lease", "granted");
		told.put("inFlight", reachable ? this.random.nextInt(6) : 0);
		told.put("accepted", 81234);
		told.put("refused", 0);
		told.put("access", node.access);
		told.put("trouble", null);
		told.put("rate", reachable ? sum(in, base(node.application)) : rate(0, 0, 1));
		told.put("metadata", Map.of("rack", "r" + node.id.hashCode() % 8));
		return told;
	}

	private List<Map<String, Object>> services(Map<String, List<Map<String, Object>>> byTarget) {
		List<Map<String, Object>> all = new ArrayList<>();
		for (String name : APPS.keySet()) {
			List<FakeNode> serving = this.nodes.stream().filter((node) -> node.application.equals(name)).toList();
			if (name.equals("web")) {
				continue;
			}
			List<Map<String, Object>> in = new ArrayList<>();
			Map<String, List<String>> versions = new TreeMap<>();
			List<Map<String, Object>> instances = new ArrayList<>();
			for (FakeNode node : serving) {
				in.addAll(byTarget.getOrDefault(node.id, List.of()));
				versions.computeIfAbsent(version(node), (version) -> new ArrayList<>()).add(node.id);
				instances.add(Map.of("node", node.id, "version", version(node)));
			}
			Map<String, Object> rate = sum(in, base(name));
			Map<String, Object> service = new LinkedHashMap<>();
			service.put("name", "shop." + name);
			service.put("contract", "com.example.shop." + name.substring(0, 1).toUpperCase() + name.substring(1));
			service.put("instances", instances);
			service.put("versions", versions);
			service.put("skew", versions.size() > 1);
			service.put("rate", rate);
			service.put("methods",
					List.of(Map.of("name", "find", "rate", rate), Map.of("name", "reserve", "rate", rate(2, 0, 900))));
			all.add(service);
		}
		return all;
	}

	static String version(String application, int number) {
		return application.equals("pricing") && number % 5 == 4 ? "9be1c07d55aa10e2" : "4f02aa91c7d3e6b8";
	}

	private static String version(FakeNode node) {
		return version(node.application, node.number);
	}

	private Map<String, Object> instance(Map<String, Object> edge) {
		Map<?, ?> rate = (Map<?, ?>) edge.get("rate");
		FakeNode caller = node((String) edge.get("from"));
		FakeNode target = node((String) edge.get("to"));
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("caller", caller.id);
		row.put("client", edge.get("service"));
		row.put("service", edge.get("service"));
		row.put("node", target.id);
		row.put("endpoint", target.endpoint);
		row.put("zone", target.zone);
		row.put("weight", target.weight);
		row.put("state", caller.ejected.contains(target.id) ? "ejected"
				: target.state.equals("unreachable") ? "unreachable" : "usable");
		row.put("attempts", rate.get("calls"));
		row.put("failures", rate.get("failures"));
		row.put("inFlight", this.random.nextInt(3));
		row.put("p50Us", rate.get("p50Us"));
		row.put("p99Us", rate.get("p99Us"));
		row.put("version", version(target));
		row.put("detail", null);
		return row;
	}

	private Map<String, Object> connection(Map<String, Object> edge) {
		Map<?, ?> rate = (Map<?, ?>) edge.get("rate");
		double calls = (Double) rate.get("calls");
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("from", edge.get("from"));
		row.put("endpoint", node((String) edge.get("to")).endpoint);
		row.put("node", edge.get("to"));
		row.put("number", 1);
		row.put("state", "ready");
		row.put("rttUs", 300 + this.random.nextInt(400));
		row.put("inFlight", this.random.nextInt(3));
		row.put("calls", calls);
		row.put("sent", calls * 180);
		row.put("received", calls * 420);
		row.put("lost", 0.0);
		return row;
	}

	/** Ten minutes that went before, with a dip in them. */
	synchronized Map<String, Object> history() {
		int steps = 300;
		Map<String, Object> services = new LinkedHashMap<>();
		APPS.forEach((name, app) -> {
			List<Double> calls = new ArrayList<>();
			List<Double> failures = new ArrayList<>();
			List<Integer> p99 = new ArrayList<>();
			double usual = this.callsPerSecond / APPS.size();
			for (int i = 0; i < steps; i++) {
				boolean bad = i > 210 && i < 232;
				calls.add(round(
						usual * (0.9 + 0.1 * Math.sin(i / 14.0) + 0.08 * this.random.nextDouble()) * (bad ? 0.7 : 1)));
				failures.add(bad ? round(usual * 0.05 * this.random.nextDouble()) : 0);
				p99.add(base(name) * (bad ? 9 : 4) + this.random.nextInt(900));
			}
			services.put("shop." + name, Map.of("calls", calls, "failures", failures, "p99Us", p99));
		});
		services.remove("shop.web");
		return Map.of("stepMs", 2000, "from", System.currentTimeMillis() - steps * 2000L, "services", services, "nodes",
				Map.of());
	}

	private record App(int part, List<String> calls) {

	}

	private static final class FakeNode {

		private final String id;

		private final String application;

		private final int number;

		private final String zone;

		private final String endpoint;

		private final String version;

		private final long age;

		private final List<String> ejected = new ArrayList<>();

		private String state = "serving";

		private String access = "write";

		private @Nullable String reason;

		private long since = System.currentTimeMillis();

		private int weight = 100;

		FakeNode(String application, int number, String zone) {
			this.id = "%s-%s".formatted(application,
					Integer.toHexString((application.hashCode() * 31 + number) & 0xffff) + "-" + number);
			this.application = application;
			this.number = number;
			this.zone = zone;
			this.endpoint = "10.0.%d.%d:7400".formatted(Math.abs(application.hashCode()) % 250, number + 1);
			this.version = "2.%d.0".formatted(number % 7 == 0 ? 4 : 3);
			this.age = 3_600_000L * (5 + number);
		}

	}

}
