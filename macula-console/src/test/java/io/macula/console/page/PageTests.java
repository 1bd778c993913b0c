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

package io.macula.console.page;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page in a real browser, in front of a {@link FakeRealm}. After each test nothing
 * may be in the browser's console, and nothing may have been asked of another server.
 */
class PageTests {

	private static final Duration SHORT = Duration.ofSeconds(8);

	private static Browser browser;

	private FakeRealm realm;

	private FakeConsole console;

	/** What a test expects the browser to complain of. */
	private String expected = "(nothing)";

	@BeforeAll
	static void startBrowser() {
		Assumptions.assumeTrue(Browser.present(), Browser.MISSING);
		browser = Browser.start();
	}

	@AfterAll
	static void stopBrowser() {
		if (browser != null) {
			browser.close();
		}
	}

	@BeforeEach
	void startConsole() throws IOException {
		this.realm = new FakeRealm(60, 1500);
		this.console = new FakeConsole(this.realm, 0);
		browser.forget();
		browser.size(1440, 900);
		browser.scheme("light");
	}

	@AfterEach
	void stopConsole() {
		assertThat(browser.complaints()).allSatisfy((line) -> assertThat(line).contains(this.expected));
		assertThat(browser.foreign(this.console.url())).isEmpty();
		browser.open("about:blank");
		this.console.close();
	}

	private void signIn() {
		browser.signIn(this.console.url(), "user", "secret");
		browser.until(SHORT, "document.querySelector('#live')?.dataset.status === 'live'");
	}

	private String first(String application) {
		return this.realm.ids(application).get(0);
	}

	@Test
	void mapShowsApplicationsAndWhoCallsWhom() throws IOException {
		this.realm.past(90, "joined", first("orders"), null, null);
		this.realm.past(60, "instance-ejected", first("gateway"), "shop.orders", "5 failures in a row");
		signIn();
		assertThat(browser.find("canvas[role=img]").getAttribute("aria-label")).contains("12 applications",
				"Nothing fails");
		assertThat(browser.text("#totals")).containsIgnoringCase("Calls/s").containsIgnoringCase("Nodes");
		WebElement canvas = browser.find("canvas[role=img]");
		canvas.sendKeys(Keys.ARROW_RIGHT);
		assertThat(browser.find(".aside h2").getText()).isNotEmpty();
		canvas.sendKeys(Keys.ENTER);
		assertThat(browser.find(".aside button[aria-pressed=true]").getText()).isEqualTo("Instances on the map");
		canvas.sendKeys(Keys.ESCAPE);
		browser.until(SHORT, "document.querySelector('.aside').hidden");
		browser.button("By zone").click();
		browser.until(SHORT, "document.querySelector('canvas').getAttribute('aria-label').includes('36 applications')"
				+ " || document.querySelector('canvas').getAttribute('aria-label').includes('applications')");
		browser.screenshot("map-zones");
		browser.button("By zone").click();
		browser.screenshot("map");
	}

	@Test
	void mapLiesStillWhileRatesChange() {
		signIn();
		String still = "return [...document.querySelectorAll('canvas')].length";
		assertThat(browser.script(still)).isEqualTo(1L);
		browser.go("#/map/orders");
		assertThat(browser.find(".aside h2").getText()).isEqualTo("orders");
		String before = browser.text(".aside h2");
		browser.until(SHORT, "performance.now() > 3000");
		assertThat(browser.text(".aside h2")).isEqualTo(before);
	}

	@Test
	void whenInstanceIsKilledThenThePageSaysSoWithinTwoSeconds() throws IOException {
		signIn();
		String id = first("orders");
		long start = System.nanoTime();
		this.realm.kill(id);
		browser.until(Duration.ofSeconds(2), "document.querySelector('canvas').dataset.unreachable === '1'"
				+ " && document.body.innerText.includes('is unreachable')");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		assertThat(browser.text("#totals")).contains("55 / 56");
		assertThat(browser.find("canvas").getAttribute("aria-label")).contains("In trouble: orders");
		browser.until(SHORT, "document.querySelector('#said').textContent.includes('" + id + "')");
		browser.screenshot("outage");
		browser.go("#/nodes?q=unreachable");
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 1");
		assertThat(browser.text("tbody tr[data-key]")).contains(id, "unreachable");
	}

