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

import java.util.List;

import io.macula.client.WaitingFigures;
import io.macula.node.NodeReport;
import io.macula.selection.ZoneSpread;

/**
 * Meters of one client service.
 */
final class ClientMeters {

	private static final List<String> STATES = List.of("idle", "connecting", "ready", "suspected", "draining", "failed",
			"ejected");

	private ClientMeters() {
	}

	static void register(Meters<NodeReport.ClientService> client, boolean zoneAware) {
		for (String state : STATES) {
			client.tagged("macula.state", state)
				.gauge("macula.client.instances", "instances", "Instances of the service, by state",
						(report) -> instances(report, state));
		}
		client.gauge("macula.client.in.flight", "attempts", "Attempts that are not answered yet",
				(report) -> report.instances().stream().mapToInt(NodeReport.InstanceState::inFlight).sum());
		client.seconds("macula.client.snapshot.age", "Time since the directory last confirmed the instances",
				NodeReport.ClientService::snapshotAge);
		if (zoneAware) {
			client.gauge("macula.client.near", "ratio",
					"Share of the calls that stay in the zone of this node, of zone-aware client services",
					(report) -> {
						ZoneSpread zones = report.zones();
						return (zones != null) ? zones.near() : null;
					});
		}
		client.counter("macula.client.retries", "retries", "Further attempts after a failed one",
				(report) -> report.retries().retries());
		client.counter("macula.client.hedges", "hedges", "Attempts beside one that was still open",
				(report) -> report.retries().hedges());
		client.gauge("macula.client.retry.budget", "retries", "Retries and hedges that the budget would grant now",
				(report) -> report.retries().budgetLeft());
		client.counter("macula.client.refused.retries", "retries", "Retries and hedges that the budget refused",
				(report) -> report.retries().budgetRefused());
		client.counter("macula.client.ejections", "ejections", "How often an instance was ejected",
				NodeReport.ClientService::ejections);
		waiting(client.of(NodeReport.ClientService::waiting));
	}

	private static int instances(NodeReport.ClientService report, String state) {
		return (int) report.instances().stream().filter((instance) -> instance.state().equals(state)).count();
	}

	private static void waiting(Meters<WaitingFigures> waiting) {
		String description = "Calls that wait for a first instance, for the end of a back-off, or for a connection";
		waiting.tagged("macula.wait", "instance")
			.gauge("macula.client.waiting", "calls", description, WaitingFigures::instance);
		waiting.tagged("macula.wait", "backoff")
			.gauge("macula.client.waiting", "calls", description, WaitingFigures::backoff);
		waiting.tagged("macula.wait", "connection")
			.gauge("macula.client.waiting", "calls", description, WaitingFigures::connection);
	}

}
