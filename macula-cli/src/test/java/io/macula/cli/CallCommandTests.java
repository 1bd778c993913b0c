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
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls with JSON: each shape of a method, each way to give arguments, each refusal. */
@Timeout(30)
class CallCommandTests {

	private static final String ORDER = """
			{"id":"o1","total":12.50,"state":"OPEN","lines":[{"article":"tea","pieces":2}],"within":"PT2H"}""";

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

	private static void answers(CommandRun run, String json) {
		assertThat(run.err()).isEmpty();
		assertThat(run.code()).isZero();
		assertThat(Json.line(run.json())).isEqualTo(json);
	}

	private static void refused(CommandRun run, ExitCode code, String... parts) {
		assertThat(run.err()).startsWith("macula: ").contains(parts);
		assertThat(run.err().lines()).hasSizeLessThanOrEqualTo(2);
		assertThat(run.out()).isEmpty();
		assertThat(run.code()).isEqualTo(code.number());
	}

	@Test
	void aCallAnswersWithJson() {
		answers(realm.run("call", "shop.orders/find", "\"4711\""),
				"{\"id\":\"4711\",\"total\":12.50,\"state\":\"OPEN\",\"lines\":[{\"article\":\"tea\",\"pieces\":2}],\"within\":\"PT2H\"}");
	}

	@Test
	void aTextNeedsNoQuotationMarksAndMayLookLikeANumber() {
		assertThat(realm.run("call", "shop.orders/find", "4711").json().get("id").asString()).isEqualTo("4711");
		assertThat(realm.run("call", "shop.orders/find", "some order").json().get("id").asString())
			.isEqualTo("some order");
		assertThat(realm.run("call", "shop.orders/find", "[\"a\"]").json().get("id").asString()).isEqualTo("a");
		assertThat(realm.run("call", "shop.orders/find", "{\"id\": \"b\"}").json().get("id").asString()).isEqualTo("b");
	}

	@Test
	void severalArgumentsAreGivenOneByOneOrAsAnArrayOrByName() {
		String answer = "{\"id\":\"o1x2\",\"total\":25.00,\"state\":\"OPEN\",\"lines\":[{\"article\":\"tea\",\"pieces\":2}],\"within\":\"PT2H\"}";
		answers(realm.run("call", "shop.orders/place", ORDER, "2"), answer);
		answers(realm.run("call", "shop.orders/place", "[" + ORDER + ", 2]"), answer);
		answers(realm.run("call", "shop.orders/place", "{\"copies\": 2, \"order\": " + ORDER + "}"), answer);
	}

	@Test
	void constantsNeedNoQuotationMarksEither() {
		answers(realm.run("call", "shop.orders/mark", "a", "OPEN", "SHIPPED", "PT1S"), "\"a OPEN SHIPPED PT1S\"");
		answers(realm.run("call", "shop.orders/mark", "", "OPEN", "null", "null"), "\" OPEN null null\"");
		refused(realm.run("call", "shop.orders/mark", "a", "OPN", "null", "null"), ExitCode.USAGE,
				"Argument state of mark does not fit at $: \"OPN\" is not known: Did you mean OPEN?");
		refused(realm.run("call", "shop.orders/place", ORDER, ""), ExitCode.USAGE,
				"Argument copies of place is no JSON: it is empty");
	}

	@Test
	void whoNamesArgumentsMayLeaveOutWhatIsOptional() {
		answers(realm.run("call", "shop.orders/mark", "{\"id\": \"a\", \"state\": \"OPEN\"}"), "\"a OPEN null null\"");
		refused(realm.run("call", "shop.orders/mark", "{\"id\": \"a\", \"before\": \"OPEN\"}"), ExitCode.USAGE,
				"Argument state of mark is missing");
		refused(realm.run("call", "shop.orders/mark", "{\"id\": \"a\", \"stat\": \"OPEN\"}"), ExitCode.USAGE,
				"Method mark has no argument 'stat': Did you mean state? expected id, state, before, within");
	}

