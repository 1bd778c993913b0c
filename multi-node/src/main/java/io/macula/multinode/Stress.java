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

package io.macula.multinode;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.macula.harness.Clock;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Calls at a rate that grows until it is not held any more: the knee. Calls are made when
 * they are due, whether those before were answered or not, and their latency counts from
 * then, so that none that waits is left out (coordinated omission). For one thread.
 */
final class Stress {

	private static final int FIRST_RATE = 1000;

	private static final int LAST_RATE = 512_000;

	/**
	 * How often the span between the last rate that was held and the first one that was
	 * not is halved.
	 */
	private static final int REFINEMENTS = 2;

	private static final double HELD_SHARE = 0.95;

	private static final double HELD_P99_MILLIS = 100;

	/** More calls than this are never open: the rate is not held. */
	private static final int MAX_OPEN = 20_000;

	private static final int WARM_UP_RATE = 2000;

	private static final Duration WARM_UP = Duration.ofSeconds(1);

	private static final int DIGITS = 3;

	/** Longer than a call's deadline. */
	private static final Duration OUTCOME_LIMIT = Duration.ofSeconds(40);

	private final Realm realm;

	private final Duration duration;

	private final ScenarioLog log = new ScenarioLog("stress");

	private final AtomicInteger open = new AtomicInteger();

	/**
	 * A ramp.
	 * @param realm the realm
	 * @param duration how long each rate lasts
	 */
	Stress(Realm realm, Duration duration) {
		this.realm = realm;
		this.duration = duration;
	}

	ScenarioReport run() {
		StressStep held = null;
		StressStep lost = null;
		boolean answered;
		try (ScenarioClient client = ScenarioClient
			.start(this.realm.settings(this.realm.nodes(), this.realm.nodes()))) {
			client.awaitInstances(this.realm.nodes().size());
			step(client, WARM_UP_RATE, WARM_UP);
			for (int rate = FIRST_RATE; rate <= LAST_RATE && lost == null; rate *= 2) {
				StressStep step = tried(client, rate);
				this.log.add(step);
				if (step.held()) {
					held = step;
				}
				else {
					lost = step;
				}
			}
			for (int i = 0; i < REFINEMENTS && held != null && lost != null; i++) {
				StressStep step = tried(client, (int) Math.sqrt((double) held.rate() * lost.rate()));
				this.log.add(step);
				if (step.held()) {
					held = step;
				}
				else {
					lost = step;
				}
			}
			answered = this.open.get() == 0;
		}
		report(held, lost, answered);
		return this.log.report();
	}

	/**
	 * A rate that is not held is tried once more: the machine may have been busy
	 * otherwise.
	 */
	private StressStep tried(ScenarioClient client, int rate) {
		StressStep step = step(client, rate, this.duration);
		return step.held() ? step : step(client, rate, this.duration);
	}

	private void report(@Nullable StressStep held, @Nullable StressStep lost, boolean answered) {
		this.log.measured("secondsOfEachRate", this.duration.toMillis() / 1000.0);
		this.log.measured("kneeCallsPerSecond", (held != null) ? held.rate() : 0);
		this.log.measured("notHeldCallsPerSecond", (lost != null) ? lost.rate() : 0);
		this.log.measured("p99MillisAtTheKnee", (held != null) ? held.p99Millis() : 0);
		this.log.must("%,d calls a second are held".formatted(FIRST_RATE),
				(held != null)
						? "up to %,d with p99 %.1f ms from when a call was due".formatted(held.rate(), held.p99Millis())
						: "not held",
				held != null);
		long failed = (held != null) ? held.failed() : 0;
		this.log.must("no call fails at the knee", failed + " failed", held != null && failed == 0);
		this.log.must("each call has an outcome, beyond the knee as well",
				answered ? "each has one" : this.open.get() + " have none", answered);
	}

	private StressStep step(ScenarioClient client, int rate, Duration duration) {
		Histogram due = new ConcurrentHistogram(DIGITS);
		Histogram sent = new ConcurrentHistogram(DIGITS);
		LongAdder failed = new LongAdder();
		long count = rate * duration.toMillis() / 1000;
		long begin = System.nanoTime();
		long made = 0;
		while (made < count && this.open.get() < MAX_OPEN) {
			long dueNanos = begin + made * 1_000_000_000L / rate;
			long now = System.nanoTime();
			if (now < dueNanos) {
				LockSupport.parkNanos(dueNanos - now);
				continue;
			}
			this.open.incrementAndGet();
			client.callLater().whenComplete((answer, failure) -> {
				long end = System.nanoTime();
				if (failure != null) {
					failed.increment();
				}
				due.recordValue((end - dueNanos) / 1000);
				sent.recordValue((end - now) / 1000);
				this.open.decrementAndGet();
			});
			made++;
		}
		Clock.within(OUTCOME_LIMIT, () -> this.open.get() == 0);
		double seconds = Math.max((System.nanoTime() - begin) / 1e9, duration.toMillis() / 1000.0);
		double achieved = (due.getTotalCount() - failed.sum()) / seconds;
		double p99 = millis(due, 99);
		boolean held = made == count && achieved >= HELD_SHARE * rate && p99 <= HELD_P99_MILLIS && failed.sum() == 0;
		return new StressStep(rate, achieved, held, failed.sum(), millis(due, 50), millis(due, 90), p99,
				millis(due, 99.9), Latencies.millis(due.getMaxValue()), millis(sent, 99));
	}

	private static double millis(Histogram histogram, double percentile) {
		return Latencies.millis(histogram.getValueAtPercentile(percentile));
	}

}
