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

package io.macula.operations;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests of {@link NodeStatus} against what nodes may tell.
 */
@SuppressWarnings({ "DataFlowIssue", "NullAway" })
class NodeStatusTests {

	private static final Duration ENDLESS = Duration.ofSeconds(Long.MAX_VALUE);

	@Test
	void lifeOfWhichNothingIsToldOrNonsense() {
		NodeStatus.Life life = new NodeStatus.Life(null, 0, null, null, 0, 0, 0, 0, null, 0, false, null);
		assertThat(life.state()).isEqualTo("unknown");
		assertThat(life.age()).isZero();
		NodeStatus.Life old = new NodeStatus.Life("serving", 0, ENDLESS, "granted", 1, 0, 0, 0, "read", 0, true, null);
		assertThat(old.age().toNanos()).isPositive();
	}

	@Test
	void ratesOfNonsense() {
		NodeStatus.Identity who = new NodeStatus.Identity("realm", "node1", 1, null, null, null, null, null, null);
		NodeStatus first = status(who, Duration.ZERO);
		NodeStatus second = status(who, ENDLESS);
		assertThat(NodeRates.between(first, second).all()).isEqualTo(Rate.NONE);
		assertThat(second.connections().get(0).roundTrip().toNanos()).isPositive();
		assertThat(second.instances().get(0).p99().toMillis()).isPositive();
	}

	private static NodeStatus status(NodeStatus.Identity who, Duration age) {
		return new NodeStatus(who, new NodeStatus.Life("serving", 0, age, "granted", 1, 0, 0, 0, "read", 0, true, null),
				List.of(new NodeStatus.ServiceStatus("orders", null, null, 0, null, List.of())), List.of(), List.of(),
				List.of(new NodeStatus.InstanceStatus("orders", "orders", "node2", "h:1", null, 1, "ready", 0, 0, null,
						ENDLESS, ENDLESS, null, null)),
				List.of(new NodeStatus.ConnectionStatus("h:1", "node2", 1, "ready", ENDLESS, 0, 0, 0, 0, 0)),
				List.of());
	}

	@Test
	void nobodyCallsNothing() {
		assertThatNullPointerException().isThrownBy(() -> new NodeStatus.CallerStatus(null, "orders", Counted.NONE));
		assertThatNullPointerException().isThrownBy(() -> new NodeStatus.MethodStatus(null, Counted.NONE));
		assertThat(new NodeStatus.ServiceStatus("orders", "Orders", null, 0, null, null).failures())
			.isEqualTo(Map.of());
	}

}