	@Test
	void whenShownNodeLeavesThenItsDetailsSaySo() {
		signIn();
		String id = first("search");
		browser.go("#/nodes/" + id);
		browser.until(SHORT, "document.querySelector('.aside').innerText.includes('Endpoint')");
		this.realm.leave(id);
		browser.until(SHORT, "document.querySelector('.aside').innerText.includes('No node')");
	}

	@Test
	void servicesAreSortedFilteredAndOpened() throws IOException {
		signIn();
		browser.go("#/services");
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 11");
		assertThat(browser.find("th[aria-sort=descending]").getText()).startsWith("Calls/s");
		browser.button("Service").click();
		browser.until(SHORT, "document.querySelector('tbody tr[data-key]').dataset.key === 'shop.catalog'");
		assertThat(browser.find("th[aria-sort=ascending]").getText()).startsWith("Service");
		browser.find("input[type=search]").sendKeys("pric");
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 1");
		browser.find("tbody tr[data-key] a").click();
		browser.until(SHORT, "document.querySelectorAll('.aside .uplot').length === 2");
		assertThat(browser.text(".aside")).contains("shop.pricing", "find", "Instances serve 2 versions");
		browser.find("input[type=search]").clear();
		browser.go("#/services/shop.orders");
		browser.until(SHORT, "document.querySelector('.aside h2').textContent === 'shop.orders'");
		browser.screenshot("service");
	}

	@Test
	void tablesOfThousandsOfRowsHaveOnlyThoseInSight() throws IOException {
		this.console.close();
		this.realm = new FakeRealm(200, 5000);
		this.console = new FakeConsole(this.realm, 0);
		signIn();
		browser.go("#/instances");
		browser.until(SHORT, "Number(document.querySelector('table')?.getAttribute('aria-rowcount')) > 1500");
		assertThat((Long) browser.script("return document.querySelectorAll('tbody tr[data-key]').length"))
			.isLessThan(80);
		browser.script("document.querySelector('.table-box').scrollTop = 1e6");
		browser.until(SHORT,
				"Number([...document.querySelectorAll('tbody tr[data-key]')].at(-1).getAttribute('aria-rowindex')) > 1500");
		browser.find("input[type=search]").sendKeys("web gateway");
		browser.until(SHORT, "[...document.querySelectorAll('tbody tr[data-key]')]"
				+ ".every((row) => row.dataset.key.startsWith('web'))");
		browser.go("#/connections");
		browser.until(SHORT, "document.querySelector('table')?.getAttribute('aria-label') === 'Connections'"
				+ " && document.querySelectorAll('tbody tr[data-key]').length > 5");
	}

	@Test
	void timelineShowsEventsBesideCallsAndLatencies() throws IOException {
		this.realm.past(200, "joined", first("orders"), null, null);
		this.realm.past(150, "instance-ejected", first("gateway"), "shop.orders", "5 failures in a row");
		this.realm.past(148, "unreachable", first("orders"), null, "no answer in 2 s");
		this.realm.past(100, "reachable", first("orders"), null, null);
		this.realm.past(95, "instance-restored", first("gateway"), "shop.orders", null);
		this.realm.past(40, "drained", first("search"), null, "by user, for a rollout");
		signIn();
		browser.go("#/timeline");
		browser.until(SHORT, "document.querySelectorAll('.uplot').length === 2"
				+ " && document.querySelectorAll('tbody tr[data-key]').length === 6");
		browser.button("Instances").click();
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 4");
		browser.button("Instances").click();
		browser.find("tbody tr[data-key='3'] td").click();
		browser.until(SHORT,
				"document.querySelector('tbody tr[data-key=\"3\"]').getAttribute('aria-selected') === 'true'");
		this.realm.happened("lease-lost", first("ledger"), "refused by the directory");
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 7");
		browser.screenshot("timeline");
	}

