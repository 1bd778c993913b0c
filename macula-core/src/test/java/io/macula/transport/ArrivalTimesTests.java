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

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How late calls are, by two clocks that need not agree.
 */
class ArrivalTimesTests {

	private static final long MINUTE = 60_000;

	private final ArrivalTimes arrivals = new ArrivalTimes();

	@Test
	void whenNothingWasToldThenNothingIsLate() {
		assertThat(this.arrivals.lateMillis(0, 0, 1_000_000)).isZero();
	}

	@Test
	void whenCallsComeAsFastAsTheFastestThenTheyAreInTime() {
		this.arrivals.told(1, 500, -70_000);
		assertThat(this.arrivals.lateMillis(1, 500, -70_000)).isZero();
		assertThat(this.arrivals.lateMillis(1, 500, -69_901)).isZero();
	}

	@Test
	void whenACallWaitedOnItsWayThenItIsLateByThat() {
		this.arrivals.told(1, 1000, 5000);
		this.arrivals.told(1, 2000, 46_000);
		assertThat(this.arrivals.lateMillis(1, 2000, 46_000)).isBetween(39_800L, 39_900L);
	}

	@Test
	void whenTheFirstWasLateThenAFasterOneShowsIt() {
		this.arrivals.told(1, 1000, 45_000);
		assertThat(this.arrivals.lateMillis(1, 1000, 45_000)).isZero();
		this.arrivals.told(1, 44_000, 48_000);
		assertThat(this.arrivals.lateMillis(1, 1000, 48_000)).isGreaterThan(42_000);
	}

	@Test
	void whenTheClocksDriftThenNothingBecomesLate() {
		for (long day = 0; day < 7 * 24 * 60; day++) {
			long sent = day * MINUTE;
			// 200 parts in a million, more than computers' clocks do.
			long arrived = 10_000 + sent + sent / 5000;
			this.arrivals.told(1, sent, arrived);
			assertThat(this.arrivals.lateMillis(1, sent, arrived)).isZero();
		}
		long sent = 8 * 24 * 60 * MINUTE;
		assertThat(this.arrivals.lateMillis(1, sent, 10_000 + sent + sent / 5000 + 20_000)).isZero();
	}

	@Test
	void whenTheClientsClockStoodStillThenANewEpochBeginsAnew() {
		this.arrivals.told(1, 1000, 5000);
		this.arrivals.told(2, 1100, 45_100);
		assertThat(this.arrivals.lateMillis(2, 1100, 45_100)).isZero();
		assertThat(this.arrivals.lateMillis(1, 1000, 45_100)).isZero();
		this.arrivals.told(1, 1050, 45_200);
		assertThat(this.arrivals.lateMillis(2, 1200, 45_200)).isZero();
	}

	@Test
	void whenThisSidesClockStoodStillThenTheNextCallShowsIt() {
		this.arrivals.told(1, 1000, 45_000);
		this.arrivals.told(1, 41_000, 45_100);
		assertThat(this.arrivals.lateMillis(1, 41_000, 45_100)).isZero();
		assertThat(this.arrivals.lateMillis(1, 41_000, 46_100)).isGreaterThan(800);
	}

}
