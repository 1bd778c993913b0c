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

package io.macula.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AnswerTurns}, by links that ask.
 */
class AnswerTurnsTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final TestLoop loop = new TestLoop();

	private final NodeTable table = new NodeTable(this.loop.loop.clock(), 10_000);

	private final AnswerTurns turns = this.loop.get(() -> new AnswerTurns(this.loop.loop, this.table));

	@Test
	void whenAReplicaLacksTenThousandRecordsThenItHasThemWithinASecond() {
		hold(10_000, 300);
		Asking replica = new Asking("replica");
		replica.ask(new UpdateDraft().account(true, true, 0));
		this.loop.pass(SECOND);
		assertThat(replica.records()).isEqualTo(10_000);
	}

	@Test
	void whenItDiffersThenItIsToldAWholeAccountWithinASecond() {
		hold(10_000, 300);
		Asking replica = new Asking("replica");
		replica.compare();
		replica.compare();
		this.loop.pass(SECOND);
		assertThat(replica.renewals()).isEqualTo(10_000);
	}

	@Test
	void whenAPeerAsksWithoutAnEndThenItGetsTheTableAndItsShare() {
		hold(1_000, 60_000);
		Asking flood = new Asking("flood");
		for (int i = 0; i < 100; i++) {
			flood.wantAll();
			this.loop.pass(Duration.ofMillis(100));
		}
		assertThat(flood.records()).as("in 10 s").isBetween(1_000, 1_400);
		flood.wantAll();
		this.loop.pass(AnswerTurns.PERIOD);
		assertThat(flood.records()).as("a minute later").isBetween(2_000, 2_400);
	}

	@Test
	void whenItAsksOverManyLinksThenTheyHaveOneShare() {
		hold(1_000, 20_000);
		List<Asking> links = IntStream.range(0, 20).mapToObj((i) -> new Asking("flood")).toList();
		for (int i = 0; i < 100; i++) {
			links.forEach(Asking::wantAll);
			this.loop.pass(Duration.ofMillis(100));
		}
		assertThat(links.stream().mapToInt(Asking::records).sum()).isBetween(1_000, 1_600);
	}

	@Test
	void whenItShowsWrongDigestsThenAccountsComeOutOfItsShare() {
		hold(10_000, 10);
		Asking flood = new Asking("flood");
		for (int i = 0; i < 1_000; i++) {
			flood.compare();
			this.loop.pass(Duration.ofMillis(10));
		}
		assertThat(flood.renewals()).as("of 10,000,000").isBetween(20_000, 200_000);
	}

	@Test
	void whenItPretendsToLackNothingThenItsAccountsAreHeardOutOfItsShare() {
		hold(10_000, 10);
		Asking flood = new Asking("flood");
		this.loop.run(() -> {
			int heard = 0;
			while (heard < 10_000 && this.turns.charge(flood.link, 8 * 10_000)) {
				flood.link.heard(new UpdateDraft().account(true, true, 0).build(TestLoop.self("flood", 1), 0));
				heard++;
			}
			assertThat(heard).isBetween(20, 500);
		});
	}

	@Test
	void whenManyFloodThenWhoAsksForTheFirstTimeGoesBeforeThem() {
		hold(1_000, 4_000);
		List<Asking> flood = IntStream.range(0, 50).mapToObj((i) -> new Asking("flood" + i)).toList();
		for (int i = 0; i < 200; i++) {
			flood.forEach(Asking::wantAll);
			this.loop.pass(Duration.ofMillis(100));
		}
		Asking honest = new Asking("honest");
		int before = flood.stream().mapToInt(Asking::records).sum();
		honest.wantAll();
		this.loop.pass(Duration.ofSeconds(3));
		assertThat(honest.records()).isEqualTo(1_000);
		assertThat(flood.stream().mapToInt(Asking::records).sum() - before).as("beside it, in 3 s")
			.isLessThan((int) (3 * AnswerTurns.STEADY / 4_000));
	}

	@Test
	void whenAPeerAsksThenOneUpdateIsToldInATask() {
		hold(1_000, 20_000);
		Asking peer = new Asking("peer");
		this.loop.run(() -> {
			IntStream.range(0, 1_000).forEach((i) -> peer.link.answer("node" + i));
			assertThat(peer.link.answer()).as("bytes").isBetween(256L * 1024, 280L * 1024);
		});
	}

	private void hold(int nodes, int bytes) {
		this.loop.run(() -> {
			for (int i = 0; i < nodes; i++) {
				this.table.apply(new Upsert(new NodeRecord("node" + i, 1, 1, 1, "host", 9443, null, 0, 100,
						metadata(bytes), List.of("test.service"), 3_600_000), 0, 0));
			}
			assertThat(this.table.size()).isEqualTo(nodes);
		});
	}

	static Map<String, String> metadata(int bytes) {
		Map<String, String> metadata = new HashMap<>();
		for (int rest = bytes; rest > 0; rest -= 4_000) {
			metadata.put("key" + rest, "x".repeat(Math.min(rest, 4_000)));
		}
		return metadata;
	}

	/** A peer and what it was told. */
	private final class Asking {

		private final DirectoryLink link;

		private final String nodeId;

		private final List<DirectoryUpdate> told = new ArrayList<>();

		Asking(String nodeId) {
			this.nodeId = nodeId;
			AnswerTurnsTests loop = AnswerTurnsTests.this;
			this.link = loop.loop.get(() -> new DirectoryLink(loop.loop.loop, TestLoop.self("self", 1), loop.table,
					true, new ProvenPeer(nodeId, nodeId)));
			loop.loop.run(() -> this.link.answerInTurn(loop.turns));
			this.link.outgoing().subscribe(this.told::add);
		}

		void wantAll() {
			AnswerTurnsTests.this.loop.run(() -> {
				AnswerTurnsTests.this.table.nodeIds().forEach(this.link::answer);
				this.link.send();
			});
		}

		void ask(UpdateDraft draft) {
			AnswerTurnsTests.this.loop.run(() -> {
				this.link.heard(draft.build(TestLoop.self(this.nodeId, 1), 0));
				this.link.send();
			});
		}

		void compare() {
			AnswerTurnsTests.this.loop.run(() -> {
				this.link.compare(new Digest(1, 1));
				this.link.send();
			});
		}

		int records() {
			return this.told.stream().mapToInt((update) -> update.upserts().size()).sum();
		}

		int renewals() {
			return this.told.stream().mapToInt((update) -> update.renewals().size()).sum();
		}

	}

}
