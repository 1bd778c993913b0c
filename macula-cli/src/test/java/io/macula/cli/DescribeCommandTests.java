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
import java.util.List;

import io.macula.operations.ServiceDescriptions.MethodDescription;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Services, their instances and their contracts, also in two versions. */
@Timeout(30)
class DescribeCommandTests {

	@TempDir
	static Path home;

	private static LoopbackRealm realm;

	/** What an older instance still has. */
	interface OlderOrders {

		Orders.Order find(String id);

		String place(Orders.Order order);

		int count();

	}

	@BeforeAll
	static void start() throws IOException {
		realm = new LoopbackRealm(home);
		realm.add("orders-1", (node) -> node.service("shop.orders", Orders.class, new Orders.Handler()));
		realm.add("orders-2", (node) -> node.service("shop.orders", OlderOrders.class, new OlderOrders() {

			@Override
			public Orders.Order find(String id) {
				return Orders.Handler.SAMPLE;
			}

			@Override
			public String place(Orders.Order order) {
				return order.id();
			}

			@Override
			public int count() {
				return 8;
			}

		}));
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Test
	void servicesSayWhenTheirInstancesDiffer() {
		CommandRun run = realm.run("services");
		assertThat(run.code()).isZero();
		assertThat(run.out()).containsPattern("shop.orders  2          2        \\d+ +0         2 versions  io.macula");
		assertThat(run.err()).isEqualTo("macula: instances of shop.orders serve 2 versions of its contract:"
				+ " 'macula describe shop.orders' compares them\n");
		JsonNode json = realm.run("services", "-o", "json").json();
		assertThat(json.at("/services/0/service").asString()).isEqualTo("shop.orders");
		assertThat(json.at("/services/0/versions")).hasSize(2);
	}

	@Test
	void instancesOfAService() {
		CommandRun run = realm.run("instances", "shop.orders");
		assertThat(run.out().lines()).hasSize(3);
		assertThat(run.out()).containsPattern("orders-2  serving  zone-a  100     [\\w-]{11}  ");
		JsonNode json = realm.run("instances", "shop.orders", "-o", "json").json();
		assertThat(json.at("/instances/1/node").asString()).isEqualTo("orders-2");
		CommandRun wrong = realm.run("instances", "shop.oders");
		assertThat(wrong.code()).isEqualTo(ExitCode.NOT_FOUND.number());
		assertThat(wrong.err()).contains("Did you mean shop.orders?");
		assertThat(realm.run("instances").code()).isEqualTo(ExitCode.USAGE.number());
	}

	@Test
	void aNameThatIsNoneEndsNoCommandOfTheShell() {
		MethodDescription method = new MethodDescription("x;touch 'y'", "x()", "VALUE", false, false, null, null,
				List.of(), null, null, List.of());
		assertThat(DescribeCommand.example("shop.orders", method))
			.isEqualTo("macula call 'shop.orders/x;touch '\\''y'\\'''");
	}

	@Test
	void aContractIsToldWithCallsToPaste() {
		CommandRun run = realm.run("describe", "shop.orders/place");
		assertThat(run.err()).isEmpty();
		assertThat(run.out()).contains("place(order: Order, copies: integer) -> Order",
				"macula call shop.orders/place '{\"id\":\"text\",\"lines\":[{\"article\":\"text\",\"pieces\":1}],"
						+ "\"state\":\"OPEN\",\"total\":1.5,\"within\":\"PT30S\"}' 1\n",
				"      state   State\n", "  State\n      OPEN | SHIPPED\n", "      lines   [Line]\n",
				"      within  duration\n", "place(order: Order) -> text");
		assertThat(run.out()).containsPattern("METHOD +[\\w-]{11} +[\\w-]{11}\nplace +\\* +A\n");
	}

	@Test
	void allMethodsOfAllVersionsStandSideBySide() {
		CommandRun run = realm.run("describe", "shop.orders");
		assertThat(run.out()).contains("sum(stream of integer) -> integer", "echo 1 | macula call shop.orders/sum\n",
				"find(id: text) -> Order\n      idempotent\n");
		assertThat(run.out()).containsPattern("all +\\* +missing\n").containsPattern("count +\\* +\\*\n");
		JsonNode json = realm.run("describe", "shop.orders/count", "-o", "json").json();
		assertThat(json.at("/versions/0/methods/0/result/type").asString()).isEqualTo("integer");
		assertThat(json.at("/versions/1/instances/0").asString()).isEqualTo("orders-2");
	}

	/** The example of each method fits its own schema, and the method takes it. */
	@Test
	void examplesFit() {
		JsonNode methods = realm.run("describe", "shop.orders", "-o", "json").json().at("/versions/0/methods");
		for (JsonNode method : methods) {
			for (JsonNode parameter : method.get("parameters")) {
				Schema schema = Schema.of(parameter.get("schema").toString());
				assertThat(schema.misfit(parameter.get("example"))).as(parameter.toString()).isNull();
			}
		}
		assertThat(methods.size()).isGreaterThan(5);
	}

}
