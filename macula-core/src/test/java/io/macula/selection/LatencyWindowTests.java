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

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LatencyWindowTests {

	private final AtomicLong clock = new AtomicLong(-5);

	private final LatencyWindow window = new LatencyWindow(this.clock::get);

	@Test
	void everyValueLiesInItsBucketWithinASixteenth() {
		int last = -1;
		for (long micros = 0; micros < 1L << 28; micros += 1 + micros / 50) {
			int bucket = LatencyWindow.bucket(micros);
			long upper = LatencyWindow.upperMicros(bucket);
			assertThat(bucket).isGreaterThanOrEqualTo(last);
			assertThat(upper).isGreaterThan(micros).isLessThanOrEqualTo(micros + 1 + micros / 16);
			last = bucket;
		}
		assertThat(LatencyWindow.bucket(Long.MAX_VALUE)).isEqualTo(LatencyWindow.bucket((1L << 28) - 1));
		assertThat(LatencyWindow.bucket(-1)).isZero();
	}

	@Test
	void tellsQuantilesAndMean() {
		assertThat(this.window.quantileNanos(0.5)).isZero();
		assertThat(this.window.meanNanos()).isZero();
		for (int i = 1; i <= 1000; i++) {
			this.window.record(i * 1_000_000L);
		}
		assertThat(this.window.count()).isEqualTo(1000);
		assertThat(this.window.quantileNanos(0.5) / 1e6).isBetween(500.0, 532.0);
		assertThat(this.window.quantileNanos(0.99) / 1e6).isBetween(990.0, 1052.0);
		assertThat(this.window.meanNanos() / 1e6).isBetween(490.0, 520.0);
	}

	@Test
	void forgetsWhatIsOld() {
		this.window.record(1_000_000);
		this.clock.addAndGet(15_000_000_000L);
		this.window.record(3_000_000);
		assertThat(this.window.count()).isEqualTo(2);
		this.clock.addAndGet(15_000_000_000L);
		this.window.record(3_000_000);
		assertThat(this.window.count()).isEqualTo(2);
		assertThat(this.window.quantileNanos(0)).isGreaterThan(2_900_000);
		this.clock.addAndGet(60_000_000_000L);
		assertThat(this.window.count()).isZero();
		this.window.record(1_000_000);
		assertThat(this.window.count()).isEqualTo(1);
	}

}
