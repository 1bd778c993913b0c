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
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

import io.macula.console.page.Browser;
import io.macula.node.RealmNode;
import io.macula.operations.OperationsAccess.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openqa.selenium.WebElement;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console as an operator has it: its page in a real browser, its backend, and a realm
 * of real nodes.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "macula.realm.name=shop", "macula.node.id=console", "macula.console.steering=true",
				"macula.console.interval=300ms", "macula.console.search=1s",
				"macula.console.users.ada.password={noop}secret", "macula.console.users.ada.roles=OPERATOR",
				"macula.console.users.bob.password={noop}secret" })
@Timeout(60)
class ConsolePageTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static TestRealm realm;

	private static Browser browser;

	@LocalServerPort
	int port;

	/** What a test expects the browser to complain of. */
	private String expected = "(nothing)";

	@BeforeAll
	static void startBrowser() {
		Assumptions.assumeTrue(Browser.present(), Browser.MISSING);
		browser = Browser.start();
	}

	@DynamicPropertySource
	static void settings(DynamicPropertyRegistry registry) {
		realm = new TestRealm();
		registry.add("macula.realm.seeds", realm::seed);
		registry.add("macula.realm.secret", () -> TestRealm.SECRET);
	}

	@AfterAll
	static void close() {
		if (browser != null) {
			browser.close();
		}
		if (realm != null) {
			realm.close();
		}
	}

	@BeforeEach
	void forget() {
		browser.forget();
		browser.size(1280, 800);
		browser.scheme("light");
	}

	@AfterEach
	void nothingWentWrong() {
		assertThat(browser.complaints()).allSatisfy((line) -> assertThat(line).contains(this.expected));
		assertThat(browser.foreign(url())).isEmpty();
		browser.open("about:blank");
	}

	private String url() {
		return "http://localhost:" + this.port + "/";
	}

	private void signIn(String user) {
		browser.signIn(url(), user, "secret");
		browser.until(LONG, "document.querySelector('#live')?.dataset.status === 'live'");
	}

	private void go(String hash) {
		browser.go(hash);
	}

	@Test
	void everyViewShowsTheRealm() throws IOException {
		for (int i = 0; i < 20; i++) {
			realm.orders().place(new TestRealm.Order("tea", BigDecimal.ONE, List.of()), 1);
		}
		signIn("ada");
		browser.until(LONG,
				"document.querySelector('canvas[role=img]').getAttribute('aria-label').includes('applications')"
						+ " && !document.querySelector('canvas[role=img]').getAttribute('aria-label').includes(' 0 nodes')");
		assertThat(browser.text("#realm")).isEqualTo("shop");
		go("#/services");
		browser.until(LONG, "document.querySelector('tbody tr[data-key=\"shop.orders\"]')");
		go("#/nodes/orders-1");
		browser.until(LONG, "document.querySelector('.aside')?.innerText.includes('write')");
		go("#/instances");
		browser.until(LONG, "document.querySelector('tbody')?.innerText.includes('shop-1')");
		go("#/connections");
		browser.until(LONG, "document.querySelector('table[aria-label=Connections] tbody tr[data-key]')");
		go("#/timeline");
		browser.until(LONG, "document.querySelectorAll('.uplot').length === 2");
		go("#/contract/shop.orders");
		browser.until(LONG, "document.querySelector('.version')?.innerText.includes('price')");
		assertThat(browser.text(".version")).contains("sku", "a stream of", "idempotent");
		go("#/map");
		browser.until(LONG, "document.querySelector('canvas[role=img]')?.dataset.unreachable === '0'");
		browser.screenshot("real-map");
	}

	@Test
	void nodeThatLeavesIsSeenWithinTwoSeconds() {
		RealmNode node = realm.start("orders-9", Level.WRITE);
		signIn("ada");
		go("#/nodes/orders-9");
		browser.until(LONG, "document.querySelector('.aside')?.innerText.includes('Endpoint')"
				+ " && document.querySelector('.aside .state').textContent === 'serving'");
		node.close();
		browser.until(Duration.ofSeconds(2), "document.querySelector('.aside .state')?.textContent !== 'serving'");
	}

	@Test
	void methodIsCalledFromTheForm() {
		signIn("ada");
		go("#/try/shop.orders/place");
		browser.find("[data-field=sku] input:not([type=checkbox])").sendKeys("tea");
		WebElement price = browser.find("[data-field=price] input:not([type=checkbox])");
		price.clear();
		price.sendKeys("12345678901234567890.12");
		WebElement copies = browser.find("[data-field=copies] input, [data-field=arg1] input");
		copies.clear();
		copies.sendKeys("2");
		browser.button("Call").click();
		assertThat(browser.find("[data-outcome]").getText()).contains("OK");
		assertThat(browser.text(".answer")).contains("24691357802469135780.24", "1 attempt", "orders-");
		copies.clear();
		copies.sendKeys("two");
		this.expected = "400";
		browser.button("Call").click();
		browser.until(LONG,
				"document.querySelector('form .wrong:not([hidden])')?.textContent.includes('does not fit')");
	}

	@Test
	void nodeIsDrainedAndResumed() {
		signIn("ada");
		go("#/nodes/orders-2");
		browser.until(LONG,
				"document.querySelector('.steer-why')?.textContent.includes('macula.operations.access is read')");
		go("#/nodes/orders-1");
		browser.until(LONG, "document.querySelector('button[data-act=drain]:not(:disabled)')");
		browser.find("button[data-act=drain]").click();
		assertThat(browser.find("dialog").getText()).contains("Drain orders-1?", "shop.orders");
		browser.find("button[data-confirm=drain]").click();
		browser.until(LONG, "document.querySelector('button[data-act=resume]:not(:disabled)')");
		browser.find("button[data-act=resume]").click();
		browser.find("button[data-confirm=resume]").click();
		browser.until(LONG, "document.querySelector('button[data-act=drain]:not(:disabled)')");
	}

	@Test
	void readerSeesAllAndSteersNothing() {
		signIn("bob");
		assertThat(browser.text("#user")).contains("bob", "read only");
		go("#/nodes/orders-1");
		browser.until(LONG, "document.querySelector('.steer-why')?.textContent.includes('no right to steer')");
		assertThat(browser.all("button[data-act]")).isEmpty();
		go("#/try/shop.orders/place");
		browser.until(LONG, "document.querySelector('form button.main')");
		assertThat(browser.find("form button.main").isEnabled()).isFalse();
		browser.button("Sign out").click();
		browser.until(LONG, "document.querySelector('#left') && !document.querySelector('#left').hidden");
	}

	@Test
	void wrongPasswordIsRefused() {
		browser.signIn(url(), "ada", "wrong");
		browser.until(LONG, "document.querySelector('#wrong') && !document.querySelector('#wrong').hidden");
		assertThat(browser.script("return fetch('api/picture').then((answer) => answer.status)")).isEqualTo(401L);
		this.expected = "401";
	}

}
