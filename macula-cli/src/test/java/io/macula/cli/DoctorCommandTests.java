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

@Timeout(30)
class DoctorCommandTests {

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
	void theSeedsAreExaminedAndTheSettingsToldWithTheirOrigin() {
		CommandRun run = realm.run("doctor");
		assertThat(run.err()).isEmpty();
		assertThat(run.code()).isZero();
		assertThat(run.out()).contains("ok       setting: realm: shop (--realm)",
				"ok       " + realm.seed() + " udp: IPv4 127.0.0.1",
				realm.seed() + " trust: both sides trust each other");
		assertThat(run.out()).doesNotContain(LoopbackRealm.SECRET);
	}

	@Test
	void anotherSecretFailsAndIsNotShown() {
		String other = "Xq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=";
		CommandRun run = CommandRun.of(home, Map.of("MACULA_REALM_SECRET", other), "",
				realm.options("doctor", "-o", "json"));
		assertThat(run.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(run.out()).contains("(hidden) (MACULA_REALM_SECRET)").doesNotContain(other);
		JsonNode json = run.json();
		assertThat(json.get("works").asBoolean()).isFalse();
		assertThat(
				json.get("findings").valueStream().filter((finding) -> finding.get("check").asString().equals("trust")))
			.singleElement()
			.satisfies((trust) -> assertThat(trust.get("outcome").asString()).isEqualTo("failed"))
			.satisfies((trust) -> assertThat(trust.get("remedy").asString()).contains("same secret"));
	}

	@Test
	void whereNobodyListensThereIsARemedy() {
		CommandRun run = realm.run("doctor", "127.0.0.1:9");
		assertThat(run.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(run.out()).contains("failed   127.0.0.1:9 udp: ", "refused", "         -> start the node");
	}

	@Test
	void whatIsNoAddressIsWrongUsage() {
		CommandRun run = realm.run("doctor", "nonsense");
		assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
		assertThat(run.err()).contains("'nonsense' is no node to examine: expected host:port");
	}

}
