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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.node.RealmNode;
import io.macula.operations.NodeAddress;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What happens while somebody watches. */
@Timeout(40)
class WatchCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	private static RealmNode first;

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		first = realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Test
	void aNodeThatJoinsIsDrainedAndDiesIsToldLineByLine() throws Exception {
		Watch watch = Watch.begin("-o", "json");
		RealmNode second = realm.add("orders-2",
				(node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
		watch.await("\"kind\":\"joined\",\"node\":\"orders-2\"");
		first.operations().drain(NodeAddress.of(Endpoint.parse("127.0.0.1:" + second.port()))).block();
		watch.await("\"kind\":\"drained\",\"node\":\"orders-2\"");
		second.abort();
		watch.await("\"kind\":\"unreachable\",\"node\":\"orders-2\"");
		assertThat(watch.out.toString().lines())
			.allSatisfy((line) -> assertThat(Json.tree(line).get("number").asLong()).isPositive());
	}

	@Test
	void aRealmThatNobodyAnswersForIsUnreachable() {
		CommandRun run = CommandRun.of(home, Map.of(), "", "watch", "--seeds", "127.0.0.1:9", "--timeout", "1s");
		assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE.number());
	}

	@Test
	void theLinesOfPeopleBeginWithTheTime() {
		Watch watch = Watch.begin("shop.orders");
		first.operations().weight(NodeAddress.of(Endpoint.parse(realm.seed())), 50).block();
		watch.await("100 to 50");
		assertThat(watch.out.toString()).containsPattern("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  weight +orders-1  100 to 50");
	}

	/**
	 * A run that goes on.
	 *
	 * @param out standard output
	 * @param err standard error
	 */
	private record Watch(StringWriter out, StringWriter err) {

		static Watch begin(String... arguments) {
			Watch watch = new Watch(new StringWriter(), new StringWriter());
			List<String> all = new ArrayList<>(List.of("watch", "--for", "15s"));
			all.addAll(List.of(arguments));
			Thread thread = new Thread(() -> MaculaCommand
				.commandLine(
						new Surroundings(Map.of(), home, home, new ByteArrayInputStream(new byte[0]), false, false))
				.setOut(new PrintWriter(watch.out))
				.setErr(new PrintWriter(watch.err))
				.execute(realm.options(all.toArray(new String[0]))));
			thread.setDaemon(true);
			thread.start();
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> watch.err.toString().contains("nodes of realm 'shop'; Ctrl-C ends it"));
			return watch;
		}

		void await(String part) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.untilAsserted(() -> assertThat(this.out.toString()).contains(part));
		}

	}

}