	@Test
	void timesAndBytesAreCheckedBeforeTheyAreSent() {
		refused(realm.run("call", "shop.orders/mark", "a", "OPEN", "null", "5s"), ExitCode.USAGE,
				"Argument within of mark does not fit at $: expected a duration such as \"PT30S\", but it is \"5s\"",
				"Nothing was sent");
		refused(realm.run("call", "shop.orders/reverse", "!!"), ExitCode.USAGE, "expected bytes in Base64");
		refused(realm.run("call", "shop.orders/reverse", "!!", "--unchecked"), ExitCode.FAILED, "INVALID_ARGUMENT");
	}

	@Test
	void theNumberOfArgumentsIsToldAndWhereAStreamIsGiven() {
		refused(realm.run("call", "shop.orders/sum", "[1,2]"), ExitCode.USAGE,
				"Method sum takes no arguments, but there is 1: expected its stream, one JSON a line, from the standard input"
						+ " or --elements @FILE");
		refused(realm.run("call", "shop.orders/find"), ExitCode.USAGE,
				"Method find takes 1 argument (id), but there are 0: expected one JSON for each");
		refused(realm.run("call", "shop.orders/count", "1"), ExitCode.USAGE,
				"Method count takes no arguments, but there is 1: expected none");
	}

	@Test
	void argumentsComeFromFilesAndFromTheStandardInput() throws IOException {
		Files.writeString(home.resolve("order.json"), ORDER);
		assertThat(realm.run("call", "shop.orders/place", "@order.json", "3").json().get("id").asString())
			.isEqualTo("o1x3");
		// A path that this very process can read, as it is outside of tests.
		assertThat(realm.run("call", "shop.orders/place", "@" + home.resolve("order.json").toAbsolutePath(), "3")
			.json()
			.get("id")
			.asString()).isEqualTo("o1x3");
		assertThat(realm.runWithInput(ORDER, "call", "shop.orders/place", "-", "4").json().get("id").asString())
			.isEqualTo("o1x4");
	}

	@Test
	void methodsWithoutArgumentsOrResultsAndWithBytes() {
		answers(realm.run("call", "shop.orders/count"), "7");
		CommandRun nothing = realm.run("call", "shop.orders/forget", "a");
		assertThat(nothing).isEqualTo(new CommandRun(0, "", ""));
		answers(realm.run("call", "shop.orders/reverse", "AAEC"), "\"AgEA\"");
	}

	@Test
	void aStreamIsOneJsonALine() {
		CommandRun run = realm.run("call", "shop.orders/all", "3");
		assertThat(run.err()).isEmpty();
		assertThat(run.out().lines()).hasSize(3).element(2).asString().startsWith("{\"id\":\"o3\",\"total\":12.50,");
	}

	@Test
	void elementsAreReadOneALine() throws IOException {
		answers(realm.runWithInput("1\n\n2\n39\n", "call", "shop.orders/sum"), "42");
		Files.writeString(home.resolve("words"), "\"tea\"\nmilk\n");
		CommandRun run = realm.run("call", "shop.orders/upper", "_", "--elements", "@words");
		assertThat(run.out()).isEqualTo("\"_TEA\"\n\"_MILK\"\n");
	}

	@Test
	void theStandardInputIsReadOnce() {
		refused(realm.runWithInput("\"_\"", "call", "shop.orders/upper", "-"), ExitCode.USAGE,
				"The standard input (-) is there once");
		refused(realm.runWithInput(ORDER, "call", "shop.orders/place", "-", "-"), ExitCode.USAGE,
				"The standard input (-) is there once");
	}

	@Test
	void anElementThatDoesNotFitEndsTheCallWithItsLine() {
		refused(realm.runWithInput("1\ntwo\n", "call", "shop.orders/sum"), ExitCode.USAGE,
				"The element in line 2 of sum is no JSON");
		refused(realm.runWithInput("1\n\"two\"\n", "call", "shop.orders/sum"), ExitCode.USAGE,
				"The element in line 2 of sum does not fit at $: expected a whole number, but it is \"two\"");
	}

