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
import java.util.List;
import java.util.Map;

import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordTurns}.
 */
class RecordTurnsTests {

	private final TestLoop loop = new TestLoop();

	private final RecordCheck check = new RecordCheck(TestOwner.REALM, System::currentTimeMillis);

	private final NodeTable table = new NodeTable(this.loop.loop.clock(), 1000, this.check, Long.MAX_VALUE, null);

	private final List<DirectoryLink> left = new ArrayList<>();

	private final TestOwner rogue = TestOwner.named("rogue");

	private final TestOwner honest = TestOwner.named("honest");

	private final DirectoryLink flood = link(this.rogue);

	private final DirectoryLink other = link(this.honest);

	private final List<String> heard = new ArrayList<>();

	@Test
	void whenAPeerFloodsThenAnotherOneWaitsForOneSignature() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> {
			for (int i = 0; i < 3; i++) {
				take(turns, this.flood, versions(this.rogue, 20 * i, 20), "flood");
			}
			take(turns, this.other, versions(this.honest, 1, 1), "honest");
			assertThat(this.check.signaturesVerified()).as("within one task").isLessThanOrEqualTo(1);
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard.get(0)).isEqualTo("honest after 2 signatures");
		assertThat(this.heard).hasSize(4);
	}

	@Test
	void whenAPeerHasManyLinksThenTheyShareItsTurn() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> {
			for (int i = 0; i < 5; i++) {
				take(turns, link(this.rogue), versions(this.rogue, 10 * i, 10), "flood");
			}
			take(turns, this.other, versions(this.honest, 1, 1), "honest");
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard.get(0)).isEqualTo("honest after 2 signatures");
	}

	@Test
	void whenNothingIsToBeVerifiedThenAnUpdateIsHeardAtOnce() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> {
			take(turns, this.flood, versions(this.rogue, 0, 20), "flood");
			take(turns, this.other, new UpdateDraft(), "heartbeat");
			take(turns, this.flood, new UpdateDraft(), "heartbeat of the flood");
			assertThat(this.heard).containsExactly("heartbeat after 0 signatures");
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard).containsExactly("heartbeat after 0 signatures", "flood after 20 signatures",
				"heartbeat of the flood after 20 signatures");
	}

	@Test
	void whenTheFloodGoesOnThenItCostsAThirdOfAProcessor() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		NodeRecord large = large();
		this.loop.run(() -> {
			UpdateDraft draft = new UpdateDraft();
			for (int i = 0; i < 20; i++) {
				draft.upsert(new Upsert(large.sealed(seal(i)), 0, 0, new Proof(1, 1)));
			}
			for (int i = 0; i < 60; i++) {
				take(turns, this.flood, draft, "flood");
			}
		});
		this.loop.pass(Duration.ofMillis(1));
		long burst = this.check.signaturesVerified();
		this.loop.pass(Duration.ofSeconds(10));
		assertThat(burst).as("of 60 KB each").isBetween(500L, 600L);
		assertThat(this.check.signaturesVerified() - burst).isBetween(70L, 90L);
	}

	@Test
	void whenTooMuchWaitsThenWhoToldMostIsLeft() {
		RecordTurns turns = turns(40_000);
		this.loop.run(() -> {
			take(turns, this.other, versions(this.honest, 0, 2), "honest");
			take(turns, this.flood, versions(this.rogue, 0, 60), "flood");
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.left).containsExactly(this.flood);
		assertThat(this.heard).contains("honest after 3 signatures");
	}

	private RecordTurns turns(long mostBytes) {
		return new RecordTurns(this.loop.loop, this.table, this.left::add, mostBytes);
	}

	private DirectoryLink link(TestOwner owner) {
		return new DirectoryLink(this.loop.loop, TestLoop.self("self", 1), this.table, true,
				new ProvenPeer("peer", owner.identity()));
	}

	private void take(RecordTurns turns, DirectoryLink link, UpdateDraft draft, String name) {
		turns.take(link, draft.build(TestLoop.self("peer", 1), 0),
				() -> this.heard.add(name + " after " + this.check.signaturesVerified() + " signatures"));
	}

	private static UpdateDraft versions(TestOwner owner, int first, int number) {
		UpdateDraft draft = new UpdateDraft();
		for (int i = 1; i <= number; i++) {
			owner.sign(record(first + i, Map.of()));
			draft.upsert(owner.upsert(0));
		}
		return draft;
	}

	private NodeRecord large() {
		return record(1, Map.of("a", "x".repeat(60_000)));
	}

	/** Of no valid signature, each of another one. */
	private NodeSeal seal(int number) {
		return new NodeSeal(this.rogue.key.identity().publicKey(), new Proof(1, 1), new Proof(1, 1),
				new byte[] { 48, 6, 2, 1, 1, 2, 1, (byte) (number + 1) });
	}

	private static NodeRecord record(long version, Map<String, String> metadata) {
		return new NodeRecord("node", 1, version, 1, "host", 9443, null, 0, 100, metadata, List.of("test.service"),
				15_000);
	}

}