	@Test
	void contractShowsVersionsSideBySideWithTheirDifferences() throws IOException {
		browser.scheme("dark");
		signIn();
		assertThat(browser.find("a[data-path=contract]").getText()).contains("≠ 1");
		browser.go("#/contract/shop.pricing");
		browser.until(SHORT, "document.querySelectorAll('.version').length === 2");
		assertThat(browser.text(".scroll")).contains("Version skew", "not in this version", "only here");
		assertThat(browser.all(".diff .added").stream().map(WebElement::getText))
			.anyMatch((line) -> line.contains("taxed?: boolean"));
		assertThat(browser.all(".diff .removed").stream().map(WebElement::getText))
			.anyMatch((line) -> line.contains("\"S\" | \"M\" | \"L\""));
		browser.screenshot("dark");
		browser.go("#/contract/shop.prizing");
		this.expected = "404";
		browser.until(SHORT, "document.querySelector('.wrong')?.textContent.includes('near: shop.pricing')");
	}

	@Test
	void callIsMadeFromAFormAndShowsItsAttempts() throws IOException {
		signIn();
		browser.go("#/try/shop.pricing/reserve");
		browser.find("[data-field=sku] input").sendKeys("tea");
		WebElement quantity = browser.find("[data-field=quantity] input");
		quantity.clear();
		quantity.sendKeys("9007199254740993");
		browser.button("Call").click();
		assertThat(browser.find("[data-outcome]").getText()).contains("OK");
		assertThat(browser.text(".answer")).contains("\"sku\": \"tea\"", "\"quantity\": 9007199254740993",
				"\"id\": 9007199254740993", "UNAVAILABLE", "no answer in the handshake", first("pricing"),
				"2 attempts");
		browser.screenshot("try-it");
		browser.button("JSON").click();
		WebElement raw = browser.find("textarea[aria-label='Arguments as JSON']");
		raw.clear();
		raw.sendKeys("[{\"sku\": \"tea\", \"quantity\": \"many\"}]");
		this.expected = "400";
		browser.button("Call").click();
		browser.until(SHORT,
				"[...document.querySelectorAll('.wrong')].some((each) => each.textContent.includes('$[0].quantity'))");
		raw.sendKeys("}");
		browser.until(SHORT,
				"[...document.querySelectorAll('.wrong')].some((each) => each.textContent.includes('no JSON'))");
	}

	@Test
	void streamShowsItsElements() {
		signIn();
		browser.go("#/try/shop.pricing/watch");
		browser.button("+ element").click();
		browser.find("[data-field=skus] .grow input").sendKeys("tea");
		browser.button("Call").click();
		browser.until(SHORT, "document.querySelector('.answer').innerText.toLowerCase().includes('2 elements')");
	}

	@Test
	void steeringAsksFirstAndNamesWhatWillHappen() throws IOException {
		signIn();
		String id = first("ledger");
		browser.go("#/nodes/" + id);
		browser.find("button[data-act=drain]").click();
		String asked = browser.find("dialog").getText();
		assertThat(asked).contains("Drain " + id + "?", "accepts no new calls", "shop.ledger: 2 other instances");
		browser.screenshot("steer");
		browser.button("Cancel").click();
		assertThat(this.console.steered()).isEmpty();
		browser.find("button[data-act=drain]").click();
		browser.find("dialog input[name=reason]").sendKeys("rollout");
		browser.find("button[data-confirm=drain]").click();
		browser.until(SHORT, "document.querySelector('button[data-act=resume]')");
		assertThat(this.console.steered()).singleElement()
			.satisfies((request) -> assertThat((Map<Object, Object>) castMap(request)).containsEntry("act", "drain")
				.containsEntry("node", id)
				.containsEntry("reason", "rollout"));
		browser.find("button[data-act=weight]").click();
		WebElement weight = browser.find("dialog input[name=weight]");
		weight.clear();
		weight.sendKeys("300");
		assertThat(browser.text("dialog")).contains("With 300 it gets about 60 %");
		browser.find("button[data-confirm=weight]").click();
		browser.until(SHORT, "document.querySelector('.aside').innerText.includes('300')");
	}

	@SuppressWarnings("unchecked")
	private static Map<Object, Object> castMap(Map<?, ?> map) {
		return (Map<Object, Object>) map;
	}

