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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/**
 * Meters of a node, beside those that its Observations make: {@link NodeMeters}, and
 * {@link ClientMeters} of each client service. All that one scrape reads comes from the
 * same report. No meter has the name of a node or an address among its tags.
 */
final class NodeMetrics implements MeterBinder, ApplicationListener<ApplicationReadyEvent> {

	private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final RealmNode node;

	private final LongSupplier nanoTime;

	private final List<MeterRegistry> registries = new ArrayList<>();

	private @Nullable NodeReport report;

	private long reportNanoTime;

	NodeMetrics(RealmNode node, LongSupplier nanoTime) {
		this.node = node;
		this.nanoTime = nanoTime;
	}

	@Override
	public synchronized void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		register(registry, this.node.report());
	}

	/** All clients have been made by now, and the node has its directory. */
	@Override
	public synchronized void onApplicationEvent(ApplicationReadyEvent event) {
		NodeReport present = this.node.report();
		this.registries.forEach((registry) -> register(registry, present));
	}

	/** What is registered already stays as it is. */
	private void register(MeterRegistry registry, NodeReport present) {
		Meters<NodeReport> meters = new Meters<NodeReport>(registry, this, this::report).tagged("macula.realm",
				present.realm());
		NodeMeters.register(meters, present);
		for (NodeReport.ClientService client : present.clients()) {
			ClientMeters.register(meters.tagged("macula.service", client.service())
				.tagged("macula.client", client.name())
				.of((report) -> client(report, client.name())), client.settings().zoneAware());
		}
	}

	private static NodeReport.@Nullable ClientService client(NodeReport report, String name) {
		return report.clients().stream().filter((client) -> client.name().equals(name)).findFirst().orElse(null);
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

}
