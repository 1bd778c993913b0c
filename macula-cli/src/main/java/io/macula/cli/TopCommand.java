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
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.cli.top.TopScreen;
import io.macula.cli.top.TopTable;
import io.macula.cli.top.TopView;
import io.macula.operations.RealmMonitor;
import io.macula.operations.RealmPicture;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Who does how much, live.
 */
@Command(name = "top",
		description = { "Shows calls, latencies, failures and connections of each service and instance, live.",
				"Keys: c 5 9 f i o n sort, r reverses, t hides instances, / filters, q ends.",
				"Without a terminal, or in one that is dumb or narrower than 60 columns, a table each interval." })
final class TopCommand extends RealmCommand {

	private static final Duration LONGEST = Duration.ofDays(365);

	private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(1);

	private static final Duration LEAST_INTERVAL = Duration.ofMillis(200);

	private static final Duration SEARCH = Duration.ofSeconds(5);

	private static final int NODES = 10_000;

	/** Of a table that nobody cuts. */
	private static final int PLAIN_WIDTH = 160;

	private static final int PLAIN_HEIGHT = 10_000;

	@Option(names = "--interval", paramLabel = "DURATION", defaultValue = "1s",
			description = "How often the nodes tell what changed, 200ms to 1m; 1s by default.")
	private String interval = "1s";

	@Option(names = "--sort", paramLabel = "COLUMN", defaultValue = "calls",
			description = "calls, failures, p50, p99, inflight, connections or name.")
	private String sort = "calls";

	@Option(names = "--filter", paramLabel = "TEXT", defaultValue = "",
			description = "Only what has this in its name, application, zone or state.")
	private String filter = "";

	@Option(names = "--services", description = "Without instances.")
	private boolean services;

	@Option(names = "--plain", description = "A table each interval, in every terminal.")
	private boolean plain;

	@Option(names = "--for", paramLabel = "DURATION", description = "End after this time; not at all by default.")
	private @Nullable String length;

	@Override
	ExitCode run(RealmConnection realm, Output output) throws IOException, InterruptedException {
		Duration each = duration(this.interval, "--interval", LONGEST_INTERVAL);
		if (each.compareTo(LEAST_INTERVAL) < 0) {
			throw CommandException
				.usage("interval '" + this.interval + "' from --interval is not valid: expected 200ms to 1m");
		}
		Duration bound = (this.length != null) ? duration(this.length, "--for", LONGEST) : LONGEST;
		TopView view = new TopView(order(), false, this.filter, !this.services);
		realm.crawl();
		try (RealmMonitor monitor = new RealmMonitor(realm.operations(), realm.seeds(),
				new RealmPicture.Settings(each, SEARCH, NODES))) {
			monitor.start();
			if (this.plain || output.json() || !command().surroundings().outputTerminal()
					|| !command().surroundings().inputTerminal()) {
				tables(monitor, view, each, bound, output);
			}
			else {
				screen(monitor, view, each, bound, output);
			}
		}
		return ExitCode.OK;
	}

	private static Duration duration(String text, String origin, Duration longest) {
		return Settings.duration(new Given(text, origin, Path.of(""), Given.OPTION), origin.substring(2), longest);
	}

	private TopView.Order order() {
		for (TopView.Order order : TopView.Order.values()) {
			if (order.text().equals(this.sort.toLowerCase(Locale.ROOT))) {
				return order;
			}
		}
		throw CommandException.usage("sort '" + this.sort
				+ "' from --sort is not valid: expected calls, failures, p50, p99, inflight, connections or name");
	}

	private void screen(RealmMonitor monitor, TopView view, Duration each, Duration bound, Output output)
			throws IOException, InterruptedException {
		try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
			if (!TopScreen.fits(terminal)) {
				output.warn("this terminal is too small or cannot be addressed (" + terminal.getType() + ", "
						+ terminal.getWidth() + " columns): here are plain tables");
				tables(monitor, view, each, bound, output);
				return;
			}
			TopScreen screen = new TopScreen(terminal, monitor::state, view, each, command().surroundings().colours());
			Thread hook = new Thread(screen::restore, "macula-restore");
			Runtime.getRuntime().addShutdownHook(hook);
			Disposable end = Mono.delay(bound).subscribe((over) -> screen.stop());
			try {
				screen.run();
			}
			finally {
				end.dispose();
				unhook(hook);
			}
		}
	}

	private static void unhook(Thread hook) {
		try {
			Runtime.getRuntime().removeShutdownHook(hook);
		}
		catch (IllegalStateException ex) {
			// It runs.
		}
	}

	private static void tables(RealmMonitor monitor, TopView view, Duration each, Duration bound, Output output)
			throws InterruptedException {
		CountDownLatch over = new CountDownLatch(1);
		long deadline = System.nanoTime() + Math.min(bound.toNanos(), Long.MAX_VALUE / 4);
		while (System.nanoTime() < deadline && !output.gone()) {
			over.await(Math.max(1, Math.min(each.toMillis(), (deadline - System.nanoTime()) / 1_000_000)),
					TimeUnit.MILLISECONDS);
			RealmPicture picture = monitor.state();
			if (output.json()) {
				output.line(TopJson.of(picture, view));
			}
			else {
				TopTable.lines(picture, view, PLAIN_WIDTH, PLAIN_HEIGHT).forEach((line) -> output.text(line.text()));
				output.text("");
			}
		}
	}

}
