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

import java.time.Duration;
import java.util.Objects;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SlowStart}.
 */
class SlowStartTests {

	private static final long NOW = 77;

	private final Random random = new Random(5);

	private final SlowStart start = Objects.requireNonNull(SlowStart.at(NOW, Duration.ofNanos(1000)));

	@Test
	void whenItsLengthIsZeroThenThereIsNone() {
		assertThat(SlowStart.at(NOW, Duration.ZERO)).isNull();
	}

	@Test
	void beforeTheFirstCallNothingIsGivenAway() {
		assertThat(given(this.start, 1000, 1)).isZero();
	}

	@Test
	void theFirstHundredCallsOfTheServiceAreKept() {
		SlowStart begun = this.start.from(40);
		assertThat(begun.from(90)).as("there is one first call").isSameAs(begun);
		for (int tick = 40; tick < 140; tick++) {
			assertThat(given(begun, tick, 1)).isZero();
		}
		assertThat(given(begun, 140, 1)).isBetween(870, 930);
	}

	@Test
	void theShareThatIsKeptGrows() {
		SlowStart begun = this.start.from(0);
		assertThat(given(begun, 500, 250)).isBetween(710, 790);
		assertThat(given(begun, 500, 750)).isBetween(210, 290);
		assertThat(given(begun, 500, 1000)).isZero();
	}

	@Test
	void itWorksOnWhenTheNumberOfCallsOverflows() {
		SlowStart begun = this.start.from(Long.MAX_VALUE - 50);
		assertThat(given(begun, Long.MAX_VALUE, 1)).isZero();
		assertThat(given(begun, Long.MIN_VALUE + 100, 1)).isBetween(870, 930);
		assertThat(given(this.start.from(-1000), -500, 1)).isBetween(870, 930);
	}

	private int given(SlowStart start, long tick, long elapsed) {
		int given = 0;
		for (int i = 0; i < 1000; i++) {
			given += start.givesAway(tick, NOW + elapsed, () -> this.random) ? 1 : 0;
		}
		return given;
	}

}
