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

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class LatenciesTests {

	@Test
	void whenACallerWaitsThenTheCallsThatItWouldHaveMadeAreCounted() {
		// A call each millisecond, and one that takes as long as a thousand of them.
		List<Call> calls = Stream.concat(Collections.nCopies(1000, call(100)).stream(), Stream.of(call(1_000_000)))
			.toList();
		Map<String, Double> corrected = Latencies.corrected(calls, 1000);
		assertThat(corrected.get("p50")).isCloseTo(0.1, within(1.1));
		assertThat(corrected.get("p90")).isCloseTo(800, within(5.0));
		assertThat(corrected.get("max")).isCloseTo(1000, within(5.0));
	}

	private static Call call(long micros) {
		return new Call(1, "node1", 0, micros, List.of(), null);
	}

}
