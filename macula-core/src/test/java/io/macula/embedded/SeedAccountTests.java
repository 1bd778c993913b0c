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

import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SeedAccount}.
 */
class SeedAccountTests {

	private static final long PATIENCE = EmbeddedDirectory.PATIENCE.toNanos();

	private final TestLoop test = new TestLoop();

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final SeedAccount account = new SeedAccount(this.table, this.test.loop);

	@Test
	void whenASettledSeedHasToldAllThenTheOthersAreDropped() {
		hear(false, true, true, 1, "a", "b");
		hear(true, true, false, 1, "b");
		assertThat(this.table.nodeIds()).as("not yet complete").containsExactlyInAnyOrder("a", "b");
		hear(true, false, true, 1, "c");
		assertThat(this.table.nodeIds()).containsExactlyInAnyOrder("b", "c");
	}

	@Test
	void whenAYoungSeedHasToldAllThenTheOthersStay() {
		hear(true, true, true, 1, "a", "b");
		hear(false, true, true, 1, "b");
		assertThat(this.table.nodeIds()).containsExactlyInAnyOrder("a", "b");
	}

	@Test
	void whenAnotherSeedIsWatchedThenTheUnfinishedAccountCountsForNothing() {
		hear(true, true, true, 1, "a", "b");
		hear(true, true, false, 2, "b");
		this.account.restart();
		hear(true, false, true, 2);
		assertThat(this.table.nodeIds()).containsExactlyInAnyOrder("a", "b");
		assertThat(this.account.answers(2, 0)).isFalse();
	}

	@Test
	void whenASettledSeedAnswersThenThatCountsAtOnce() {
		assertThat(this.account.answers(1, 0)).isFalse();
		hear(true, true, true, 1);
		assertThat(this.account.answers(1, 0)).isTrue();
		assertThat(this.account.answers(2, 0)).as("a later interest").isFalse();
		assertThat(this.account.answers(0, 0)).as("no interest").isFalse();
	}

	@Test
	void whenAYoungSeedAnswersThenThatCountsAfterAWhile() {
		hear(false, true, true, 1);
		assertThat(this.account.answers(1, PATIENCE - 1)).isFalse();
		assertThat(this.account.answers(1, PATIENCE)).isTrue();
	}

	@Test
	void whenAYoungSeedRepeatsItsAnswerThenTheWaitDoesNotStartAgain() {
		hear(false, true, true, 1);
		this.account.heard(update(false, true, true, 1), PATIENCE - 1);
		assertThat(this.account.answers(1, PATIENCE)).isTrue();
	}

	@Test
	void whenARecordIsNotValidThenTheOthersAreTaken() {
		this.account.heard(new UpdateDraft().upsert(upsert("bad", -1))
			.upsert(upsert("a", 9443))
			.build(TestLoop.self("seed", 1), 0), 0);
		assertThat(this.table.nodeIds()).containsExactly("a");
	}

	@Test
	void whenRecordsAreTooLargeOrForgedThenTheOthersAreTakenAndOneLineTellsOfIt() {
		Logger logger = (Logger) LoggerFactory.getLogger(SeedAccount.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try {
			for (int update = 0; update < 270; update++) {
				UpdateDraft draft = new UpdateDraft().upsert(record("a" + update % 5, Map.of()));
				for (int i = 0; i < 190; i++) {
					draft.upsert(record("x\r\nERROR \u001b[31m" + update + " " + i, Map.of()));
				}
				draft.upsert(record("large" + update, Map.of("k", "v".repeat(200_000))));
				this.account.heard(draft.build(TestLoop.self("seed", 1), 0), 0);
			}
		}
		finally {
			logger.detachAppender(log);
		}
		assertThat(this.table.nodeIds()).containsExactlyInAnyOrder("a0", "a1", "a2", "a3", "a4");
		assertThat(log.list).hasSize(1)
			.allSatisfy((event) -> assertThat(event.getFormattedMessage())
				.startsWith("Left out the record of node 'x\\r\\nERROR \\u001b[31m0 0', told by seed 'seed': ")
				.doesNotContain("\r", "\n", "\u001b"));
	}

	@Test
	void whenARecordFindsNoRoomThenItIsNoPartOfTheAccount() {
		for (int i = 0; i < 20; i++) {
			this.account.heard(new UpdateDraft().upsert(upsert("a" + i, 9443))
				.account(i == 0, i == 19, 1)
				.build(TestLoop.self("seed", 1), 0), 0);
		}
		assertThat(this.table.size()).isEqualTo(10);
	}

	private static Upsert record(String nodeId, Map<String, String> metadata) {
		return new Upsert(new NodeRecord(nodeId, 1, 1, 1, "host", 9443, null, 0, 100, metadata, List.of("s"), 15_000),
				0, 0);
	}

	@Test
	void whenANodeWithdrewThenItStaysAwayAndWhenItExpiredThenItMayComeBack() {
		hear(true, true, true, 1, "a", "b");
		this.account.heard(new UpdateDraft().gone(new Gone("a", 1, 2, 0, true))
			.gone(new Gone("b", 1, 1, 0, false))
			.build(TestLoop.self("seed", 1), 0), 0);
		assertThat(this.table.nodeIds()).isEmpty();
		hear(true, false, false, 0, "a", "b");
		assertThat(this.table.nodeIds()).containsExactly("b");
	}

	private void hear(boolean settled, boolean begins, boolean ends, long answers, String... nodeIds) {
		this.account.heard(update(settled, begins, ends, answers, nodeIds), 0);
	}

	private static DirectoryUpdate update(boolean settled, boolean begins, boolean ends, long answers,
			String... nodeIds) {
		List<Upsert> upserts = List.of(nodeIds).stream().map((nodeId) -> upsert(nodeId, 9443)).toList();
		return new DirectoryUpdate("seed", 1, settled, begins, ends, answers, 0, null, upserts, List.of(), List.of(),
				List.of(), List.of(), true);
	}

	private static Upsert upsert(String nodeId, int port) {
		return new Upsert(new NodeRecord(nodeId, 1, 1, 1, "host", port, null, 0, 100, Map.of(), List.of("s"), 15_000),
				0, 0);
	}

}
