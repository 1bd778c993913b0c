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

package io.macula.udp;

import io.netty.channel.SelectStrategy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When an event loop spins, and when it sleeps.
 */
class BriefSpinTests {

	private static final long SPIN_NANOS = 50_000;

	private long now;

	private int events;

	private final BriefSpin spin = new BriefSpin(SPIN_NANOS, () -> this.now);

	@Test
	void aLoopWithTasksNeitherSpinsNorSleeps() throws Exception {
		this.events = 3;
		assertThat(this.spin.calculateStrategy(() -> this.events, true)).isEqualTo(3);
		this.events = 0;
		assertThat(this.spin.calculateStrategy(() -> this.events, true)).isZero();
	}

	@Test
	void anIdleLoopSleepsAndTriesNowAndThen() throws Exception {
		int spins = 0;
		for (int moment = 0; moment < 320; moment++) {
			spins += idle() ? 1 : 0;
		}
		assertThat(spins).isEqualTo(10);
	}

	@Test
	void whereEventsComeSoonTheLoopSpinsEachTime() throws Exception {
		learnThatItPays();
		for (int moment = 0; moment < 100; moment++) {
			assertThat(eventAfter(SPIN_NANOS / 2)).isTrue();
		}
	}

	@Test
	void whenEventsCeaseToComeSoonThenTheLoopSleepsAgain() throws Exception {
		learnThatItPays();
		int spins = 0;
		for (int moment = 0; moment < 64; moment++) {
			spins += idle() ? 1 : 0;
		}
		assertThat(spins).isLessThan(10);
	}

	private void learnThatItPays() throws Exception {
		for (int moment = 0; moment < 500; moment++) {
			eventAfter(SPIN_NANOS / 2);
		}
	}

	/** Whether it spun before it went to sleep. */
	private boolean idle() throws Exception {
		this.events = 0;
		boolean spun = false;
		while (next() == SelectStrategy.CONTINUE) {
			spun = true;
			this.now += 1000;
		}
		return spun;
	}

	/** Whether it was found by spinning. */
	private boolean eventAfter(long nanos) throws Exception {
		this.events = 0;
		long end = this.now + nanos;
		while (this.now < end) {
			if (next() == SelectStrategy.SELECT) {
				return false;
			}
			this.now += 1000;
		}
		this.events = 1;
		return next() == 1;
	}

	private int next() throws Exception {
		return this.spin.calculateStrategy(() -> this.events, false);
	}

}
