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
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WarmUpTests {

	private final long[] now = new long[1];

	private final long[] compiled = new long[1];

	private long calls;

	@Test
	void whenCompilersRestForTwoWindowsThenItEnds() {
		WarmUp warmUp = new WarmUp(() -> this.compiled[0], () -> this.now[0]);
		assertThat(warmUp.run(Duration.ofMinutes(1), () -> call(3000))).isTrue();
		// To a thousandth of a window after they ended, and two windows more.
		assertThat(this.calls).isEqualTo(3000 + 2 * WarmUp.WINDOW.toMillis());
	}

	@Test
	void whenTheyDoNotRestThenItEndsAtItsLimit() {
		WarmUp warmUp = new WarmUp(() -> this.compiled[0], () -> this.now[0]);
		assertThat(warmUp.run(Duration.ofSeconds(6), () -> call(Long.MAX_VALUE))).isFalse();
		assertThat(this.calls).isEqualTo(6000);
	}

	@Test
	void whatThisJvmHasCompiledIsKnown() {
		assertThat(WarmUp.compiledMillis()).isPositive();
	}

	/** One of a millisecond, half of which the compilers use until they are done. */
	private void call(long until) {
		this.calls++;
		this.now[0] += TimeUnit.MILLISECONDS.toNanos(1);
		if (this.calls <= until && this.calls % 2 == 0) {
			this.compiled[0]++;
		}
	}

}
