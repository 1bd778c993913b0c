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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimingWheelTests {

	private final long start = System.nanoTime();

	private final TimingWheel wheel = new TimingWheel(this.start);

	private final List<OutboundCall> expired = new ArrayList<>();

	@Test
	void callsExpireOnceAndNeverEarly() {
		Random random = new Random(3);
		List<TestCall> calls = new ArrayList<>();
		long base = System.nanoTime();
		for (int i = 0; i < 2000; i++) {
			TestCall call = new TestCall("p", new byte[0], Duration.ofMillis(random.nextInt(20_000)), true);
			calls.add(call);
			this.wheel.add(call, base);
		}
		for (int i = 0; i < 2000; i += 3) {
			this.wheel.remove(calls.get(i));
			this.wheel.remove(calls.get(i));
		}
		int before = this.wheel.size();
		long tick = 1L << TimingWheel.TICK_SHIFT;
		long limit = base + TimeUnit.SECONDS.toNanos(21);
		for (long now = base; now < limit; now += tick) {
			this.expired.clear();
			this.wheel.expire(now, this.expired::add);
			for (OutboundCall call : this.expired) {
				assertThat(call.deadlineNanoTime()).isLessThanOrEqualTo(now);
				assertThat(call.deadlineNanoTime()).isGreaterThan(now - 3 * tick);
				before--;
			}
		}
		assertThat(before).isZero();
		assertThat(this.wheel.size()).isZero();
	}

	@Test
	void afterALongPauseEverythingIsFound() {
		for (int i = 0; i < 1000; i++) {
			this.wheel.add(new TestCall("p", new byte[0], Duration.ofMillis(i * 10L), true), System.nanoTime());
		}
		this.wheel.expire(System.nanoTime() + TimeUnit.MINUTES.toNanos(1), this.expired::add);
		assertThat(this.expired).hasSize(1000);
	}

	@Test
	void anActionMayRemoveOtherCalls() {
		TestCall other = new TestCall("p", new byte[0], Duration.ofMillis(50), true);
		this.wheel.add(new TestCall("p", new byte[0], Duration.ofMillis(10), true), System.nanoTime());
		this.wheel.add(other, System.nanoTime());
		this.wheel.expire(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(40), (call) -> this.wheel.remove(other));
		assertThat(this.wheel.size()).isZero();
	}

}
