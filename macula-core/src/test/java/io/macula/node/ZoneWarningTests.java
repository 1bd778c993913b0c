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

package io.macula.node;

import java.time.Duration;
import java.util.List;

import ch.qos.logback.classic.Level;
import io.macula.Realm;
import io.macula.client.RealmClient;
import io.macula.client.ServiceSettings;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.StaticDirectory;
import io.macula.node.RealmNodeTests.Calculator;
import io.macula.selection.SelectionStrategies;
import io.macula.testing.LogLines;
import io.macula.tls.InsecureTls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is said where zones are asked for and this node has none.
 */
class ZoneWarningTests {

	private static final ServiceSettings NEAR = ServiceSettings.defaults()
		.withStrategy("zone_aware", SelectionStrategies.zoneAware());

	@RegisterExtension
	final LogLines log = LogLines.of(RealmClient.class).from(Level.WARN);

	private static RealmNode node(@Nullable String zone, ServiceSettings defaults) {
		NodeSettings settings = new NodeSettings(new Realm("test"), "client", zone, List.of(), Duration.ofSeconds(15));
		return RealmNode.builder(settings)
			.tls(InsecureTls.of(settings.realm(), settings.nodeId()))
			.defaults(defaults)
			.directory(DirectoryEngine.of(StaticDirectory.empty(), null, "the test"))
			.build();
	}

	@Test
	void theDefaultsAreToldOfOnceAtTheStart() {
		try (RealmNode node = node(null, NEAR)) {
			node.start();
			assertThat(this.log.at(Level.WARN)).containsExactly("Each client service is zone-aware, but this node has"
					+ " no zone, so that zones make no difference: set macula.node.zone to where this node is, or leave"
					+ " zone-aware out");
			node.client().proxy(Calculator.class, "test.calculator");
			node.stop();
			node.start();
			assertThat(this.log.at(Level.WARN)).hasSize(1);
			assertThat(node.report("test.calculator").zones().reason()).contains("set macula.node.zone");
		}
	}

	@Test
	void aClientServiceIsToldOf() {
		try (RealmNode node = node(null, ServiceSettings.defaults())) {
			node.start();
			node.client().proxy(Calculator.class, "test.calculator");
			assertThat(this.log.at(Level.WARN)).isEmpty();
			node.client().proxy(Calculator.class, "test.calculator", "near", NEAR);
			node.client().proxy(Calculator.class, "test.calculator", "near too", NEAR);
			assertThat(this.log.at(Level.WARN)).singleElement()
				.asString()
				.startsWith("Client service 'near' is zone-aware, but this node has no zone");
		}
	}

	@Test
	void whoHasAZoneIsToldNothing() {
		try (RealmNode node = node("a", NEAR)) {
			node.start();
			node.client().proxy(Calculator.class, "test.calculator");
			assertThat(this.log.at(Level.WARN)).isEmpty();
		}
	}

}
