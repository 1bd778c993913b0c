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

package io.macula.directory;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ReconnectPace}.
 */
class ReconnectPaceTests {

	private static final Duration LEASE = Duration.ofSeconds(15);

	@Test
	void pausesGrowUpToTheirBound() {
		ReconnectPace pace = new ReconnectPace(Duration.ofMillis(100), Duration.ofSeconds(1), (bound) -> bound - 1);
		assertThat(pace.next()).isEqualTo(Duration.ofMillis(100));
		assertThat(pace.next()).isEqualTo(Duration.ofMillis(200));
		assertThat(pace.next()).isEqualTo(Duration.ofMillis(400));
		for (int i = 0; i < 100; i++) {
			assertThat(pace.next()).isLessThanOrEqualTo(Duration.ofSeconds(1));
		}
		pace.succeeded();
		assertThat(pace.failures()).isZero();
		assertThat(pace.next()).isEqualTo(Duration.ofMillis(100));
	}

	@Test
	void longPausesDoNotOverflow() {
		ReconnectPace pace = new ReconnectPace(Duration.ofDays(1000), Duration.ofDays(10_000), (bound) -> bound - 1);
		for (int i = 0; i < 100; i++) {
			assertThat(pace.next()).isBetween(Duration.ofDays(1000), Duration.ofDays(10_000));
		}
	}

	@Test
	void pausesThatAreNoneAreRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ReconnectPace(Duration.ofSeconds(2), Duration.ofSeconds(1), (bound) -> 0))
			.withMessageContaining("Pauses of 2s to 1s");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ReconnectPace(Duration.ZERO, Duration.ofSeconds(1), (bound) -> 0));
	}

	/** A thousand nodes lose a system that is back at once. */
	@Test
	void nodesThatLoseTheSystemTogetherDoNotComeBackTogether() {
		SplittableRandom random = new SplittableRandom(1);
		int[] perTenth = new int[25];
		for (int node = 0; node < 1000; node++) {
			Duration first = ReconnectPace.ofLease(LEASE, random::nextLong).next();
			perTenth[(int) Math.min(24, first.toMillis() / 100)]++;
		}
		assertThat(Arrays.stream(perTenth).max().orElseThrow()).as("of 1000 nodes in a tenth of a second")
			.isLessThan(80);
	}

	/** And none waits for so long that it misses a lease. */
	@Test
	void whenTheSystemIsBackThenEachNodeTriesWithinAThirdOfALease() {
		SplittableRandom random = new SplittableRandom(2);
		ReconnectPace pace = ReconnectPace.ofLease(LEASE, random::nextLong);
		for (int i = 0; i < 1000; i++) {
			assertThat(pace.next()).isLessThanOrEqualTo(LEASE.dividedBy(3));
		}
	}

}
