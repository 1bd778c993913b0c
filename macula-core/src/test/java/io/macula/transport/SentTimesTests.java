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

import java.util.concurrent.TimeUnit;

import io.macula.wire.Frame;
import io.macula.wire.FrameDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told of the clock, and when an epoch ends.
 */
class SentTimesTests {

	private long now = -5_000_000_000L;

	private long wall = 1_700_000_000_000L;

	private final SentTimes times = new SentTimes(this.now, () -> this.wall);

	@Test
	void whenTimePassesThenItIsToldInMilliseconds() {
		assertThat(told()).isEqualTo(new Frame.Time(1, 0));
		pass(70);
		assertThat(told()).isEqualTo(new Frame.Time(1, 70));
	}

	@Test
	void whenTheMonotonicClockStoodStillThenANewEpochBegins() {
		told();
		pass(70);
		this.wall += 10_000;
		assertThat(told()).isEqualTo(new Frame.Time(2, 70));
		pass(70);
		assertThat(told()).isEqualTo(new Frame.Time(2, 140));
	}

	@Test
	void whenTheProcessWasStoppedThenTheTimesGoOn() {
		told();
		pass(40_000);
		assertThat(told()).isEqualTo(new Frame.Time(1, 40_000));
	}

	private Frame told() {
		ByteBuf out = Unpooled.buffer();
		this.times.write(out, this.now);
		Frame frame = new FrameDecoder(1000).decode(out);
		assertThat(frame).isNotNull();
		return frame;
	}

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
		this.wall += millis;
	}

}
