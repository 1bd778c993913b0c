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

package io.macula.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.Disposables;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link CallerWait}.
 */
class CallerWaitTests {

	private final List<Runnable> asked = new ArrayList<>();

	private long now = Long.MAX_VALUE - 5;

	@Test
	void aCallerWaitsUntilTheDeadlineAndThenForTheGrace() {
		CallerWait wait = after(1000);
		assertThat(wait.bound()).isEqualTo(1000);
		pass(wait, 400);
		assertThat(wait.bound()).as("awoken too early").isEqualTo(600);
		pass(wait, 600);
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS);
	}

	@Test
	void whatTheFirstWaitTookTooLongIsNoPartOfTheGrace() {
		CallerWait wait = after(1000);
		pass(wait, Duration.ofHours(1).toNanos());
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS);
	}

	@Test
	void aDeadlineThatIsLongOverLeavesTheWholeGrace() {
		assertThat(graceOf(after(Duration.ofHours(-1).toNanos()))).isEqualTo(CallerWait.GRACE_NANOS);
	}

	@Test
	void aStepOfTheGraceThatTookTooLongCountsAsOne() {
		CallerWait wait = after(0);
		pass(wait, Duration.ofHours(1).toNanos());
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS - CallerWait.STEP_NANOS);
	}

	@Test
	void aStepOfTheGraceThatWasCutShortCountsForItsLength() {
		CallerWait wait = after(0);
		pass(wait, 3);
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS - 3);
	}

	@Test
	void theGraceBeginsAgainOnceTheThreadsThatEndCallsRun() {
		CallerWait wait = after(1000);
		pass(wait, 1000);
		pass(wait, CallerWait.GRACE_NANOS / 2);
		assertThat(this.asked).hasSize(1);
		assertThat(wait.othersRan()).isFalse();
		this.asked.get(0).run();
		pass(wait, 1);
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS);
		assertThat(wait.othersRan()).isTrue();
		assertThat(this.asked).hasSize(1);
	}

	@Test
	void theyAreNotWaitedForAnyLonger() {
		CallerWait wait = after(0);
		assertThat(graceOf(wait)).isEqualTo(CallerWait.GRACE_NANOS);
		assertThat(wait.othersRan()).isFalse();
	}

	private CallerWait after(long untilDeadline) {
		return new CallerWait(untilDeadline, this.now, (action, delay) -> {
			this.asked.add(action);
			return Disposables.disposed();
		});
	}

	private void pass(CallerWait wait, long nanos) {
		this.now += nanos;
		wait.waited(this.now);
	}

	/** Wait as long as told, until that is over. */
	private long graceOf(CallerWait wait) {
		long begun = this.now;
		while (!wait.over()) {
			assertThat(wait.bound()).isPositive().isLessThanOrEqualTo(CallerWait.STEP_NANOS);
			pass(wait, wait.bound());
		}
		assertThat(wait.bound()).isZero();
		return this.now - begun;
	}

}
