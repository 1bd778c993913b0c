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

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Without a terminal. */
@Timeout(30)
class TopCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Test
	void withoutATerminalThereIsATableEachInterval() {
		CommandRun run = realm.run("top", "--interval", "500ms", "--for", "2s");
		assertThat(run.code()).as(run.err()).isZero();
		assertThat(run.out().split("SERVICE / INSTANCE", -1).length).isBetween(3, 6);
		assertThat(run.out()).contains("realm shop  1 nodes", "  orders-1").doesNotContain("\u001b");
	}

	@Test
	void programsGetALineEachInterval() {
		CommandRun run = realm.run("top", "--interval", "500ms", "--for", "5s", "-o", "json");
		assertThat(run.code()).as(run.err()).isZero();
		JsonNode last = Json.tree(run.out().lines().reduce("", (one, other) -> other));
		assertThat(last.at("/services/0/service").asString()).isEqualTo("shop.orders");
		assertThat(last.at("/services/0/instances/0/node").asString()).isEqualTo("orders-1");
	}

	@Test
	void whatCannotBeMeantIsWrongUsage() {
		assertThat(realm.run("top", "--sort", "colour").err())
			.contains("'colour' from --sort is not valid: expected calls");
		assertThat(realm.run("top", "--interval", "50ms").err()).contains("expected 200ms to 1m");
	}

}
