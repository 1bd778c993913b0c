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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;

import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A headless Chromium, driven by the chromedriver of the same machine: nothing is
 * downloaded. Used by one thread.
 */
public final class Browser implements AutoCloseable {

	public static final String MISSING = "There is no Chromium here: apt-get install chromium chromium-driver";

	private static final Path SCREENSHOTS = Path.of("target/screenshots");

	private final ChromeDriver driver;

	private final List<String> complaints = new ArrayList<>();

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	public static boolean present() {
		return chromium().isPresent() && program("chromedriver").isPresent();
	}

	private static Optional<Path> chromium() {
		return Stream.of("chromium", "google-chrome", "chromium-browser")
			.flatMap((name) -> program(name).stream())
			.findFirst();
	}

	private static Optional<Path> program(String name) {
		return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin").split(":"))
			.map((folder) -> Path.of(folder, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

	public static Browser start() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium().orElseThrow().toFile());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
				"--disable-background-networking", "--no-first-run", "--lang=en", "--hide-scrollbars",
				"--enable-precise-memory-info");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(program("chromedriver").orElseThrow().toFile())
			.build();
		return new Browser(new ChromeDriver(service, options));
	}

	public void open(String url) {
		this.driver.get(url);
	}

	/** With an empty cookie jar, as somebody new. */
	public void forget() {
		this.driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
		this.complaints.clear();
		this.driver.manage().logs().get(LogType.BROWSER);
	}

	public void signIn(String url, String user, String password) {
		open(url + "login");
		find("input[name=username]").sendKeys(user);
		find("input[name=password]").sendKeys(password);
		find("button[type=submit]").click();
	}

	public void size(int width, int height) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
	}

	public void scheme(String scheme) {
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme),
						Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
	}

	public void go(String hash) {
		script("location.hash = arguments[0]", hash);
	}

	public WebElement find(String css) {
		return new WebDriverWait(this.driver, Duration.ofSeconds(8))
			.withMessage(() -> "No element " + css + " in: " + text("body"))
			.until((driver) -> driver.findElements(By.cssSelector(css)).stream().findFirst().orElse(null));
	}

	public WebElement button(String text) {
		return new WebDriverWait(this.driver, Duration.ofSeconds(8)).withMessage("No button " + text)
			.until((driver) -> driver.findElements(By.tagName("button"))
				.stream()
				.filter((button) -> button.isDisplayed() && button.getText().equals(text))
				.findFirst()
				.orElse(null));
	}

	public String text(String css) {
		// In one step: what is shown may be replaced at any time.
		return String.valueOf(script("return document.querySelector(arguments[0])?.innerText", css));
	}

	public List<WebElement> all(String css) {
		return this.driver.findElements(By.cssSelector(css));
	}

	public void until(Duration bound, String expression) {
		new WebDriverWait(this.driver, bound, Duration.ofMillis(50))
			.withMessage(() -> expression + " stays false; the page says: " + text("body"))
			.until((driver) -> Boolean.TRUE.equals(script("return Boolean(" + expression + ")")));
	}

	public Object script(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	public Object asynchronous(String script) {
		return this.driver.executeAsyncScript(script);
	}

	public double metric(String name) {
		this.driver.executeCdpCommand("Performance.enable", Map.of());
		List<?> metrics = (List<?>) this.driver.executeCdpCommand("Performance.getMetrics", Map.of()).get("metrics");
		return metrics.stream()
			.map((metric) -> (Map<?, ?>) metric)
			.filter((metric) -> name.equals(metric.get("name")))
			.mapToDouble((metric) -> ((Number) metric.get("value")).doubleValue())
			.findFirst()
			.orElseThrow();
	}

	public void collectGarbage() {
		this.driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
	}

	public void timeout(Duration bound) {
		this.driver.manage().timeouts().scriptTimeout(bound);
	}

	public void screenshot(String name) throws IOException {
		Files.createDirectories(SCREENSHOTS);
		Files.write(SCREENSHOTS.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
	}

	/** What the browser complained of: errors, and whatever the policy did not allow. */
	public List<String> complaints() {
		this.driver.manage()
			.logs()
			.get(LogType.BROWSER)
			.getAll()
			.stream()
			.filter((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue()
					|| entry.getMessage().contains("Content Security Policy"))
			.forEach((entry) -> this.complaints.add(entry.getMessage()));
		return this.complaints;
	}

	/**
	 * Addresses of everything that the page asked for, and that is not below the given
	 * one.
	 */
	public List<?> foreign(String base) {
		return (List<?>) script("return performance.getEntriesByType('resource').map((each) => each.name)"
				+ ".filter((name) => !name.startsWith(arguments[0]) && !name.startsWith('data:'))", base);
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
