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

import io.macula.Code;
import io.macula.Processed;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AttemptTimeoutTests {

	private static final long MILLI = 1_000_000;

	private static final long REMAINING = 30_000 * MILLI;

	private final Fixtures fixtures = new Fixtures(SelectionStrategies.first());

	private final LatencyWindow method = new LatencyWindow(this.fixtures.clock::get);

	AttemptTimeoutTests() {
		this.fixtures.join(1);
	}

	@Test
	void withoutRecordsItIsGenerous() {
		assertThat(timeoutMillis(REMAINING, 3)).isEqualTo(5000);
		assertThat(timeoutMillis(9_000 * MILLI, 3)).isEqualTo(3000);
	}

	@Test
	void theLastAttemptGetsTheRest() {
		answers(100, 1);
		assertThat(timeoutMillis(REMAINING, 1)).isEqualTo(30_000);
	}

	@Test
	void aFastServiceGetsTheFloor() {
		answers(100, 1);
		assertThat(timeoutMillis(REMAINING, 3)).isEqualTo(250);
		assertThat(timeoutMillis(300 * MILLI, 3)).isEqualTo(100);
	}

	@Test
	void itFollowsTheLatency() {
		answers(100, 200);
		assertThat(timeoutMillis(REMAINING, 3)).isBetween(600L, 640L);
	}

	@Test
	void theSlowerOfMethodAndInstanceDecides() {
		answers(100, 200);
		LatencyWindow slow = new LatencyWindow(this.fixtures.clock::get);
		for (int i = 0; i < 30; i++) {
			slow.record(2000 * MILLI);
		}
		assertThat(this.fixtures.balancer.attemptTimeoutNanos(this.fixtures.tracker(1), slow, REMAINING, 3) / MILLI)
			.isBetween(6000L, 6400L);
	}

	@Test
	void anInstanceThatIsNotKnownYetGetsTwiceTheFloor() {
		answers(100, 1);
		this.fixtures.join(2);
		assertThat(timeoutMillis(REMAINING, 3)).isEqualTo(250);
		assertThat(
				this.fixtures.balancer.attemptTimeoutNanos(this.fixtures.tracker(2), this.method, REMAINING, 3) / MILLI)
			.isEqualTo(500);
	}

	@Test
	void aRareSlowMethodIsNotJudgedByTheFastOnesOfItsInstance() {
		answers(1000, 1);
		LatencyWindow rare = new LatencyWindow(this.fixtures.clock::get);
		assertThat(this.fixtures.balancer.attemptTimeoutNanos(this.fixtures.tracker(1), rare, REMAINING, 3) / MILLI)
			.isEqualTo(5000);
	}

	@Test
	void aServiceThatGetsSlowerIsNotCutOffForLong() {
		answers(2000, 10);
		assertThat(timeoutMillis(REMAINING, 3)).isEqualTo(250);
		// From now on every answer takes 3 seconds: each attempt is given up.
		int cutOff = 0;
		while (timeoutMillis(REMAINING, 3) < 3000) {
			long waited = timeoutMillis(REMAINING, 3) * MILLI;
			InstanceTracker picked = this.fixtures.pick();
			this.fixtures.clock.addAndGet(waited / 64);
			picked.failed(Code.DEADLINE_EXCEEDED, Processed.UNKNOWN, waited);
			this.method.recordTimeout(waited);
			assertThat(++cutOff).isLessThan(100);
		}
		assertThat(cutOff).isBetween(10, 70);
	}

	private void answers(int count, long millis) {
		for (int i = 0; i < count; i++) {
			InstanceTracker picked = this.fixtures.pick();
			this.fixtures.passMillis(1);
			picked.succeeded(millis * MILLI);
			this.method.record(millis * MILLI);
		}
		this.fixtures.passMillis(300);
	}

	private long timeoutMillis(long remainingNanos, int attemptsLeft) {
		return this.fixtures.balancer.attemptTimeoutNanos(this.fixtures.tracker(1), this.method, remainingNanos,
				attemptsLeft) / MILLI;
	}

}
