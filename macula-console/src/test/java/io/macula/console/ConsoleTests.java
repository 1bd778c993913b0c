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

package io.macula.console;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Scanner;

import com.jayway.jsonpath.JsonPath;
import jakarta.servlet.http.Cookie;
import io.macula.operations.OperationsAccess.Level;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors;
import org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.test.web.servlet.request.RequestPostProcessor;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the console with a realm of real nodes, in one application.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "macula.realm.name=shop", "macula.node.id=console", "macula.console.steering=true",
				"macula.console.interval=300ms", "macula.console.search=1s", "macula.console.max-browsers=3",
				"macula.console.users.ada.password={noop}secret", "macula.console.users.ada.roles=OPERATOR",
				"macula.console.users.bob.password={noop}secret", "macula.console.users.eve.password={noop}secret",
				"macula.console.users.eve.roles=CALLER" })
@ExtendWith(OutputCaptureExtension.class)
@Timeout(60)
class ConsoleTests {

	private static final TestRealm realm = new TestRealm();

	private static final String ORDER = "{\"sku\":\"x1\",\"price\":12345678901234567890.12,\"notes\":[\"fast\"]}";

	@LocalServerPort
	int port;

	MockMvcTester mvc;

	@DynamicPropertySource
	static void settings(DynamicPropertyRegistry registry) {
		registry.add("macula.realm.seeds", realm::seed);
		registry.add("macula.realm.secret", () -> TestRealm.SECRET);
	}

	@AfterAll
	static void close() {
		realm.close();
	}