	@Test
	void instanceIsEjectedAtOneCallerAndRestored() {
		signIn();
		browser.go("#/instances?q=web");
		WebElement refused = browser.find("tbody button");
		assertThat(refused.isEnabled()).isFalse();
		assertThat(refused.getAttribute("title")).contains("only calls");
		String caller = first("gateway");
		browser.go("#/instances?q=" + caller + "%20shop.orders%20usable");
		browser.until(SHORT, "document.querySelector('tbody tr[data-key]')?.dataset.key.startsWith('" + caller + "')");
		browser.button("Eject…").click();
		assertThat(browser.find("dialog").getText()).contains("Other callers go on", "other instance");
		browser.find("button[data-confirm=eject]").click();
		browser.until(SHORT, "document.querySelector('.note')");
		assertThat(this.console.steered()).singleElement()
			.extracting((request) -> request.get("node"))
			.isEqualTo(caller);
		browser.go("#/instances?q=" + caller + "%20ejected");
		browser.button("Restore…").click();
		browser.find("button[data-confirm=restore]").click();
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 0");
	}

	@Test
	void whoMayOnlyLookSeesNoWayToSteer() {
		this.console.maySteer(false);
		signIn();
		assertThat(browser.text("#user")).contains("read only");
		browser.go("#/nodes/" + first("orders"));
		browser.until(SHORT, "document.querySelector('.steer-why')?.textContent.includes('no right to steer')");
		assertThat(browser.all("button[data-act]")).isEmpty();
	}

	@Test
	void nodeThatLetsOthersOnlyLookSaysWhy() {
		String id = first("orders");
		this.realm.access(id, "read");
		signIn();
		browser.go("#/nodes/" + id);
		WebElement drain = browser.find("button[data-act=drain]");
		assertThat(drain.isEnabled()).isFalse();
		assertThat(browser.text(".steer-why")).contains("macula.operations.access is read");
	}

	@Test
	void wrongPasswordIsRefused() throws IOException {
		browser.signIn(this.console.url(), "user", "wrong");
		browser.until(SHORT, "document.querySelector('#wrong') && !document.querySelector('#wrong').hidden");
		browser.screenshot("login");
		browser.signIn(this.console.url(), "user", "secret");
		browser.until(SHORT, "document.querySelector('#live')?.dataset.status === 'live'");
		browser.button("Sign out").click();
		browser.until(SHORT, "document.querySelector('#left') && !document.querySelector('#left').hidden");
	}

	@Test
	void hostileNamesAreTextEverywhere() {
		this.realm.addHostile();
		signIn();
		for (String view : List.of("map", "services", "nodes", "nodes?q=onerror", "instances", "connections",
				"timeline", "contract", "try")) {
			browser.go("#/" + view);
			browser.until(SHORT, "document.querySelector('#views a[aria-current]').dataset.path === '"
					+ view.replaceFirst("\\?.*", "") + "'");
		}
		browser.go("#/timeline");
		browser.until(SHORT, "document.querySelector('tbody').innerText.includes('<img src=x')");
		browser.go("#/nodes?q=onerror");
		browser.until(SHORT, "document.querySelectorAll('tbody tr[data-key]').length === 1");
		browser.find("tbody tr[data-key] a").click();
		browser.until(SHORT, "document.querySelector('.aside')?.innerText.includes('onerror=')");
		assertThat(browser
			.script("return window.hostile === undefined && document.querySelector('img[onerror]') === null"))
			.isEqualTo(true);
	}

	@Test
	void whenConsoleIsGoneThenThePageSaysSoAndComesBack() throws IOException {
		signIn();
		this.expected = "";
		int port = this.console.port();
		this.console.close();
		browser.until(SHORT, "document.querySelector('#banner').innerText.includes('Connection lost')"
				+ " && document.querySelector('#view').classList.contains('stale')");
		browser.screenshot("lost");
		this.console = new FakeConsole(this.realm, port);
		browser.until(Duration.ofSeconds(10), "document.querySelector('#live').dataset.status === 'live'"
				+ " && document.querySelector('#banner').hidden");
	}

	@Test
	void whenSessionIsOverThenThePageLeadsToTheLogin() throws IOException {
		signIn();
		this.expected = "";
		int port = this.console.port();
		this.console.close();
		browser.forget();
		this.console = new FakeConsole(this.realm, port);
		browser.until(Duration.ofSeconds(10), "document.querySelector('#banner').innerText.includes('Signed out')");
		assertThat(browser.find("#banner a").getAttribute("href")).endsWith("/login");
	}

