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

package io.macula.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When an event loop stood still, and when it only rested.
 */
class LoopWatchTests {

	private long now;

	private long wallAheadMillis;

	private final List<Long> pauses = new ArrayList<>();

	private final LoopWatch watch = new LoopWatch(() -> this.now,
			() -> TimeUnit.NANOSECONDS.toMillis(this.now) + this.wallAheadMillis, new PauseLog(() -> this.now));

	private final LoopWatch.Listener listener = (present, nanos, certain) -> this.pauses
		.add(TimeUnit.NANOSECONDS.toMillis(nanos));

	LoopWatchTests() {
		this.watch.add(this.listener);
	}

	@Test
	void whenATimerRunsMuchTooLateThenTheLoopStoodStill() {
		this.watch.expect(millis(10), this.now);
		at(40_010);
		this.watch.awake(this.now);
		this.watch.awake(this.now);
		assertThat(this.pauses).containsExactly(40_000L);
		assertThat(this.watch.stoodStillNanos(millis(5))).isEqualTo(millis(40_000));
		assertThat(this.watch.stoodStillNanos(this.now)).isZero();
		assertThat(this.watch.describe(millis(5))).isEqualTo("this node stood still for 40.0 s");
		assertThat(this.watch.describe(this.now)).isEmpty();
	}

	@Test
	void whenTheFirstReadComesBeforeTheTimerThenItIsNoticedThere() {
		this.watch.expect(millis(10), this.now);
		at(12_010);
		this.watch.read();
		assertThat(this.pauses).containsExactly(12_000L);
		at(12_011);
		this.watch.awake(this.now);
		assertThat(this.pauses).hasSize(1);
	}

	@Test
	void whenATimerIsALittleLateThenItIsAStallAndNobodyIsTold() {
		this.watch.expect(millis(10), this.now);
		at(410);
		this.watch.awake(this.now);
		assertThat(this.pauses).isEmpty();
		assertThat(this.watch.stoodStillNanos(millis(5))).isEqualTo(millis(400));
	}

	@Test
	void whenAPauseIsFollowedByAStallThenBothCount() {
		this.watch.expect(millis(10), this.now);
		at(5010);
		this.watch.awake(this.now);
		this.watch.expect(millis(5020), this.now);
		at(5120);
		this.watch.awake(this.now);
		assertThat(this.watch.stoodStillNanos(millis(5))).isEqualTo(millis(5100));
	}

	@Test
	void whenNoTimerIsDueThenALongRestIsNoPause() {
		at(100_000);
		this.watch.awake(this.now);
		this.watch.expect(millis(110_000), this.now);
		at(109_000);
		this.watch.awakeByWall(this.now);
		assertThat(this.pauses).isEmpty();
	}

	@Test
	void whenTheOneWhoseTimerIsDueLeavesThenNothingIsLate() {
		this.watch.expect(millis(10), this.now);
		this.watch.remove(this.listener);
		this.watch.add(this.listener);
		at(5000);
		this.watch.awake(this.now);
		assertThat(this.pauses).isEmpty();
	}

	@Test
	void whenTheWallClockMovedAheadOfTheMonotonicOneThenTheMachineWasSuspended() {
		this.watch.awakeByWall(this.now);
		this.wallAheadMillis = 40_000;
		at(1);
		this.watch.awakeByWall(this.now);
		this.watch.awakeByWall(this.now);
		assertThat(this.pauses).containsExactly(40_000L);
		assertThat(this.watch.describe(0)).isEqualTo("this node was suspended for 40.0 s, or its clock was set ahead");
	}

	@Test
	void whenTheWallClockIsCorrectedALittleOrSetBackThenThatIsNoPause() {
		this.watch.awakeByWall(this.now);
		this.wallAheadMillis = 1_500;
		this.watch.awakeByWall(this.now);
		this.wallAheadMillis = -3_600_000;
		this.watch.awakeByWall(this.now);
		assertThat(this.pauses).isEmpty();
	}

	private void at(long millis) {
		this.now = millis(millis);
	}

	private static long millis(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

}
