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

package io.macula.operations;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What happened at a node in a second, worked out from two successive statuses of it.
 * Entries that are the same object in both have not changed and cost nothing. Immutable.
 *
 * @param served rate by service
 * @param methods rate by method, by service
 * @param edges its callers
 * @param instances whom it calls
 * @param connections its connections
 */
record NodeRates(Map<String, Rate> served, Map<String, Map<String, Rate>> methods, List<RealmPicture.Edge> edges,
		List<RealmPicture.Instance> instances, List<RealmPicture.Connection> connections) {

	static final NodeRates NONE = new NodeRates(Map.of(), Map.of(), List.of(), List.of(), List.of());

	/** Nothing happens any more. */
	static NodeRates silent(NodeStatus status) {
		return between(status, status);
	}

	/** The first status of an incarnation has rates of 0. */
	static NodeRates between(@Nullable NodeStatus before, NodeStatus now) {
		boolean same = before != null && before.node().incarnation() == now.node().incarnation();
		NodeStatus then = (before != null && same) ? before : now;
		double seconds = now.life().age().minus(then.life().age()).toNanos() / 1e9;
		String node = now.node().nodeId();
		Map<String, Rate> served = new LinkedHashMap<>();
		Map<String, Map<String, Rate>> methods = new LinkedHashMap<>();
		Map<String, NodeStatus.ServiceStatus> services = byKey(then.services());
		for (NodeStatus.ServiceStatus service : now.services()) {
			NodeStatus.ServiceStatus old = services.get(service.key());
			Map<String, Rate> own = methods(old, service, seconds);
			methods.put(service.name(), own);
			served.put(service.name(), served(old, service, own, seconds));
		}
		List<RealmPicture.Edge> edges = each(then.callers(), now.callers(),
				(old, caller) -> new RealmPicture.Edge(caller.nodeId(), node, caller.service(),
						rate((old != null) ? old.counted() : Counted.NONE, caller.counted(), seconds)));
		List<RealmPicture.Instance> instances = each(then.instances(), now.instances(),
				(old, instance) -> new RealmPicture.Instance(node, instance,
						rate((old != null) ? old.attempts() : 0, instance.attempts(), seconds),
						rate((old != null) ? sum(old.failures()) : 0, sum(instance.failures()), seconds)));
		List<RealmPicture.Connection> connections = each(then.connections(), now.connections(),
				(old, connection) -> new RealmPicture.Connection(node, connection,
						rate((old != null) ? old.calls() : 0, connection.calls(), seconds),
						rate((old != null) ? old.bytesSent() : 0, connection.bytesSent(), seconds),
						rate((old != null) ? old.bytesReceived() : 0, connection.bytesReceived(), seconds),
						rate((old != null) ? old.packetsLost() : 0, connection.packetsLost(), seconds)));
		return new NodeRates(served, methods, edges, instances, connections);
	}

	/** All services of the node. */
	Rate all() {
		Rate all = Rate.NONE;
		for (Rate rate : this.served.values()) {
			all = all.and(rate);
		}
		return all;
	}

	private static Rate served(NodeStatus.@Nullable ServiceStatus old, NodeStatus.ServiceStatus now,
			Map<String, Rate> methods, double seconds) {
		double calls = rate((old != null) ? old.calls() : 0, now.calls(), seconds);
		double failures = rate((old != null) ? sum(old.failures()) : 0, sum(now.failures()), seconds);
		if (calls == 0 && failures == 0) {
			return Rate.NONE;
		}
		Rate latency = Rate.NONE;
		for (Rate method : methods.values()) {
			latency = latency.and(method);
		}
		return new Rate(calls, failures, latency.latency());
	}

	private static Map<String, Rate> methods(NodeStatus.@Nullable ServiceStatus old, NodeStatus.ServiceStatus now,
			double seconds) {
		Map<String, Counted> before = new HashMap<>();
		if (old != null) {
			old.methods().forEach((method) -> before.put(method.name(), method.counted()));
		}
		Map<String, Rate> rates = new LinkedHashMap<>();
		now.methods()
			.forEach((method) -> rates.put(method.name(),
					rate(before.getOrDefault(method.name(), Counted.NONE), method.counted(), seconds)));
		return rates;
	}

	private static <T extends Keyed, R> List<R> each(List<T> before, List<T> now, Pair<T, R> pair) {
		Map<String, T> old = byKey(before);
		List<R> all = new ArrayList<>(now.size());
		for (T entry : now) {
			all.add(pair.of(old.get(entry.key()), entry));
		}
		return all;
	}

	private static <T extends Keyed> Map<String, T> byKey(List<T> list) {
		Map<String, T> map = new HashMap<>();
		list.forEach((entry) -> map.put(entry.key(), entry));
		return map;
	}

	private static long sum(Map<String, Long> failures) {
		return failures.values().stream().mapToLong(Long::longValue).sum();
	}

	private static Rate rate(Counted before, Counted now, double seconds) {
		if (seconds <= 0 || now.equals(before)) {
			return Rate.NONE;
		}
		// Fewer than before: they were forgotten, and counted anew.
		return Rate.of((now.calls() < before.calls()) ? now : now.since(before), seconds);
	}

	private static double rate(long before, long now, double seconds) {
		if (seconds <= 0 || before == now) {
			return 0;
		}
		return ((now < before) ? now : now - before) / seconds;
	}

	/** Makes one of an entry and what it was before: nothing where it is new. */
	@FunctionalInterface
	private interface Pair<T, R> {

		R of(@Nullable T before, T now);

	}

}
