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

package io.macula.spring.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.selection.ZoneSpread;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Gauges of a node: connections, calls in flight, instances, age of what is known of
 * them. All gauges of one scrape read the same report. No gauge is tagged by address.
 */
final class NodeMetrics implements MeterBinder, ApplicationListener<ApplicationReadyEvent> {

	private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final List<String> STATES = List.of("idle", "connecting", "ready", "suspected", "draining", "failed",
			"ejected");

	private final RealmNode node;

	private final LongSupplier nanoTime;

	private final List<ClientGauges> clientGauges = new ArrayList<>();

	private @Nullable NodeReport report;

	private long reportNanoTime;

	NodeMetrics(RealmNode node, LongSupplier nanoTime) {
		this.node = node;
		this.nanoTime = nanoTime;
	}

	@Override
	public synchronized void bindTo(MeterRegistry registry) {
		gauge(registry, "macula.client.connections", "Open connections to providers",
				(report) -> report.connections().size());
		gauge(registry, "macula.directory.nodes", "Nodes of the realm that are known",
				(report) -> report.directory().nodes());
		gauge(registry, "macula.server.connections", "Connections accepted and open",
				(report) -> (report.provider() != null) ? report.provider().connections() : 0);
		gauge(registry, "macula.server.in.flight", "Calls being served",
				(report) -> (report.provider() != null) ? report.provider().inFlight() : 0);
		ClientGauges gauges = new ClientGauges(registry);
		this.clientGauges.add(gauges);
		gauges.refresh();
	}

	private void gauge(MeterRegistry registry, String name, String description, ToDoubleFunction<NodeReport> value) {
		Gauge.builder(name, this, (metrics) -> value.applyAsDouble(metrics.report()))
			.description(description)
			.register(registry);
	}

	/** All clients have been made by now. */
	@Override
	public synchronized void onApplicationEvent(ApplicationReadyEvent event) {
		this.clientGauges.forEach(ClientGauges::refresh);
	}

	private synchronized NodeReport report() {
		long now = this.nanoTime.getAsLong();
		NodeReport current = this.report;
		if (current == null || now - this.reportNanoTime > REPORT_NANOS) {
			current = this.node.report();
			this.report = current;
			this.reportNanoTime = now;
		}
		return current;
	}

	private NodeReport.@Nullable ClientService client(String name) {
		return report().clients().stream().filter((client) -> client.name().equals(name)).findFirst().orElse(null);
	}

	private double instances(String clientName, String state) {
		NodeReport.ClientService client = client(clientName);
		return (client == null) ? Double.NaN
				: client.instances().stream().filter((instance) -> instance.state().equals(state)).count();
	}

	private double inFlight(String clientName) {
		NodeReport.ClientService client = client(clientName);
		return (client == null) ? Double.NaN
				: client.instances().stream().mapToInt(NodeReport.InstanceState::inFlight).sum();
	}

	private double snapshotAge(String clientName) {
		NodeReport.ClientService client = client(clientName);
		Duration age = (client != null) ? client.snapshotAge() : null;
		return (age != null) ? age.toMillis() / 1000.0 : Double.NaN;
	}

	private double near(String clientName) {
		NodeReport.ClientService client = client(clientName);
		ZoneSpread zones = (client != null) ? client.zones() : null;
		return (zones != null) ? zones.near() : Double.NaN;
	}

	/** Gauges of each client service, in one registry. */
	private final class ClientGauges {

		private final MultiGauge instances;

		private final MultiGauge inFlight;

		private final MultiGauge snapshotAge;

		private final MultiGauge near;

		ClientGauges(MeterRegistry registry) {
			this.instances = MultiGauge.builder("macula.client.instances")
				.description("Instances of the service, by state")
				.register(registry);
			this.inFlight = MultiGauge.builder("macula.client.in.flight")
				.description("Attempts that are not answered yet")
				.register(registry);
			this.snapshotAge = MultiGauge.builder("macula.client.snapshot.age")
				.description("Time since the directory last confirmed the instances")
				.baseUnit("seconds")
				.register(registry);
			this.near = MultiGauge.builder("macula.client.near")
				.description("Share of the calls that stay in the zone of this node, of zone-aware client services")
				.register(registry);
		}

		void refresh() {
			List<NodeReport.ClientService> clients = NodeMetrics.this.node.report().clients();
			List<String> names = clients.stream().map(NodeReport.ClientService::name).toList();
			List<String> zoneAware = clients.stream()
				.filter((client) -> client.settings().zoneAware())
				.map(NodeReport.ClientService::name)
				.toList();
			List<MultiGauge.Row<?>> states = new ArrayList<>();
			for (String name : names) {
				STATES.forEach((state) -> states
					.add(MultiGauge.Row.of(Tags.of("client", name, "state", state), () -> instances(name, state))));
			}
			this.instances.register(states, true);
			this.inFlight.register(rows(names, NodeMetrics.this::inFlight), true);
			this.snapshotAge.register(rows(names, NodeMetrics.this::snapshotAge), true);
			this.near.register(rows(zoneAware, NodeMetrics.this::near), true);
		}

		private static List<MultiGauge.Row<?>> rows(List<String> names, ToDoubleFunction<String> value) {
			List<MultiGauge.Row<?>> rows = new ArrayList<>();
			names.forEach(
					(name) -> rows.add(MultiGauge.Row.of(Tags.of("client", name), () -> value.applyAsDouble(name))));
			return rows;
		}

	}

}
