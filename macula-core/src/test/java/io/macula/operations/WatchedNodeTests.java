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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link WatchedNode} against what nodes may tell of themselves and of others.
 */
@SuppressWarnings({ "DataFlowIssue", "NullAway" })
class WatchedNodeTests {

	private static final NodeAddress RIGHT = new NodeAddress("127.0.0.1:9443", List.of(), "node1", 1, null);

	private static final NodeAddress WRONG = new NodeAddress("127.0.0.1:9", List.of(), "node1", Long.MAX_VALUE, null);

	private final WatchedNode node = new WatchedNode("node1", RIGHT, new Nobody());

	@Test
	void isWhereItAnswersWhateverOthersSay() {
		this.node.changed(change(0, 1));
		this.node.known(WRONG);
		assertThat(this.node.address()).isEqualTo(RIGHT);
		assertThat(this.node.inTouch()).isTrue();
	}

	@Test
	void tellsOfMoreThanCanBeHeld() {
		int number = 0;
		while (this.node.inTouch() || number == 0) {
			this.node.changed(change(number++, 2000));
			assertThat(number).isLessThan(100);
		}
		assertThat(this.node.status().entries()).isLessThanOrEqualTo(20_000);
		assertThat(this.node.picture().state()).isEqualTo("unknown");
		assertThat(this.node.picture().reason()).contains("20000 at most");
	}

	@Test
	void eventsAreCut() {
		NodeEvent event = new NodeEvent(null, null, "x".repeat(5000), null, "node2", null,
				"x".repeat(996) + "\uD83D\uDE00".repeat(100));
		assertThat(event.kind()).isEqualTo("unknown");
		assertThat(event.at()).isEqualTo(Instant.EPOCH);
		assertThat(event.client()).hasSize(1000).endsWith("x...");
		assertThat(event.detail()).hasSize(999).endsWith("x...");
		assertThat(event.nodeId()).isEqualTo("node2");
		assertThat(
				new RealmEvent(1, Instant.EPOCH, "unreachable", "node1", null, null, null, "x".repeat(5000)).detail())
			.hasSize(1000);
	}

	private static NodeChange change(int number, int services) {
		return new NodeChange(number,
				new NodeStatus(new NodeStatus.Identity("realm", "node1", 1, null, null, null, null, null, Map.of()),
						new NodeStatus.Life("serving", 0, null, "granted", 100, 0, 0, 0, "read", 0, true, null),
						IntStream.range(number * services, (number + 1) * services)
							.mapToObj((i) -> new NodeStatus.ServiceStatus("service-" + i, "Service", null, 0, Map.of(),
									List.of()))
							.toList(),
						List.of(), List.of(), List.of(), List.of(), List.of()),
				Map.of(), List.of(), 0);
	}

	/** Hears of nothing. */
	private static final class Nobody implements WatchedNode.Host {

		@Override
		public OperationsClient operations() {
			throw new IllegalStateException("Nobody is asked here");
		}

		@Override
		public Duration interval() {
			return Duration.ofSeconds(1);
		}

		@Override
		public void execute(Runnable work) {
			work.run();
		}

		@Override
		public void told(String nodeId, NodeEvent event) {
		}

		@Override
		public void happened(String kind, String nodeId, String detail) {
		}

		@Override
		public void joined(String nodeId) {
		}

		@Override
		public void search() {
		}

		@Override
		public void turned() {
		}

	}

}
