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

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CallTests {

	private static final Attempt FAILED = new Attempt(1, "node1", "UNAVAILABLE");

	@Test
	void whenTheFirstAttemptFailsOnANodeAndTheLastSucceedsElsewhereThenItFailedOver() {
		Call call = answeredBy("node2", FAILED, new Attempt(2, "node2", "OK"));
		assertThat(call.failedOverFrom("node1")).isTrue();
		assertThat(call.failedOverFrom("node2")).isFalse();
	}

	@Test
	void whenAnotherAttemptSucceedsOnTheSameNodeThenItDidNotFailOver() {
		assertThat(answeredBy("node1", FAILED, new Attempt(2, "node1", "OK")).failedOverFrom("node1")).isFalse();
	}

	@Test
	void whenTheFirstAttemptHasNoOutcomeThenItDidNotFail() {
		Call hedged = answeredBy("node2", new Attempt(1, "node1", null), new Attempt(2, "node2", "OK"));
		assertThat(hedged.failedOverFrom("node1")).isFalse();
	}

	@Test
	void whenAllAttemptsFailThenItDidNotFailOver() {
		Call call = new Call(1, null, 0, 10, List.of(FAILED, new Attempt(2, "node2", "UNAVAILABLE")), "UNAVAILABLE");
		assertThat(call.failedOverFrom("node1")).isFalse();
	}

	@Test
	void timesCountFromTheBeginOfTheScenario() {
		Call call = new Call(1, "node1", 500, 10, List.of(), null).since(400);
		assertThat(call.startMicros()).isEqualTo(100);
		assertThat(call.endMicros()).isEqualTo(110);
	}

	private static Call answeredBy(String node, Attempt... attempts) {
		return new Call(1, node, 0, 10, List.of(attempts), null);
	}

}
