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
package io.macula.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Who lives in the realm, and what is said where nobody answers. */
@Timeout(30)
class NodesCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
		realm.add("orders-2", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Test
	void nodesAreATableForPeople() {
		CommandRun run = realm.run("nodes");
		assertThat(run.err()).isEmpty();
		assertThat(run.code()).isZero();
		assertThat(run.out().lines().toList()).hasSize(3);
		assertThat(run.out().lines().findFirst()).get().asString().startsWith("NODE      STATE    APPLICATION");
		assertThat(run.out()).containsPattern(
				"orders-1  serving  orders       1.4.2    zone-a  127.0.0.1:\\d+  \\d+s +100     write   shop.orders\n");
	}

	@Test
	void nodesAreJsonForPrograms() {
		CommandRun run = realm.run("nodes", "-o", "json");
		JsonNode json = run.json();
		assertThat(json.get("realm").asString()).isEqualTo("shop");
		assertThat(json.get("complete").asBoolean()).isTrue();
		assertThat(json.get("nodes")).hasSize(2);
		assertThat(json.at("/nodes/1/node").asString()).isEqualTo("orders-2");
		assertThat(json.at("/nodes/1/services/0").asString()).isEqualTo("shop.orders");
	}

	@Test
	void aRealmThatNobodyAnswersForIsUnreachable() {
		CommandRun run = CommandRun.of(home, Map.of(), "", "nodes", "--seeds", "127.0.0.1:9", "--timeout", "1s");
		assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE.number());
		assertThat(run.out()).isEmpty();
		assertThat(run.err()).startsWith("macula: No node of realm 'default' answers, asked 127.0.0.1:9 (--seeds): ")
			.contains("127.0.0.1:9, udp: ", "refused (ICMP port unreachable)", " -> start the node",
					"'macula doctor' finds out more")
			.hasLineCount(1);
	}

	@Test
	void anotherSecretIsNotPermitted() {
		CommandRun run = CommandRun.of(home,
				Map.of("MACULA_REALM_SECRET", "Xq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM="), "",
				realm.options("nodes"));
		assertThat(run.err()).contains("trust: this side refuses the node: it has another secret",
				" -> give both sides the same secret");
		assertThat(run.code()).isEqualTo(ExitCode.NOT_PERMITTED.number());
	}

}
