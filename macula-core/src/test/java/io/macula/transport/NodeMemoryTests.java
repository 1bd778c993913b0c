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

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NodeMemoryTests {

	private static final int BUDGET = 32 << 20;

	private static final int CALL = 20_000;

	private final MockTicker ticker = Ticker.newMockTicker();

	private final NodeMemory node = new NodeMemory(BUDGET, this.ticker::nanoTime);

	private final List<ConnectionMemory> closed = new ArrayList<>();

	private final List<ConnectionMemory> connections = new ArrayList<>();

	@Test
	void whenEverMoreConnectionsHoldWhatTheyMayThenNoneIsClosed() {
		for (int i = 0; i < 60; i++) {
			open();
			work(100);
		}
		assertThat(this.node.free()).isLessThan(BUDGET / 16).isPositive();
		assertThat(this.closed).isEmpty();
	}

	@Test
	void whenAllComeAtOnceThenNoneIsClosed() {
		for (int i = 0; i < 50; i++) {
			open();
		}
		fill();
		assertThat(this.node.free()).isLessThan(BUDGET / 8).isPositive();
		assertThat(this.closed).isEmpty();
	}

	@Test
	void whenOneKeepsMuchMoreThanIsLeftForOthersThenItIsClosed() {
		ConnectionMemory first = open();
		fill();
		for (int i = 0; i < 5; i++) {
			ConnectionMemory next = open();
			while (!next.exhaustedBy(CALL) && this.closed.isEmpty()) {
				add(next);
			}
		}
		assertThat(this.closed).containsExactly(first);
	}

	@Test
	void whenConnectionsHoldNextToNothingThenNoneIsClosed() {
		open().add(1);
		ConnectionMemory leaving = open();
		leaving.add(BUDGET - CALL);
		leaving.end();
		assertThat(this.closed).doesNotContain(this.connections.get(0));
	}

	@Test
	void whenAnotherConnectionFreesWhatWasMissingThenWhoWaitedGoesOn() {
		ConnectionMemory waiting = open();
		ConnectionMemory other = open();
		waiting.add(10 * CALL);
		other.add(BUDGET - 12 * CALL);
		assertThat(waiting.exhausted()).isTrue();
		List<String> ran = new ArrayList<>();
		waiting.awaitRoom(() -> ran.add("first"));
		waiting.awaitRoom(() -> ran.add("second"));
		other.add(-CALL);
		assertThat(ran).isEmpty();
		other.add(CALL * 14L - BUDGET);
		assertThat(ran).containsExactly("first", "second");
	}

	@Test
	void whenAnotherConnectionEndsThenWhoWaitedGoesOn() {
		ConnectionMemory waiting = open();
		ConnectionMemory other = open();
		waiting.add(10 * CALL);
		other.add(BUDGET - 12 * CALL);
		List<String> ran = new ArrayList<>();
		waiting.awaitRoom(() -> ran.add("waited"));
		other.end();
		assertThat(ran).containsExactly("waited");
	}

	@Test
	void whenAConnectionEndsThenNobodyLooksForItAnyMore() {
		ConnectionMemory waiting = open();
		ConnectionMemory other = open();
		waiting.add(10 * CALL);
		other.add(BUDGET - 12 * CALL);
		waiting.awaitRoom(() -> {
			throw new AssertionError("it is over");
		});
		waiting.end();
		other.end();
		assertThat(this.node.held()).isZero();
	}

	/** Of a host that has a hundred connections, and as many node ids and keys. */
	@Test
	void whenOneHostOpensManyConnectionsThenAnEighthIsLeftToOthers() {
		for (int i = 0; i < 100; i++) {
			open("host");
		}
		fill();
		assertThat(this.node.free()).isBetween((long) BUDGET / 8 - 100 * CALL, (long) BUDGET / 8 + CALL);
		ConnectionMemory other = open("other");
		assertThat(other.exhaustedBy(1 << 20)).as("1 MB").isFalse();
		other.add(1 << 20);
		assertThat(this.closed).isEmpty();
	}

	@Test
	void whenTheConnectionsOfAHostEndThenOthersOfItHaveItsMemory() {
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 10; i++) {
				open("host");
			}
			fill();
			assertThat(this.node.held()).as("round %s", round).isGreaterThan(BUDGET * 3L / 4);
			this.connections.forEach(ConnectionMemory::end);
			this.connections.clear();
			assertThat(this.node.held()).isZero();
		}
		assertThat(this.closed).isEmpty();
	}

	private ConnectionMemory open() {
		return open(null);
	}

	private ConnectionMemory open(@Nullable Object host) {
		List<ConnectionMemory> self = new ArrayList<>();
		ConnectionMemory memory = this.node.open(host, Runnable::run, () -> this.closed.add(self.get(0)));
		self.add(memory);
		this.connections.add(memory);
		return memory;
	}

	/** All take calls as long as they may, and answer some when they may not. */
	private void work(int rounds) {
		for (int i = 0; i < rounds; i++) {
			for (ConnectionMemory each : this.connections) {
				if (!each.exhaustedBy(CALL)) {
					add(each);
				}
				else if (each.held() >= CALL) {
					each.add(-CALL);
				}
			}
		}
	}

	/** All take calls as long as they may, in turns. */
	private void fill() {
		boolean added = true;
		while (added) {
			added = false;
			for (ConnectionMemory each : this.connections) {
				if (!each.exhaustedBy(CALL)) {
					add(each);
					added = true;
				}
			}
		}
	}

	private void add(ConnectionMemory memory) {
		this.ticker.advance(1, TimeUnit.SECONDS);
		memory.add(CALL);
	}

}