	@Autowired
	void mvc(WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context,
				(builder) -> builder.apply(SecurityMockMvcConfigurers.springSecurity()).build());
	}

	@BeforeEach
	void awaitRealm() {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
			String picture = text(get("/api/picture", reader()));
			assertThat(JsonPath.<Boolean>read(picture, "$.complete")).isTrue();
			assertThat(JsonPath.<List<String>>read(picture, "$.nodes[?(@.state=='serving')].id")).contains("orders-1",
					"orders-2", "shop-1");
		});
	}

	@Test
	void whoeverIsNotLoggedInSeesNothingOfTheRealm() {
		assertThat(this.mvc.get().uri("/api/picture")).hasStatus(401);
		assertThat(this.mvc.get().uri("/api/live")).hasStatus(401);
		assertThat(this.mvc.get().uri("/")).hasStatus(302).hasHeader("Location", "/login");
		assertThat(this.mvc.get().uri("/index.html").accept(MediaType.ALL)).hasStatus(302);
		assertThat(this.mvc.get().uri("/actuator/health")).hasStatusOk();
		assertThat(this.mvc.get().uri("/actuator/env")).hasStatus(302);
		assertThat(this.mvc.get().uri("/webjars/uplot/dist/uPlot.min.css")).hasStatusOk();
	}

	@Test
	void everyAnswerHasTheStrictPolicy() {
		assertThat(get("/api/me", reader())).hasHeader("Content-Security-Policy", SecurityConfiguration.POLICY)
			.hasHeader("X-Frame-Options", "DENY")
			.hasHeader("Referrer-Policy", "no-referrer");
		assertThat(this.mvc.get().uri("/")).hasHeader("Content-Security-Policy", SecurityConfiguration.POLICY);
	}

	@Test
	void tellsWhoMayDoWhat() {
		assertThat(me("ada", "OPERATOR")).isEqualTo(List.of(true, true));
		assertThat(me("eve", "CALLER")).isEqualTo(List.of(false, true));
		assertThat(me("bob")).isEqualTo(List.of(false, false));
	}

	private List<Boolean> me(String name, String... roles) {
		String me = text(get("/api/me", SecurityMockMvcRequestPostProcessors.user(name).roles(roles)));
		assertThat(JsonPath.<String>read(me, "$.user")).isEqualTo(name);
		assertThat(JsonPath.<String>read(me, "$.realm")).isEqualTo("shop");
		return List.of(JsonPath.read(me, "$.maySteer"), JsonPath.read(me, "$.mayCall"));
	}

	@Test
	void pictureShowsWhoServesWhatAndWhoCallsWhom() {
		Awaitility.await().pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
			realm.orders().place(new TestRealm.Order("x", BigDecimal.ONE, List.of()), 1);
			String picture = text(get("/api/picture?parts=map,instances,connections", reader()));
			assertThat(JsonPath.<List<String>>read(picture, "$.services[*].name")).contains("shop.orders", "shop.web");
			assertThat(JsonPath.<List<Object>>read(picture,
					"$.edges[?(@.from=='shop-1' && @.service=='shop.orders' && @.rate.calls > 1)]"))
				.isNotEmpty();
			assertThat(JsonPath.<List<Object>>read(picture, "$.services[?(@.name=='shop.orders')].rate.p99Us"))
				.doesNotContainNull()
				.isNotEmpty();
			assertThat(JsonPath.<List<Object>>read(picture,
					"$.instances[?(@.caller=='shop-1' && @.service=='shop.orders' && @.state=='ready')]"))
				.isNotEmpty();
			assertThat(JsonPath.<List<Object>>read(picture, "$.connections[?(@.from=='shop-1' && @.sent > 0)]"))
				.isNotEmpty();
			assertThat(JsonPath.<List<String>>read(picture, "$.nodes[?(@.id=='orders-1')].metadata.stage"))
				.containsExactly("test");
		});
		assertThat(text(get("/api/picture", reader()))).contains("\"instances\":[],\"connections\":[]");
		assertThat(get("/api/picture?parts=instance", reader())).hasStatus(400)
			.bodyJson()
			.extractingPath("$.detail")
			.isEqualTo("Part 'instance' is not known: Did you mean instances? "
					+ "expected some of map, instances, connections");
	}

	@Test
	void historyHasAPlaceForEachStep() {
		Awaitility.await().untilAsserted(() -> {
			String history = text(get("/api/history", reader()));
			assertThat(JsonPath.<Integer>read(history, "$.stepMs")).isEqualTo(2000);
			List<Object> calls = JsonPath.read(history, "$.services['shop.orders'].calls");
			assertThat(calls).hasSize(History.STEPS);
			assertThat(calls.get(calls.size() - 1)).isNotNull();
			assertThat(calls.get(0)).isNull();
			assertThat(JsonPath.<List<Object>>read(history, "$.nodes['orders-1'].p99Us")).hasSize(History.STEPS);
		});
	}

	@Test
	void contractIsToldWithItsSchemaAndAnExample() {
		String contract = text(get("/api/services/shop.orders/contract", reader()));
		assertThat(JsonPath.<Boolean>read(contract, "$.skew")).isFalse();
		assertThat(JsonPath.<List<String>>read(contract, "$.versions[0].nodes")).contains("orders-1", "orders-2");
		assertThat(JsonPath.<List<String>>read(contract, "$.versions[0].methods[*].name"))
			.containsExactlyInAnyOrder("place", "history", "total", "refuse");
		String place = "$.versions[0].methods[?(@.name=='place')]";
		assertThat(JsonPath.<List<Object>>read(contract, place + ".deadlineMs")).containsExactly(3000);
		assertThat(JsonPath.<List<Object>>read(contract, place + ".parameters[0].schema")).isNotEmpty();
		assertThat(JsonPath.<List<Object>>read(contract, place + ".example[0].sku")).containsExactly("text");
		assertThat(get("/api/services/shop.order/contract", reader())).hasStatus(404)
			.bodyJson()
			.extractingPath("$.detail")
			.asString()
			.contains("Did you mean shop.orders?");
	}

	@Test
	void callIsMadeAndItsAttemptsAreTold() {
		String answer = text(call("{\"service\":\"shop.orders\",\"method\":\"place\",\"arguments\":[" + ORDER
				+ ",2],\"instance\":\"orders-2\"}"));
		assertThat(answer).contains("\"outcome\":\"OK\"", "\"price\":24691357802469135780.24");
		assertThat(JsonPath.<String>read(answer, "$.result.node")).isEqualTo("orders-2");
		assertThat(JsonPath.<List<String>>read(answer, "$.attempts[*].node")).containsExactly("orders-2");
		assertThat(JsonPath.<Integer>read(answer, "$.elapsedUs")).isPositive();
	}

	@Test
	void callWithStreams() {
		String history = text(call("{\"service\":\"shop.orders\",\"method\":\"history\",\"arguments\":[150]}"));
		assertThat(JsonPath.<List<Object>>read(history, "$.elements")).hasSize(TrialCalls.MOST_ELEMENTS);
		assertThat(JsonPath.<Boolean>read(history, "$.more")).isTrue();
		String total = text(call("{\"service\":\"shop.orders\",\"method\":\"total\",\"arguments\":[],\"elements\":["
				+ ORDER + "," + ORDER + "]}"));
		assertThat(JsonPath.<Integer>read(total, "$.result")).isEqualTo(2);
	}

	@Test
	void callThatFailsTellsWhy() {
		String answer = text(call("{\"service\":\"shop.orders\",\"method\":\"refuse\",\"arguments\":[\"sold out\"]}"));
		assertThat(JsonPath.<String>read(answer, "$.outcome")).isEqualTo("UNKNOWN");
		assertThat(JsonPath.<String>read(answer, "$.message")).isNotBlank();
		assertThat(JsonPath.<List<Object>>read(answer, "$.attempts")).hasSize(1);
	}

	@Test
	void callThatDoesNotFitNamesTheFieldAndSendsNothing() {
		assertThat(detail(400, "place", "[{\"sku\":5},1]")).startsWith("Argument order of place does not fit at $.sku");
		assertThat(detail(400, "place", "[" + ORDER + "]")).contains("takes 2 arguments (order, copies)");
		assertThat(detail(404, "plaice", "[]")).contains("Did you mean place?");
		assertThat(
				problem(call("{\"service\":\"shop.web\",\"method\":\"open\",\"arguments\":[],\"elements\":[1]}"), 400))
			.contains("takes no stream");
		assertThat(problem(call("{\"service\":\"shop.web\""), 400)).contains("no JSON");
		assertThat(problem(call("{\"service\":\"shop.web\",\"methode\":\"open\"}"), 400))
			.contains("Did you mean method?");
		assertThat(problem(call("{\"service\":\"shop.web\",\"method\":\"open\",\"deadlineMs\":0}"), 400))
			.contains("$.deadlineMs: expected a whole number from 1 to 60000, but it is 0");
		assertThat(problem(call("{\"service\":\"shop.web\",\"method\":\"open\",\"instance\":\"orders-1\"}"), 404))
			.contains("does not serve shop.web");
	}

	private String detail(int status, String method, String arguments) {
		return problem(
				call("{\"service\":\"shop.orders\",\"method\":\"" + method + "\",\"arguments\":" + arguments + "}"),
				status);
	}

	@Test
	void readerMayNeitherCallNorSteerAndThatIsWrittenDown(CapturedOutput output) {
		assertThat(problem(post("/api/calls", "{}", reader()), 403))
			.contains("user 'bob' has neither the role CALLER nor OPERATOR");
		assertThat(problem(post("/api/steering", "{\"act\":\"drain\",\"node\":\"orders-1\"}", reader()), 403))
			.contains("user 'bob' does not have the role OPERATOR");
		assertThat(output).contains("Refused drain of orders-1 to User 'bob' at");
		String picture = text(get("/api/picture", reader()));
		assertThat(JsonPath.<List<String>>read(picture, "$.nodes[?(@.id=='orders-1')].state"))
			.containsExactly("serving");
	}

	@Test
	void bodyOfACallIsBoundedAndThatOfAReaderIsNotRead() {
		String tooLong = " ".repeat(4 * 1024 * 1024 + 1);
		assertThat(problem(call(tooLong), 413)).contains("too long");
		assertThat(problem(post("/api/calls", tooLong, reader()), 403)).contains("Not allowed");
	}

	@Test
	void operatorSteersAndThatIsWrittenDown(CapturedOutput output) {
		assertThat(post("/api/steering", "{\"act\":\"drain\",\"node\":\"orders-1\",\"reason\":\"a test\"}", operator()))
			.hasStatus(204);
		try {
			Awaitility.await()
				.untilAsserted(() -> assertThat(JsonPath.<List<String>>read(text(get("/api/picture", reader())),
						"$.nodes[?(@.id=='orders-1')].state"))
					.containsExactly("drained"));
		}
		finally {
			assertThat(post("/api/steering", "{\"act\":\"resume\",\"node\":\"orders-1\"}", operator())).hasStatus(204);
		}
		assertThat(output).contains("User 'ada' at 127.0.0.1 did drain node orders-1: a test");
		Awaitility.await()
			.untilAsserted(() -> assertThat(
					JsonPath.<List<String>>read(text(get("/api/timeline", reader())), "$[?(@.node=='orders-1')].kind"))
				.contains("steered", "drained", "resumed"));
		assertThat(post("/api/steering", "{\"act\":\"weight\",\"node\":\"orders-1\",\"weight\":50}", operator()))
			.hasStatus(204);
		assertThat(
				post("/api/steering", "{\"act\":\"eject\",\"node\":\"shop-1\",\"instance\":\"orders-2\"}", operator()))
			.hasStatus(204);
		assertThat(post("/api/steering", "{\"act\":\"restore\",\"node\":\"shop-1\",\"instance\":\"orders-2\"}",
				operator()))
			.hasStatus(204);
	}

	@Test
	void steeringThatCannotBeDone() {
		assertThat(problem(post("/api/steering", "{\"act\":\"drain\",\"node\":\"orders-2\"}", operator()), 403))
			.contains("macula.operations.access");
		assertThat(problem(post("/api/steering", "{\"act\":\"drain\",\"node\":\"order-1\"}", operator()), 404))
			.contains("Did you mean orders-1?");
		assertThat(problem(post("/api/steering", "{\"act\":\"drian\",\"node\":\"orders-1\"}", operator()), 400))
			.contains("Did you mean drain?");
		assertThat(problem(post("/api/steering", "{\"act\":\"weight\",\"node\":\"orders-1\",\"weight\":0}", operator()),
				400))
			.contains("expected 1 to 10000");
		assertThat(problem(post("/api/steering", "{\"act\":\"eject\",\"node\":\"shop-1\"}", operator()), 400))
			.contains("$.instance");
		assertThat(problem(post("/api/steering", "{\"act\":\"resume\",\"node\":\"shop-1\"}", operator()), 400))
			.contains("is not drained by an operator");
	}

	@Test
	void nobodyWritesLinesOfTheLog(CapturedOutput output) {
		post("/api/steering",
				"{\"act\":\"eject\",\"node\":\"shop-1\",\"instance\":\"x\\nUser 'bob' did drain node y\"}", operator());
		assertThat(output).contains("eject instance x\\nUser 'bob'").doesNotContain("\nUser 'bob'");
	}

	@Test
	void forgedRequestIsRefused() {
		assertThat(problem(this.mvc.post()
			.uri("/api/steering")
			.with(operator())
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"act\":\"drain\",\"node\":\"orders-1\"}")
			.exchange(), 403)).contains("token against forged requests");
	}

	@Test
	void logsInStreamsAndLogsOut() throws Exception {
		Browser browser = new Browser();
		assertThat(browser.logIn("ada", "wrong")).endsWith("/login?error");
		assertThat(browser.logIn("ada", "secret")).endsWith("/");
		try (Stream live = browser.live("/api/live?parts=map", null)) {
			assertThat(live.contentType()).startsWith("text/event-stream");
			assertThat(live.next("picture").data()).contains("\"realm\":\"shop\"");
			assertThat(live.next("picture").data()).contains("orders-1");
			realmChanges();
			Event happened = live.next("happened");
			assertThat(happened.data()).contains("orders-9");
			// Whoever lost the connection for a moment misses nothing.
			long before = Long.parseLong(Objects.requireNonNull(happened.id())) - 1;
			try (Stream again = browser.live("/api/live", String.valueOf(before))) {
				assertThat(again.next("happened").data()).contains("orders-9");
			}
			browser.post("/logout");
			assertThat(live.ends()).isTrue();
		}
		assertThat(browser.get("/api/me").statusCode()).isEqualTo(401);
	}

	@Test
	@Timeout(60)
	void streamOfWhoeverLogsInAgainDoesNotOutliveTheSession() throws Exception {
		Browser browser = new Browser();
		assertThat(browser.logIn("ada", "secret")).endsWith("/");
		try (Stream live = browser.live("/api/live?parts=map", null)) {
			assertThat(live.next("picture").data()).contains("\"realm\":\"shop\"");
			assertThat(browser.logIn("ada", "secret")).endsWith("/");
			assertThat(live.ends()).isTrue();
		}
		browser.post("/logout");
	}

	private static void realmChanges() {
		realm.start("orders-9", Level.READ);
	}

	@Test
	void pagesThatAreGoneMakeRoomForOthers() throws Exception {
		Browser browser = new Browser();
		assertThat(browser.logIn("bob", "secret")).endsWith(":" + this.port + "/");
		for (int i = 0; i < 3; i++) {
			List<Stream> open = new ArrayList<>();
			for (int each = 0; each < 3; each++) {
				Awaitility.await().untilAsserted(() -> open.add(browser.live("/api/live", null)));
			}
			assertThat(browser.get("/api/live").statusCode()).isEqualTo(503);
			open.get(0).next("picture");
			for (Stream each : open) {
				each.close();
			}
		}
	}

	private static RequestPostProcessor reader() {
		return SecurityMockMvcRequestPostProcessors.user("bob").roles();
	}

	private static RequestPostProcessor operator() {
		return SecurityMockMvcRequestPostProcessors.user("ada").roles("OPERATOR");
	}

	private MvcTestResult get(String uri, RequestPostProcessor who) {
		return this.mvc.get().uri(uri).with(who).exchange();
	}

	private MvcTestResult call(String body) {
		return post("/api/calls", body, SecurityMockMvcRequestPostProcessors.user("eve").roles("CALLER"));
	}

	private MvcTestResult post(String uri, String body, RequestPostProcessor who) {
		return this.mvc.post()
			.uri(uri)
			.with(who)
			.cookie(new Cookie("XSRF-TOKEN", "of the page"))
			.header("X-XSRF-TOKEN", "of the page")
			.contentType(MediaType.APPLICATION_JSON)
			.content(body)
			.exchange();
	}

	private static String text(MvcTestResult result) {
		assertThat(result).hasStatusOk();
		return new String(result.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8);
	}

	private static String problem(MvcTestResult result, int status) {
		assertThat(result).hasStatus(status).hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
		return JsonPath.read(new String(result.getResponse().getContentAsByteArray(), StandardCharsets.UTF_8),
				"$.detail");
	}

	/** With cookies, as a browser has them. */
	private final class Browser {

		private final CookieManager cookies = new CookieManager();

		private final HttpClient http = HttpClient.newBuilder().cookieHandler(this.cookies).build();

		private URI at(String path) {
			return URI.create("http://localhost:" + ConsoleTests.this.port + path);
		}

		HttpResponse<String> get(String path) throws Exception {
			return this.http.send(HttpRequest.newBuilder(at(path)).timeout(Duration.ofSeconds(10)).build(),
					HttpResponse.BodyHandlers.ofString());
		}

		String logIn(String name, String password) throws Exception {
			get("/login");
			return post("/login", "username=" + name + "&password=" + password).headers()
				.firstValue("Location")
				.orElse("");
		}

		void post(String path) throws Exception {
			post(path, "");
		}

		private HttpResponse<String> post(String path, String form) throws Exception {
			String token = this.cookies.getCookieStore()
				.getCookies()
				.stream()
				.filter((cookie) -> cookie.getName().equals("XSRF-TOKEN"))
				.map(HttpCookie::getValue)
				.findFirst()
				.orElse("");
			String body = form + "&_csrf=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
			return this.http.send(HttpRequest.newBuilder(at(path))
				.header("Content-Type", MediaType.APPLICATION_FORM_URLENCODED_VALUE)
				.POST(HttpRequest.BodyPublishers.ofString(body))
				.build(), HttpResponse.BodyHandlers.ofString());
		}

		Stream live(String path, @Nullable String last) throws Exception {
			HttpRequest.Builder request = HttpRequest.newBuilder(at(path));
			if (last != null) {
				request.header("Last-Event-ID", last);
			}
			HttpResponse<InputStream> response = this.http.send(request.build(),
					HttpResponse.BodyHandlers.ofInputStream());
			if (response.statusCode() != 200) {
				response.body().close();
			}
			assertThat(response.statusCode()).isEqualTo(200);
			return new Stream(response, new Scanner(response.body(), StandardCharsets.UTF_8).useDelimiter("\n\n"));
		}

	}

	/** A stream of events. */
	private record Stream(HttpResponse<InputStream> response, Scanner events) implements AutoCloseable {

		String contentType() {
			return this.response.headers().firstValue("Content-Type").orElse("");
		}

		Event next(String name) {
			while (true) {
				String id = null;
				String data = "";
				boolean wanted = false;
				for (String line : this.events.next().split("\n")) {
					wanted |= line.equals("event: " + name);
					id = line.startsWith("id: ") ? line.substring(4) : id;
					data = line.startsWith("data: ") ? line.substring(6) : data;
				}
				if (wanted) {
					return new Event(id, data);
				}
			}
		}

		boolean ends() {
			while (this.events.hasNext()) {
				this.events.next();
			}
			return true;
		}

		@Override
		public void close() throws IOException {
			this.response.body().close();
		}

	}

	private record Event(@Nullable String id, String data) {

	}

}