	@Test
	void theTraceTellsEachAttempt() {
		CommandRun run = realm.run("call", "shop.orders/find", "a", "--trace", "--instance", "orders-2");
		assertThat(run.code()).isZero();
		assertThat(run.err()).matches("attempt 1  orders-2 at 127.0.0.1:\\d+  [0-9.]+ ms  OK\n");
		CommandRun failed = realm.run("call", "shop.orders/find", "broken", "--trace");
		assertThat(failed.err().lines()).element(0).asString().startsWith("attempt 1  orders-").contains("UNKNOWN");
	}

	@Test
	void whatDoesNotFitIsNotSentAndItsPathIsNamed() {
		refused(realm.run("call", "shop.orders/place", ORDER.replace("2}", "\"two\"}"), "1"), ExitCode.USAGE,
				"Argument order of place does not fit at $.lines[0].pieces: expected a whole number, but it is \"two\"",
				"Nothing was sent");
		refused(realm.run("call", "shop.orders/place", ORDER.replace("total", "totl"), "1"), ExitCode.USAGE,
				"$.totl is not known: Did you mean total? expected one of ");
		refused(realm.run("call", "shop.orders/place", ORDER.replace("OPEN", "OPN"), "1"), ExitCode.USAGE,
				"$.state: \"OPN\" is not known: Did you mean OPEN? expected one of OPEN, SHIPPED");
		refused(realm.run("call", "shop.orders/place", "{\"id\": }", "1"), ExitCode.USAGE,
				"Argument order of place is no JSON: ", "(line 1, column ");
		refused(realm.run("call", "shop.orders/place", ORDER), ExitCode.USAGE,
				"Method place takes 2 arguments (order, copies), but there is 1");
	}

	@Test
	void uncheckedGoesAllTheSameAndTheProviderSaysWhatIsWrong() {
		refused(realm.run("call", "shop.orders/place", ORDER.replace("OPEN", "OPN"), "1", "--unchecked"),
				ExitCode.FAILED, "INVALID_ARGUMENT", "OPN");
	}

	@Test
	void namesThatAreNotKnownGiveTheNearest() {
		refused(realm.run("call", "shop.order/find", "a"), ExitCode.NOT_FOUND,
				"There is no service 'shop.order' in realm 'shop': Did you mean shop.orders?");
		refused(realm.run("call", "shop.orders/fnid", "a"), ExitCode.NOT_FOUND,
				"Service 'shop.orders' has no method 'fnid': Did you mean find?");
		refused(realm.run("call", "shop.orders/find", "a", "--instance", "order-1"), ExitCode.NOT_FOUND,
				"Node 'order-1' does not serve shop.orders: Did you mean orders-1?");
		refused(realm.run("call", "shop.orders", "a"), ExitCode.USAGE, "'shop.orders' names no method");
	}

	@Test
	void failuresOfTheOtherSideHaveTheirCodes() {
		refused(realm.run("call", "shop.orders/find", "none"), ExitCode.NOT_FOUND, "NOT_FOUND: ", "no such order",
				"; order: none");
		refused(realm.run("call", "shop.orders/find", "secret"), ExitCode.NOT_PERMITTED, "PERMISSION_DENIED");
		refused(realm.run("call", "shop.orders/find", "broken"), ExitCode.FAILED, "UNKNOWN");
		refused(realm.run("call", "shop.orders/hang", "--deadline", "300ms"), ExitCode.FAILED, "DEADLINE_EXCEEDED");
		refused(realm.run("call", "shop.orders/hang", "--deadline", "soon"), ExitCode.USAGE,
				"deadline 'soon' from --deadline is not valid: expected a duration such as 500ms");
		refused(realm.run("call", "shop.orders/count", "--metadata", "x"), ExitCode.USAGE, "expected KEY=VALUE");
		refused(realm.run("call", "shop.orders/count", "--codec", "cbor"), ExitCode.USAGE, "codec 'cbor' from --codec");
	}

}
