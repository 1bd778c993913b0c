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

package io.macula.cli.top;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.operations.NodeStatus;
import io.macula.operations.Rate;
import io.macula.operations.RealmPicture;
import org.jspecify.annotations.Nullable;

/**
 * A service with its instances, or one of these. Immutable.
 *
 * @param name name of the service, or node id of the instance
 * @param state state of the node, or how many instances serve
 * @param application the application and its version, or {@code null}
 * @param zone place of the node, or {@code null}
 * @param rate its calls
 * @param inFlight calls being served at the node
 * @param connections connections that the node accepted
 * @param gone whether it left or is unreachable: what is told is what was known last
 * @param instances of a service; none of an instance
 */
public record TopRow(String name, String state, @Nullable String application, @Nullable String zone, Rate rate,
		int inFlight, int connections, boolean gone, List<TopRow> instances) {

	/** Keeps a copy. */
	public TopRow {
		instances = List.copyOf(instances);
	}

	/**
	 * All services of a realm.
	 * @param picture the realm
	 * @return in the order of their names, each with its instances by their ids
	 */
	public static List<TopRow> of(RealmPicture picture) {
		Map<String, List<TopRow>> services = new TreeMap<>();
		for (RealmPicture.Node node : picture.nodes()) {
			NodeStatus status = node.status();
			if (status == null) {
				continue;
			}
			for (NodeStatus.ServiceStatus service : status.services()) {
				services.computeIfAbsent(service.name(), (any) -> new ArrayList<>())
					.add(instance(node, status, rate(picture, node, service.name())));
			}
		}
		List<TopRow> rows = new ArrayList<>();
		services.forEach((name, instances) -> rows.add(service(name, instances, picture.service(name))));
		return rows;
	}

	private static TopRow service(String name, List<TopRow> instances, RealmPicture.@Nullable Service service) {
		long serving = instances.stream().filter((each) -> each.state().equals("serving")).count();
		String state = serving + " of " + instances.size()
				+ ((service != null && service.skew()) ? ", versions differ" : "");
		return new TopRow(name, state, null, null, (service != null) ? service.rate() : Rate.NONE,
				instances.stream().mapToInt(TopRow::inFlight).sum(),
				instances.stream().mapToInt(TopRow::connections).sum(), instances.stream().allMatch(TopRow::gone),
				instances);
	}

	private static TopRow instance(RealmPicture.Node node, NodeStatus status, Rate rate) {
		boolean gone = !node.reachable();
		String application = status.node().application();
		String version = status.node().applicationVersion();
		return new TopRow(node.nodeId(), node.state(),
				(application != null && version != null) ? application + " " + version : application,
				status.node().zone(), gone ? Rate.NONE : rate, gone ? 0 : status.life().inFlight(),
				gone ? 0 : status.life().connections(), gone, List.of());
	}

	/** As the node counted the calls of all its callers. */
	private static Rate rate(RealmPicture picture, RealmPicture.Node node, String service) {
		Rate all = Rate.NONE;
		for (RealmPicture.Edge edge : picture.edges()) {
			if (edge.to().equals(node.nodeId()) && edge.service().equals(service)) {
				all = all.and(edge.rate());
			}
		}
		return all;
	}

	private static double millis(@Nullable Duration latency) {
		return (latency != null) ? latency.toNanos() / 1e6 : 0;
	}

	/**
	 * Median latency.
	 * @return milliseconds, 0 without calls
	 */
	public double p50() {
		return millis(this.rate.p50());
	}

	/**
	 * 99th percentile of the latency.
	 * @return milliseconds, 0 without calls
	 */
	public double p99() {
		return millis(this.rate.p99());
	}

	/** Whether a text is in its names. */
	boolean matches(String filter) {
		return contains(this.name, filter) || contains(this.application, filter) || contains(this.zone, filter)
				|| contains(this.state, filter);
	}

	private static boolean contains(@Nullable String text, String filter) {
		return text != null && text.contains(filter);
	}

	TopRow with(List<TopRow> others) {
		return new TopRow(this.name, this.state, this.application, this.zone, this.rate, this.inFlight,
				this.connections, this.gone, others);
	}

}