	@Test
	void everyViewFitsATelephone() throws IOException {
		browser.size(400, 800);
		browser.scheme("dark");
		signIn();
		for (String view : List.of("map", "services", "nodes/" + first("orders"), "instances", "connections",
				"timeline", "contract/shop.pricing", "try/shop.pricing/reserve")) {
			browser.go("#/" + view);
			browser.until(SHORT, "document.querySelector('#view').childElementCount > 0");
			assertThat(browser
				.script("return document.documentElement.scrollWidth <= 400 && document.body.scrollWidth <= 400"))
				.as(view)
				.isEqualTo(true);
		}
		browser.go("#/map");
		browser.until(SHORT, "document.querySelector('canvas')?.dataset.unreachable === '0'");
		browser.screenshot("narrow");
	}

	@Test
	void coloursFollowTheSystemAndTheSwitch() {
		signIn();
		String ground = "return getComputedStyle(document.body).backgroundColor";
		String light = (String) browser.script(ground);
		browser.scheme("dark");
		String dark = (String) browser.script(ground);
		assertThat(dark).isNotEqualTo(light);
		WebElement theme = browser.find("#theme");
		theme.click();
		assertThat(browser.script(ground)).isEqualTo(light);
		theme.click();
		browser.scheme("light");
		assertThat(browser.script(ground)).isEqualTo(dark);
		theme.click();
		assertThat(browser.script(ground)).isEqualTo(light);
	}

	@Test
	void everythingHasANameAndTheFocusFollows() {
		signIn();
		for (String view : List.of("map", "services", "nodes", "instances", "timeline", "try/shop.pricing/reserve")) {
			browser.go("#/" + view);
			browser.until(SHORT, "document.querySelector('#view h1')");
			assertThat((List<?>) browser
				.script("""
						return [...document.querySelectorAll('button, a, input:not([type=hidden]), select, textarea, canvas[role]')]
							.filter((each) => each.checkVisibility())
							.filter((each) => !(each.innerText?.trim() || each.getAttribute('aria-label') || each.labels?.length
								|| each.title || each.textContent.trim()))
							.map((each) => each.outerHTML)"""))
				.as(view)
				.isEmpty();
		}
		assertThat(browser.script("return document.activeElement.id")).isEqualTo("content");
		assertThat(browser.all("main, nav, header").stream().map(WebElement::getTagName)).contains("main", "nav",
				"header");
		browser.find("body").sendKeys(Keys.TAB);
		assertThat(browser.all("h1").size() + browser.all("[aria-live]").size()).isGreaterThan(1);
		assertThat(browser.find("#views").findElements(By.cssSelector("a[aria-current=page]"))).hasSize(1);
	}

	@Test
	void pageOf200NodesStaysSmallAndViewsLeaveNothingBehind() throws IOException {
		this.console.close();
		this.realm = new FakeRealm(200, 5000);
		this.console = new FakeConsole(this.realm, 0);
		signIn();
		browser.button("All instances").click();
		visitAll();
		visitAll();
		browser.collectGarbage();
		double nodes = browser.metric("Nodes");
		visitAll();
		visitAll();
		// What is shown no more is let go of, once callbacks of the next frames have run.
		Awaitility.await().atMost(SHORT).untilAsserted(() -> {
			browser.collectGarbage();
			assertThat(browser.metric("Nodes")).isLessThan(1.5 * nodes);
			assertThat(browser.metric("JSHeapUsedSize")).isLessThan(50e6);
		});
	}

	private void visitAll() {
		for (String view : List.of("services/shop.orders", "nodes/" + first("orders"), "instances", "connections",
				"timeline", "contract/shop.pricing", "try/shop.pricing/reserve", "map")) {
			browser.go("#/" + view);
			browser.until(SHORT,
					"document.querySelector('#view').classList.contains('view-" + view.replaceFirst("/.*", "") + "')");
			browser.until(SHORT, "document.querySelector('#view canvas, #view table, #view .card')");
		}
	}

}
