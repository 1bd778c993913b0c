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

package io.macula.directory.tck;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of figures of one engine: prints the lines that {@code scripts/engines.sh}
 * reads, and fails each test in whose rows a bound does not hold; a field with
 * {@code @RegisterExtension}. Safe for all threads.
 */
public final class Figures implements AfterEachCallback {

	/** Whether outages are short and repetitions few. */
	public static final boolean SHORT = Boolean.getBoolean("engines.short");

	private static final Duration SOON = Duration.ofMinutes(3);

	private final String engine;

	private final List<String> failures = new CopyOnWriteArrayList<>();

	private Figures(String engine) {
		this.engine = engine;
	}

	/**
	 * The table of an engine.
	 * @param engine as {@code scripts/engines.sh} names it
	 * @return a table without rows
	 */
	public static Figures of(String engine) {
		return new Figures(engine);
	}

	/**
	 * Print a row.
	 * @param what was measured
	 * @param bound that must hold
	 * @param figure that was measured
	 * @param holds whether the bound does; if not, the test fails when it ends
	 */
	public void row(String what, String bound, Object figure, boolean holds) {
		print(what, bound, figure, holds ? "holds" : "FAILS");
		if (!holds) {
			this.failures.add(what + ": " + figure + ", expected " + bound);
		}
	}

	/**
	 * Print what cannot be measured here, and abort the test.
	 * @param reason why not
	 * @param rows what would have been measured
	 */
	public void skip(String reason, String... rows) {
		for (String row : rows) {
			print(row, "", reason, "SKIPPED");
		}
		Assumptions.abort(reason);
	}

	private void print(String what, String bound, Object figure, String end) {
		System.out.println("ENGINE-ROW|" + this.engine + "|" + what + "|" + bound + "|"
				+ String.valueOf(figure).replace('|', '/') + "|" + end);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		List<String> failed = List.copyOf(this.failures);
		this.failures.clear();
		assertThat(failed).isEmpty();
	}

	/**
	 * A time for people.
	 * @param nanos of it
	 * @return for example {@code 0.157 s}
	 */
	public static String seconds(long nanos) {
		return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
	}

	/**
	 * The worst of several times, and the middle of them, for people.
	 * @param nanos at least one
	 * @return for example {@code 0.157 s (worst of 5, median 0.114 s)}
	 */
	public static String spread(List<Long> nanos) {
		List<Long> sorted = nanos.stream().sorted().toList();
		return seconds(sorted.get(sorted.size() - 1)) + " (worst of " + sorted.size() + ", median "
				+ seconds(sorted.get(sorted.size() / 2)) + ")";
	}

	/**
	 * Whole milliseconds.
	 * @param nanos of a time
	 * @return rounded down
	 */
	public static long millis(long nanos) {
		return Duration.ofNanos(nanos).toMillis();
	}

	/**
	 * How long ago something was.
	 * @param begin of {@link System#nanoTime()}
	 * @return whole milliseconds
	 */
	public static long millisSince(long begin) {
		return millis(System.nanoTime() - begin);
	}

	/**
	 * Wait, at most three minutes.
	 * @param done asked each two milliseconds
	 */
	public static void await(BooleanSupplier done) {
		nanosUntil(done);
	}

	/**
	 * Wait, at most three minutes, and measure for how long.
	 * @param done asked each two milliseconds
	 * @return nanoseconds from now on
	 */
	public static long nanosUntil(BooleanSupplier done) {
		return nanosUntil(System.nanoTime(), done);
	}

	/**
	 * Wait, at most three minutes.
	 * @param begin of {@link System#nanoTime()}
	 * @param done asked each two milliseconds
	 * @return nanoseconds since then
	 */
	public static long nanosUntil(long begin, BooleanSupplier done) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(2))
			.pollDelay(Duration.ZERO)
			.atMost(SOON)
			.until(done::getAsBoolean);
		return System.nanoTime() - begin;
	}

	/**
	 * Let time pass, such as that of an outage.
	 * @param time as long as this
	 */
	public static void pass(Duration time) {
		long begin = System.nanoTime();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.atMost(time.plus(SOON))
			.until(() -> System.nanoTime() - begin >= time.toNanos());
	}

}
