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
package io.macula.server;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MemoryBackOffTests {

	private final AtomicLong clock = new AtomicLong(-100);

	private final MemoryBackOff memory = new MemoryBackOff("node node1", this.clock::get);

	private void pass(Duration duration) {
		this.clock.addAndGet(duration.toNanos());
	}

	private void fail() {
		this.memory.failed(new OutOfMemoryError("expected by the test"));
	}

	private void assertRefusesFor(Duration duration) {
		pass(duration.minusNanos(1));
		assertThat(this.memory.refusing()).isTrue();
		assertThat(this.memory.resume()).isFalse();
		pass(Duration.ofNanos(1));
		assertThat(this.memory.resume()).isTrue();
		assertThat(this.memory.refusing()).isFalse();
	}

	@Test
	void whenNothingFailedThenCallsAreServed() {
		assertThat(this.memory.refusing()).isFalse();
		assertThat(this.memory.resume()).isTrue();
	}

	@Test
	void whenSomethingElseFailedThenCallsAreServed() {
		this.memory.failed(new StackOverflowError("expected by the test"));
		assertThat(this.memory.refusing()).isFalse();
	}

	@Test
	void whenTheMemoryEndedThenCallsAreRefusedForASecond() {
		fail();
		assertRefusesFor(Duration.ofSeconds(1));
	}

	@Test
	void whenTheMemoryEndsAgainAndAgainThenTheBackOffDoublesUpToHalfAMinute() {
		for (int seconds : new int[] { 1, 2, 4, 8, 16, 30, 30 }) {
			fail();
			assertRefusesFor(Duration.ofSeconds(seconds));
		}
	}

	@Test
	void whenTheMemoryEndsAgainDuringABackOffThenThatIsNotExtended() {
		fail();
		pass(Duration.ofMillis(999));
		fail();
		assertRefusesFor(Duration.ofMillis(1));
	}

	@Test
	void whenTheMemoryEndsAgainAfterTheBackOffAndBeforeAnyCallThenAnotherFollows() {
		fail();
		pass(Duration.ofSeconds(2));
		fail();
		assertRefusesFor(Duration.ofSeconds(2));
	}

	@Test
	void whenAllWasWellForHalfAMinuteThenTheBackOffIsShortAgain() {
		fail();
		assertRefusesFor(Duration.ofSeconds(1));
		fail();
		assertRefusesFor(Duration.ofSeconds(2));
		pass(Duration.ofSeconds(31));
		fail();
		assertRefusesFor(Duration.ofSeconds(1));
	}

}
