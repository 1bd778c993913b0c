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

import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.embedded.DirectoryUpdate.Renewal;
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
		UpdateDraft draft = unsigned(20);
		this.loop.run(() -> {
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
	void whenSignaturesAreOfALargeCurveThenThereAreFewerOfThem() throws Exception {
		RecordTurns turns = turns(Long.MAX_VALUE);
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp521r1"));
		byte[] key = generator.generateKeyPair().getPublic().getEncoded();
		UpdateDraft draft = new UpdateDraft();
		for (int i = 0; i < 100; i++) {
			draft.upsert(new Upsert(record(1, Map.of()).sealed(seal(key, i)), 0, 0, new Proof(1, 1)));
		}
		this.loop.run(() -> {
			for (int i = 0; i < 200; i++) {
				take(turns, this.flood, draft, "flood");
			}
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.check.signaturesVerified()).isBetween(2_500L, 2_510L);
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
		assertThat(this.heard).containsExactly("honest after 2 signatures");
	}

	@Test
	void whenWhoToldMostWasLeftThenItsUpdatesDoNotCountAgainstOthers() {
		RecordTurns turns = turns(40_000);
		this.loop.run(() -> {
			take(turns, this.flood, versions(this.rogue, 0, 60), "flood");
			for (int i = 0; i < 3; i++) {
				take(turns, this.other, versions(this.honest, i, 1), "honest");
			}
		});
		assertThat(this.left).containsExactly(this.flood);
	}

	@Test
	void whenAPeerHasManyLinksThenAsManyAreLeftAsMakeRoom() {
		RecordTurns turns = turns(40_000);
		this.loop.run(() -> {
			take(turns, this.other, versions(this.honest, 0, 2), "honest");
			for (int i = 0; i < 5; i++) {
				take(turns, link(this.rogue), versions(this.rogue, 10 * i, 10), "flood");
			}
		});
		assertThat(this.left).hasSizeBetween(2, 4).doesNotContain(this.other);
	}

	@Test
	void whenManyUpdatesWithoutRecordsWaitThenTheyCount() {
		RecordTurns turns = turns(1_000_000);
		UpdateDraft renewals = new UpdateDraft();
		for (int i = 0; i < DirectoryUpdate.MAX_ENTRIES; i++) {
			renewals.renewal(new Renewal("node" + i, 1, 1, 1, 0)).wanted("node" + i);
		}
		this.loop.run(() -> {
			take(turns, this.flood, versions(this.rogue, 0, 2), "flood");
			for (int i = 0; i < 10 && this.left.isEmpty(); i++) {
				take(turns, this.flood, renewals, "renewals");
			}
		});
		assertThat(this.left).containsExactly(this.flood);
	}

	@Test
	void whenALinkEndsThenNothingOfItIsVerifiedAnyMore() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		DirectoryLink second = link(this.rogue);
		this.loop.run(() -> {
			take(turns, this.flood, versions(this.rogue, 0, 20), "flood");
			take(turns, second, versions(this.rogue, 20, 1), "second");
			turns.forget(this.flood);
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard).containsExactly("second after 1 signatures");
	}

	@Test
	void whenManyPeersFloodThenWhoHadNothingYetGoesBeforeThem() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> {
			for (int i = 0; i < 100; i++) {
				take(turns, link("rogue" + i), unsigned(20), "flood");
			}
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard).as("all of them wait").isEmpty();
		long before = this.check.signaturesVerified();
		this.loop.run(() -> take(turns, this.other, versions(this.honest, 1, 1), "honest"));
		this.loop.pass(Duration.ofSeconds(1));
		assertThat(this.heard).hasSize(1);
		assertThat(this.heard.get(0)).isIn("honest after " + (before + 1) + " signatures",
				"honest after " + (before + 2) + " signatures");
	}

	@Test
	void whenWhatAPeerHadWasLongAgoThenItCountsForNothing() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> take(turns, this.other, versions(this.honest, 0, 3), "honest"));
		for (int i = 0; i < 3; i++) {
			this.loop.pass(RecordTurns.HALF_LIFE);
			this.loop.run(turns::tick);
		}
		this.heard.clear();
		this.loop.run(() -> {
			take(turns, this.other, versions(this.honest, 10, 1), "honest");
			take(turns, this.flood, versions(this.rogue, 0, 1), "flood");
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard.get(0)).startsWith("honest");
	}

	@Test
	void whenAPeerHasHadMuchThenItGoesOnAllTheSame() {
		RecordTurns turns = turns(Long.MAX_VALUE);
		this.loop.run(() -> take(turns, this.other, versions(this.honest, 0, 100), "honest"));
		this.loop.pass(Duration.ofMillis(1));
		this.heard.clear();
		this.loop.run(() -> {
			take(turns, this.flood, versions(this.rogue, 0, 100), "flood");
			take(turns, this.other, versions(this.honest, 100, 10), "honest");
		});
		this.loop.pass(Duration.ofMillis(1));
		assertThat(this.heard.get(0)).startsWith("honest after 1");
	}

	private RecordTurns turns(long mostBytes) {
		return new RecordTurns(this.loop.loop, this.table, this.left::add, mostBytes);
	}

	private DirectoryLink link(TestOwner owner) {
		return link(owner.identity());
	}

	private DirectoryLink link(String identity) {
		return new DirectoryLink(this.loop.loop, TestLoop.self("self", 1), this.table, true,
				new ProvenPeer("peer", identity));
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

	/** Large records of no valid signature. */
	private UpdateDraft unsigned(int number) {
		NodeRecord large = record(1, Map.of("a", "x".repeat(60_000)));
		UpdateDraft draft = new UpdateDraft();
		for (int i = 0; i < number; i++) {
			draft.upsert(new Upsert(large.sealed(seal(i)), 0, 0, new Proof(1, 1)));
		}
		return draft;
	}

	/** Of no valid signature, each of another one. */
	private NodeSeal seal(int number) {
		return seal(this.rogue.key.identity().publicKey(), number);
	}

	private static NodeSeal seal(byte[] key, int number) {
		return new NodeSeal(key, new Proof(1, 1), new Proof(1, 1),
				new byte[] { 48, 6, 2, 1, 1, 2, 1, (byte) (number + 1) });
	}

	private static NodeRecord record(long version, Map<String, String> metadata) {
		return new NodeRecord("node", 1, version, 1, "host", 9443, null, 0, 100, metadata, List.of("test.service"),
				15_000);
	}

}
