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

package io.macula.selection;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RetryBudgetTests {

	private final AtomicLong clock = new AtomicLong(77);

	@Test
	void aFifthOfTheCallsMayBeRetried() {
		RetryBudget budget = new RetryBudget(0.2, 0, this.clock::get);
		assertThat(budget.tryAcquire()).isFalse();
		calls(budget, 1000);
		assertThat(drain(budget)).isEqualTo(200);
		assertThat(budget.granted()).isEqualTo(200);
		assertThat(budget.refused()).isEqualTo(2);
	}

	@Test
	void theFloorIsThereWithoutCalls() {
		RetryBudget budget = new RetryBudget(0.2, 10, this.clock::get);
		assertThat(budget.left()).isEqualTo(100);
		assertThat(drain(budget)).isEqualTo(100);
		assertThat(budget.left()).isZero();
		pass(5);
		assertThat(drain(budget)).as("still within ten seconds").isZero();
		pass(6);
		assertThat(drain(budget)).isEqualTo(100);
	}

	@Test
	void oldCallsEarnNothing() {
		RetryBudget budget = new RetryBudget(0.2, 0, this.clock::get);
		calls(budget, 1000);
		pass(11);
		assertThat(drain(budget)).isZero();
	}

	@Test
	void withinAnyTenSecondsTheShareHolds() {
		RetryBudget budget = new RetryBudget(0.2, 0, this.clock::get);
		long granted = 0;
		for (int second = 0; second < 60; second++) {
			calls(budget, 100);
			granted += drain(budget);
			pass(1);
		}
		assertThat(granted).isBetween(1150L, 1200L);
	}

	@Test
	void racingThreadsDoNotOverdraw() throws Exception {
		RetryBudget budget = new RetryBudget(0.2, 0, this.clock::get);
		calls(budget, 10_000);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			for (int i = 0; i < 4; i++) {
				threads.execute(() -> drain(budget));
			}
		}
		finally {
			threads.shutdown();
			assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(budget.granted()).isEqualTo(2000);
	}

	@Test
	void aNegativeBudgetIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryBudget(-1, 0, this.clock::get))
			.withMessageContaining("ratio -1.0");
	}

	private void pass(int seconds) {
		this.clock.addAndGet(seconds * 1_000_000_000L);
	}

	private static void calls(RetryBudget budget, int count) {
		for (int i = 0; i < count; i++) {
			budget.callStarted();
		}
	}

	private static int drain(RetryBudget budget) {
		int granted = 0;
		while (budget.tryAcquire()) {
			granted++;
		}
		return granted;
	}

}
