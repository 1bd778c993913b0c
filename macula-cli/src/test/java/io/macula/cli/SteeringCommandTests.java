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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.node.RealmNode;
import io.macula.operations.OperationsAccess;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Steering: what is said before, what is asked, what happens, who may not. */
@Timeout(30)
class SteeringCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	private static RealmNode first;

	private static RealmNode second;

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		first = realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
		second = realm.add("orders-2", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
		realm.add("readable", (node) -> node.operations(OperationsAccess.of(OperationsAccess.Level.READ)));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	private static String[] everybody(String... arguments) {
		List<String> all = new ArrayList<>(
				List.of("--realm", "shop", "--seeds", "127.0.0.1:" + first.port(), "--timeout", "20s"));
		all.addAll(List.of(arguments));
		return all.toArray(new String[0]);
	}

	private static CommandRun run(String... arguments) {
		return CommandRun.of(home, Map.of(), "", everybody(arguments));
	}

	private static CommandRun typed(String answer, String... arguments) {
		return CommandRun.of(
				new Surroundings(Map.of(), home, home,
						new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), true, false),
				everybody(arguments));
	}

	private static String state(String nodeId) {
		for (var node : run("nodes", "-o", "json").json().get("nodes")) {
			if (node.get("node").asString().equals(nodeId)) {
				return node.get("state").asString();
			}
		}
		return "gone";
	}

	@Test
	void aNodeIsDrainedAndResumedOnceThatIsConfirmed() {
		CommandRun no = typed("n\n", "drain", "orders-2");
		assertThat(no.code()).isEqualTo(ExitCode.DECLINED.number());
		assertThat(no.err()).contains(
				"node orders-2 (orders 1.4.2) will get no new calls until 'macula resume orders-2';"
						+ " 0 calls in flight are finished.",
				"shop.orders: 1 other instance stays.", "Go on? [y/N] ", "macula: Nothing was done");
		assertThat(state("orders-2")).isEqualTo("serving");
		CommandRun yes = typed("y\n", "drain", "orders-2");
		assertThat(yes.code()).as(yes.err()).isZero();
		assertThat(yes.out()).startsWith("Node orders-2 drains; 'macula resume orders-2' ends that.");
		assertThat(state("orders-2")).isEqualTo("drained");
		assertThat(typed("", "drain", "orders-1").err())
			.contains("shop.orders: NO other instance takes calls, so that calls will fail.");
		CommandRun resumed = typed("", "resume", "orders-2", "--yes", "-o", "json");
		assertThat(resumed.code()).isZero();
		assertThat(resumed.json().at("/steps/0/done").asBoolean()).isTrue();
		assertThat(state("orders-2")).isEqualTo("serving");
	}

	@Test
	void withoutATerminalNothingIsDoneUnlessThatIsSaid() {
		CommandRun run = run("drain", "orders-2");
		assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
		assertThat(run.err()).startsWith("macula: There is no terminal at which this could be confirmed: --yes does")
			.hasLineCount(1);
		assertThat(state("orders-2")).isEqualTo("serving");
	}

	@Test
	void whoMayOnlyLookIsToldTheSetting() {
		CommandRun run = run("drain", "readable", "--yes");
		assertThat(run.code()).isEqualTo(ExitCode.NOT_PERMITTED.number());
		assertThat(run.err()).contains("PERMISSION_DENIED", "macula.operations.access is 'read'; expected 'write'");
	}

	@Test
	void aWeightIsChanged() {
		CommandRun asked = typed("", "weight", "orders-1", "300");
		assertThat(asked.err()).contains("will have weight 300 instead of 100.",
				"its share of the calls of weighted strategies goes from 50.0 % to 75.0 %.");
		assertThat(run("weight", "orders-1", "300", "-y").out()).isEqualTo("Node orders-1 has weight 300.\n");
		assertThat(run("instances", "shop.orders", "-o", "json").json().at("/instances/0/weight").asInt())
			.isEqualTo(300);
		assertThat(run("weight", "orders-1", "100", "-y").code()).isZero();
		CommandRun wrong = run("weight", "orders-1", "0", "-y");
		assertThat(wrong.code()).isEqualTo(ExitCode.USAGE.number());
		assertThat(run("weight", "orders-1", "much", "-y").code()).isEqualTo(ExitCode.USAGE.number());
	}

	@Test
	void anInstanceIsEjectedAtOneNodeOrEverywhereAndRestored() {
		Orders orders = first.client().proxy(Orders.class, "shop.orders");
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> orders.count() == 7 && first.client().clients().get(0).instances().size() == 2);
		CommandRun run = run("eject", "orders-2", "--everywhere", "--reason", "a new disk", "--yes");
		assertThat(run.err()).isEmpty();
		assertThat(run.out()).isEqualTo("Node orders-1 leaves orders-2 out.\n");
		assertThat(first.report("shop.orders").instances()).anyMatch(
				(each) -> each.nodeId().equals("orders-2") && each.state().toString().equalsIgnoreCase("ejected"));
		CommandRun last = run("eject", "orders-1", "--at", "orders-1", "--yes");
		assertThat(last.code()).isEqualTo(ExitCode.FAILED.number());
		assertThat(last.err()).contains("INVALID_ARGUMENT");
		assertThat(run("restore", "orders-2", "--at", "orders-1", "--yes").out())
			.isEqualTo("Node orders-1 uses orders-2.\n");
	}

	@Test
	void restoredEverywhereIsWhereverItIsLeftOut() {
		for (RealmNode caller : List.of(first, second)) {
			Orders orders = caller.client().proxy(Orders.class, "shop.orders");
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> orders.count() == 7 && caller.client().clients().get(0).instances().size() == 2);
		}
		assertThat(run("eject", "orders-1", "--at", "orders-2", "--yes").code()).isZero();
		CommandRun run = run("restore", "orders-1", "--everywhere", "--yes");
		assertThat(run.out()).isEqualTo("Node orders-2 uses orders-1.\n");
		assertThat(run.code()).as(run.err()).isZero();
		CommandRun again = run("restore", "orders-1", "--everywhere", "--yes");
		assertThat(again.code()).isEqualTo(ExitCode.FAILED.number());
	}

	@Test
	void whoIsNotThereIsNotFound() {
		CommandRun node = run("drain", "orders-3", "-y");
		assertThat(node.code()).isEqualTo(ExitCode.NOT_FOUND.number());
		assertThat(node.err()).contains("There is no node 'orders-3' in realm 'shop': Did you mean orders-1?");
		CommandRun instance = run("eject", "nobody", "--everywhere", "-y");
		assertThat(instance.code()).isEqualTo(ExitCode.NOT_FOUND.number());
		CommandRun client = run("eject", "orders-2", "--at", "orders-1", "--client", "x", "-y");
		assertThat(client.code()).isEqualTo(ExitCode.NOT_FOUND.number());
		assertThat(run("eject", "orders-2", "-y").code()).isEqualTo(ExitCode.USAGE.number());
		assertThat(run("eject", "orders-2", "-y", "--at", "a", "--everywhere").code())
			.isEqualTo(ExitCode.USAGE.number());
	}

}
