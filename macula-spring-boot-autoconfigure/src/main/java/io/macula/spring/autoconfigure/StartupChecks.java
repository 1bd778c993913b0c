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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.macula.Status;
import io.macula.client.ServiceClient;
import io.macula.log.DurationText;
import io.macula.log.PrintableLogger;
import io.macula.node.NodeReport;
import io.macula.node.RealmNode;
import io.macula.spring.autoconfigure.MaculaProperties.StartupCheck;
import org.slf4j.Logger;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.Ordered;

/**
 * Finds the services that the application calls, and connects to them, before it is
 * ready: a runner, so that the web server answers probes meanwhile, and readiness comes
 * afterwards. Before the application's own runners, which may call.
 */
final class StartupChecks implements ApplicationRunner, Ordered {

	private static final Logger logger = PrintableLogger.of(StartupChecks.class);

	private final RealmNode node;

	private final MaculaSettings settings;

	StartupChecks(RealmNode node, MaculaSettings settings) {
		this.node = node;
		this.settings = settings;
	}

	@Override
	public void run(ApplicationArguments arguments) {
		List<ServiceClient> awaited = awaited();
		// All at once: what is known by then is dialled.
		awaited.forEach((client) -> client.prepare(Duration.ZERO));
		long begin = System.nanoTime();
		List<String> failures = new ArrayList<>();
		for (ServiceClient client : awaited) {
			Duration left = this.settings.startup().timeout().minusNanos(System.nanoTime() - begin);
			Status obstacle = client.prepare(left.isNegative() ? Duration.ZERO : left);
			if (obstacle != null) {
				String failure = "Service " + client.service() + ": " + obstacle.message();
				if (check(client) == StartupCheck.FAIL) {
					failures.add(failure);
				}
				else {
					logger.warn("The application starts, though it could not call a service within {}"
							+ " (macula.client.startup-check=warn). {}", timeout(), failure);
				}
			}
		}
		if (!failures.isEmpty()) {
			throw new FailureAnalyzedException(
					"Within " + timeout() + " the application could call not all services that it needs:\n\n    "
							+ String.join("\n    ", failures),
					"Start a provider of each, or mend what is said there; give them more time with"
							+ " macula.client.startup-timeout; or start without them by"
							+ " macula.client.startup-check=warn, or that of the single service below"
							+ " macula.client.services. Applications that need each other cannot both wait.");
		}
	}

	private String timeout() {
		return DurationText.of(this.settings.startup().timeout());
	}

	/** What this node serves itself is advertised only when the application is ready. */
	private List<ServiceClient> awaited() {
		NodeReport.Provider provider = this.node.report().provider();
		Set<String> own = (provider == null) ? Set.of()
				: provider.services().stream().map(NodeReport.ServedService::name).collect(Collectors.toSet());
		return this.node.client()
			.clients()
			.stream()
			.filter((client) -> check(client) != StartupCheck.NONE && !own.contains(client.service().value()))
			.toList();
	}

	private StartupCheck check(ServiceClient client) {
		StartupSettings startup = this.settings.startup();
		return this.settings.configuredName(client.name()).map(startup.services()::get).orElse(startup.all());
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
