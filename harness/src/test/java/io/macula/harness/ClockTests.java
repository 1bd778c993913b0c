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

package io.macula.harness;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class ClockTests {

	@Test
	void whenTheConditionComesToHoldThenTheWaitEnds() {
		AtomicInteger asked = new AtomicInteger();
		Clock.await("it was asked three times", Duration.ofMinutes(1), () -> asked.incrementAndGet() == 3);
		assertThat(asked).hasValue(3);
	}

	@Test
	void whenTheConditionNeverHoldsThenTheExceptionTellsWhatWasWaitedFor() {
		assertThatIllegalStateException()
			.isThrownBy(() -> Clock.await("the moon is full", Duration.ofMillis(1), () -> false))
			.withMessageContaining("the moon is full");
		assertThat(Clock.within(Duration.ofMillis(1), () -> false)).isFalse();
	}

	@Test
	void whenThePauseIsNegativeThenItIsOver() {
		long before = Clock.now();
		Clock.pause(Duration.ofDays(-1));
		assertThat(Clock.now()).isGreaterThanOrEqualTo(before);
	}

}
