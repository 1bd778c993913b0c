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

import java.util.Map;
import java.util.TreeMap;

import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * OUT_OF_SERVICE while a client service has no provider: for the readiness group of an
 * application that is of no use without them.
 */
final class ProvidersHealthIndicator extends AbstractHealthIndicator {

	private final RealmNode node;

	ProvidersHealthIndicator(RealmNode node) {
		super("The node cannot be read");
		this.node = node;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		Map<String, Object> clients = new TreeMap<>();
		for (NodeReport.ClientService client : this.node.report().clients()) {
			clients.put(client.name(), client.instances().size());
			if (client.instances().isEmpty()) {
				builder.outOfService();
			}
		}
		builder.withDetail("instances", clients);
	}

}
