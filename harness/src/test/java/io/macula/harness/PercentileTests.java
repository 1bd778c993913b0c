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

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PercentileTests {

	private static final double[] HUNDRED = IntStream.rangeClosed(1, 100).asDoubleStream().toArray();

	@Test
	void percentileIsTheLeastValueThatIsNotBelowTheShare() {
		assertThat(Percentile.of(HUNDRED, 50)).isEqualTo(50);
		assertThat(Percentile.of(HUNDRED, 99)).isEqualTo(99);
		assertThat(Percentile.of(HUNDRED, 99.5)).isEqualTo(100);
		assertThat(Percentile.of(HUNDRED, 100)).isEqualTo(100);
		assertThat(Percentile.of(new double[] { 1, 7, 9 }, 50)).isEqualTo(7);
	}

	@Test
	void percentileOfNothingIsZero() {
		assertThat(Percentile.of(new double[0], 99)).isZero();
		assertThat(Percentile.of(HUNDRED, 0)).isEqualTo(1);
	}

}
