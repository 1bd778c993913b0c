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

package io.macula.cli.top;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.macula.operations.RealmPicture;
import org.awaitility.Awaitility;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Keys, size and end of the screen, on a terminal without a screen. */
@Timeout(15)
class TopScreenTests {

	private static final String OWN_SCREEN = "\u001b[?1049h";

	private static final String USUAL_SCREEN = "\u001b[?1049l";

	private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

	private volatile RealmPicture picture = new Pictures().node("orders-1", "shop.orders", "serving", 100, 0)
		.node("orders-2", "shop.orders", "serving", 300, 2)
		.node("stock-1", "shop.stock", "serving", 1, 0)
		.picture();

	private LineDisciplineTerminal terminal;

	private Attributes before;

	@BeforeEach
	void open() throws IOException {
		this.terminal = new LineDisciplineTerminal("test", "xterm-256color", this.shown, StandardCharsets.UTF_8);
		this.terminal.setSize(new Size(120, 20));
		this.before = this.terminal.getAttributes();
	}

	@AfterEach
	void close() throws IOException {
		this.terminal.close();
	}

	@Test
	void theScreenIsDrawnFollowsTheKeysAndLeavesTheTerminalAsItWas() throws Exception {
		CompletableFuture<Void> running = run();
		awaitShown("orders-2");
		assertThat(text()).contains(OWN_SCREEN, "by calls", "q quit");
		type("9");
		awaitShown("p99");
		type("/stock");
		awaitShown("filter: ");
		type("\r");
		type("t");
		type("q");
		running.get(5, TimeUnit.SECONDS);
		assertThat(text()).contains(USUAL_SCREEN);
		assertThat(this.terminal.getAttributes().toString()).isEqualTo(this.before.toString());
	}

	@Test
	void controlCEndsItAndRestoresTheTerminal() throws Exception {
		CompletableFuture<Void> running = run();
		awaitShown("orders-1");
		this.terminal.raise(Terminal.Signal.INT);
		running.get(5, TimeUnit.SECONDS);
		assertThat(text()).contains(USUAL_SCREEN);
		assertThat(this.terminal.getAttributes().toString()).isEqualTo(this.before.toString());
	}

	@Test
	void whatTheTerminalTellsOfItselfIsNoKey() throws Exception {
		CompletableFuture<Void> running = run();
		awaitShown("orders-1");
		type("\u001b[?9;5n\u001b[A");
		type("/");
		awaitShown("filter: ");
		assertThat(text()).contains("by calls");
		this.shown.reset();
		type("\u001b");
		awaitShown("quit");
		type("q");
		running.get(5, TimeUnit.SECONDS);
		assertThat(text()).doesNotContain("by p");
	}

	@Test
	void anotherSizeIsDrawnAnew() throws Exception {
		CompletableFuture<Void> running = run();
		awaitShown("orders-1");
		this.shown.reset();
		this.terminal.setSize(new Size(70, 10));
		this.terminal.raise(Terminal.Signal.WINCH);
		awaitShown("orders-1");
		type("q");
		running.get(5, TimeUnit.SECONDS);
	}

	@Test
	void aNodeThatLeavesIsMarkedThenGone() throws Exception {
		CompletableFuture<Void> running = run();
		awaitShown("orders-1");
		this.picture = new Pictures().node("orders-1", "shop.orders", "left", 0, 0)
			.node("orders-2", "shop.orders", "serving", 300, 2)
			.picture();
		awaitShown("! left");
		this.picture = new Pictures().node("orders-2", "shop.orders", "serving", 300, 2).picture();
		this.shown.reset();
		this.terminal.raise(Terminal.Signal.WINCH);
		awaitShown("1 nodes");
		assertThat(text()).doesNotContain("orders-1");
		type("q");
		running.get(5, TimeUnit.SECONDS);
	}

	@Test
	void aTerminalThatIsDumbOrNarrowDoesNotFit() throws IOException {
		assertThat(TopScreen.fits(this.terminal)).isTrue();
		this.terminal.setSize(new Size(TopTable.LEAST_WIDTH - 1, 20));
		assertThat(TopScreen.fits(this.terminal)).isFalse();
		try (LineDisciplineTerminal dumb = new LineDisciplineTerminal("test", "dumb", this.shown,
				StandardCharsets.UTF_8)) {
			dumb.setSize(new Size(120, 20));
			assertThat(TopScreen.fits(dumb)).isFalse();
		}
	}

	private CompletableFuture<Void> run() {
		TopScreen screen = new TopScreen(this.terminal, () -> this.picture, TopView.initial(), Duration.ofMillis(100),
				true);
		return CompletableFuture.runAsync(() -> {
			try {
				screen.run();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	private void type(String keys) throws IOException {
		this.terminal.processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
	}

	private String text() {
		return this.shown.toString(StandardCharsets.UTF_8);
	}

	private void awaitShown(String part) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(() -> assertThat(text()).contains(part));
	}

}
