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

package io.macula.cli.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The schedule, and from when a latency counts. */
@Timeout(15)
class LoadRunTests {

	private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

	@AfterEach
	void end() {
		this.later.shutdownNow();
	}

	@Test
	void whenTheCallerIsHeldUpOnceThenAllCallsThatItDelayedCountTheDelay() {
		// A target that blocks the caller for 200 ms once, as a closed loop would.
		LoadReport report = run(plan(500, 1000, 0, 1000), (number, answer) -> {
			if (number == 100) {
				pause(200);
			}
			answer.ended("OK", "node1", 1);
		});
		assertThat(report.scheduled()).isEqualTo(500);
		assertThat(report.all().calls()).isEqualTo(500);
		assertThat(report.all().millis(99)).isBetween(150.0, 400.0);
		assertThat(report.all().millis(85)).isGreaterThan(20);
		assertThat(report.all().millis(50)).isLessThan(50);
		assertThat(report.late()).isBetween(Duration.ofMillis(150), Duration.ofMillis(500));
	}

	@Test
	void whenTooManyAreOpenThenTheOthersAreCountedAndNotMade() {
		AtomicInteger made = new AtomicInteger();
		LoadReport report = run(plan(1000, 300, 0, 10), (number, answer) -> {
			made.incrementAndGet();
			answer.asked("node1", 1);
		});
		assertThat(report.instances()).containsOnlyKeys("node1");
		assertThat(made).hasValue(10);
		assertThat(report.scheduled()).isEqualTo(300);
		assertThat(report.notStarted()).isEqualTo(290);
		assertThat(report.unanswered()).isEqualTo(10);
		assertThat(report.all().codes()).containsEntry("UNANSWERED", 10L);
		assertThat(report.bad()).isEqualTo(300);
		assertThat(report.badShare()).isEqualTo(1.0);
	}

	@Test
	void whenCallsFailThenTheyAreCountedByCodeAndInstance() {
		LoadReport report = run(plan(1000, 200, 0, 1000), (number, answer) -> answer
			.ended((number % 4 == 0) ? "UNAVAILABLE" : "OK", "node" + number % 2, (number % 4 == 0) ? 3 : 1));
		assertThat(report.all().codes()).containsEntry("OK", 150L).containsEntry("UNAVAILABLE", 50L);
		assertThat(report.all().attempts()).isEqualTo(150 + 3 * 50);
		assertThat(report.instances()).containsOnlyKeys("node0", "node1");
		assertThat(report.instances().get("node0").failed()).isEqualTo(50);
		assertThat(report.badShare()).isEqualTo(0.25);
	}

	@Test
	void whatIsAnsweredInTheWarmUpDoesNotCount() {
		AtomicInteger made = new AtomicInteger();
		LoadReport report = run(plan(1000, 200, 100, 1000), (number, answer) -> {
			made.incrementAndGet();
			answer.ended("OK", "node1", 1);
		});
		assertThat(made).hasValue(300);
		assertThat(report.all().calls()).isEqualTo(200);
		assertThat(report.measured()).isBetween(Duration.ofMillis(190), Duration.ofMillis(201));
	}

	@Test
	void whenCallsAreRareThenTheRateIsThatOfTheWholeTime() {
		LoadReport report = run(plan(2, 500, 100, 10), (number, answer) -> answer.ended("OK", "node1", 1));
		assertThat(report.scheduled()).isEqualTo(1);
		assertThat(report.measured()).isEqualTo(Duration.ofMillis(500));
		assertThat(report.answersPerSecond()).isEqualTo(2.0);
	}

	@Test
	void answersThatComeLaterAreWaitedFor() {
		LoadReport report = run(plan(100, 200, 0, 1000), (number, answer) -> this.later
			.schedule(() -> answer.ended("OK", "node1", 1), 150, TimeUnit.MILLISECONDS));
		assertThat(report.all().codes()).containsEntry("OK", 20L);
		assertThat(report.unanswered()).isZero();
		assertThat(report.all().millis(50)).isBetween(149.0, 400.0);
	}

	@Test
	void whenItIsStoppedThenWhatWasMeasuredIsReported() {
		AtomicReference<LoadRun> run = new AtomicReference<>();
		run.set(new LoadRun(plan(1000, 10_000, 0, 1000), (number, answer) -> {
			answer.ended("OK", "node1", 1);
			if (number == 99) {
				run.get().stop();
			}
		}, Duration.ofSeconds(1), (progress) -> {
		}));
		LoadReport report = run.get().run();
		assertThat(report.interrupted()).isTrue();
		assertThat(report.all().calls()).isEqualTo(100);
		assertThat(report.json().toString()).contains("interrupted=true", "p99.9=");
	}

	@Test
	void progressIsToldMeanwhile() {
		List<LoadRun.Progress> told = new ArrayList<>();
		new LoadRun(plan(200, 500, 100, 1000), (number, answer) -> answer.ended("OK", "node1", 1),
				Duration.ofMillis(100), told::add)
			.run();
		assertThat(told).hasSizeBetween(4, 6);
		assertThat(told.get(0).whole()).isEqualTo(Duration.ofMillis(600));
		assertThat(told.get(told.size() - 1).ended()).isGreaterThan(50);
	}

	private static LoadReport run(LoadPlan plan, LoadTarget target) {
		return new LoadRun(plan, target, Duration.ofSeconds(1), (progress) -> {
		}).run();
	}

	private static LoadPlan plan(double rate, int millis, int warmUp, int concurrency) {
		return new LoadPlan(rate, Duration.ofMillis(millis), Duration.ofMillis(warmUp), concurrency,
				Duration.ofMillis(500));
	}

	private static void pause(int millis) {
		long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
		while (System.nanoTime() < until) {
			Thread.onSpinWait();
		}
	}

}
