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

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.Realm;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link NodeTable} of a replica, {@link RecordCheck} and {@link OwnSeal}:
 * whose word counts.
 */
class NodeTableOwnerTests {

	private static final long LEASE = 15_000;

	private static final long NOW = 1_790_000_000_000L;

	private long nanos = 7;

	private final RecordCheck check = new RecordCheck(TestOwner.REALM, () -> NOW);

	private final TestOwner owner = TestOwner.named("owner");

	private final TestOwner rogue = TestOwner.named("rogue");

	private final NodeTable table = new NodeTable(() -> this.nanos, 10, this.check, Duration.ofSeconds(60).toNanos(),
			() -> this.owner.key);

	@Test
	void whenTheOwnerSignedItThenARecordIsTakenAndVerifiedOnce() {
		this.owner.sign(record(1, 1, "here"));
		assertThat(this.table.apply(this.owner.upsert(0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.apply(this.owner.upsert(3))).isEqualTo(Verdict.RENEWED);
		assertThat(this.table.apply(this.owner.renewal(4))).isEqualTo(Verdict.RENEWED);
		assertThat(this.check.signaturesVerified()).isEqualTo(1);
		this.owner.sign(record(1, 2, "there"));
		assertThat(this.table.apply(this.owner.upsert(0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.check.signaturesVerified()).isEqualTo(2);
		this.check.require(this.owner.upsert(7));
		assertThat(this.check.signaturesVerified()).as("remembered").isEqualTo(2);
	}

	@Test
	void whenAnythingInItIsChangedThenTheSignatureDoesNotHold() {
		NodeRecord signed = this.owner.sign(new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 7, Map.of("k", "v"),
				List.of("s", "t"), List.of("0123456789a", ""), LEASE));
		this.check.require(this.owner.upsert(0));
		for (NodeRecord changed : List.of(
				new NodeRecord("b", 3, 4, 5, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 2, 4, 5, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 5, 5, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 6, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "herd", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9444, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, null, 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 5, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 8, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 7, Map.of("k", "w"), signed.services(),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 7, signed.metadata(), List.of("s", "u"),
						signed.fingerprints(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						List.of(), LEASE),
				new NodeRecord("a", 3, 4, 5, "here", 9443, "zone", 6, 7, signed.metadata(), signed.services(),
						signed.fingerprints(), LEASE + 1))) {
			assertThatIllegalArgumentException().as(changed.toString())
				.isThrownBy(() -> this.check
					.require(new Upsert(changed.sealed(signed.seal()), 0, 0, signed.seal().renewal())))
				.withMessageContaining("its signature is not by the key");
		}
		assertThatIllegalArgumentException().as("another realm")
			.isThrownBy(() -> new RecordCheck(new Realm("other"), () -> NOW).require(this.owner.upsert(0)));
	}

	@Test
	void whenTextsAreCutElsewhereThenTheSignatureDoesNotHold() {
		NodeRecord signed = this.owner
			.sign(new NodeRecord("a", 1, 1, 1, "here", 9443, null, 0, 100, Map.of(), List.of("ab", "c"), LEASE));
		NodeRecord other = new NodeRecord("a", 1, 1, 1, "here", 9443, null, 0, 100, Map.of(), List.of("a", "bc"),
				LEASE);
		assertThatIllegalArgumentException().isThrownBy(
				() -> this.check.require(new Upsert(other.sealed(signed.seal()), 0, 0, signed.seal().renewal())));
	}

	@Test
	void whenItsNumbersAreNotPlausibleThenItIsNotTaken() {
		long tolerance = RecordCheck.TOLERANCE.toMillis();
		for (long term : new long[] { Long.MAX_VALUE, NOW + tolerance + 1, -1, Long.MIN_VALUE }) {
			this.owner.sign(record(term, 1, "here"));
			assertThatIllegalArgumentException().isThrownBy(() -> this.table.apply(this.owner.upsert(0)))
				.withMessageContaining("its term " + term);
		}
		for (long version : new long[] { Long.MAX_VALUE, -1 }) {
			this.owner.sign(record(1, version, "here"));
			assertThatIllegalArgumentException().isThrownBy(() -> this.table.apply(this.owner.upsert(0)))
				.withMessageContaining("its version " + version);
		}
		assertThat(this.table.size()).isZero();
		this.owner.sign(record(NOW + tolerance, RecordCheck.MAX_VERSION, "here"));
		assertThat(this.table.apply(this.owner.upsert(0))).isEqualTo(Verdict.CHANGED);
	}

	@Test
	void whenARenewalIsNotProvenThenItDoesNotProlong() {
		this.owner.sign(record(1, 1, "here"));
		this.table.apply(this.owner.upsert(2));
		Proof known = this.owner.renewal(2).proof();
		for (Proof proof : new Proof[] { null, known, this.owner.upsert(0).proof(), new Proof(1, 2) }) {
			assertThat(this.table.apply(new Renewal("a", 1, 1, 3, 0, proof))).isEqualTo(Verdict.UNPROVEN);
		}
		assertThat(this.table.apply(new Renewal("a", 1, 1, Long.MAX_VALUE, 0, known))).isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(new Upsert(this.table.record("a"), Long.MAX_VALUE, 0, known)))
			.isEqualTo(Verdict.UNPROVEN);
		assertThat(this.table.apply(new Renewal("a", 1, 1, Long.MIN_VALUE, 0, known))).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.renewal("a").renewals()).isEqualTo(2);
		assertThat(this.table.apply(this.owner.renewal(100))).as("many were missed").isEqualTo(Verdict.RENEWED);
		assertThat(this.table.apply(this.owner.renewal(ProofChain.RENEWALS))).as("more than can be missed")
			.isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(this.owner.upsert(ProofChain.RENEWALS))).isEqualTo(Verdict.RENEWED);
	}

	@Test
	void whenAWithdrawalIsNotProvenThenTheRecordStays() {
		this.owner.sign(record(1, 1, "here"));
		this.table.apply(this.owner.upsert(0));
		NodeSeal seal = this.table.record("a").seal();
		for (Proof proof : new Proof[] { null, seal.withdrawal(), seal.renewal(), new Proof(1, 2) }) {
			assertThat(this.table.apply(new Gone("a", Long.MAX_VALUE, Long.MAX_VALUE, 0, true, proof)))
				.isEqualTo(Verdict.UNPROVEN);
		}
		assertThat(this.table.apply(new Gone("a", 0, 9, 0, true, new Proof(1, 2)))).as("of an earlier life, perhaps")
			.isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(new Gone("a", 1, 1, Long.MAX_VALUE, false))).as("expiry is no news")
			.isEqualTo(Verdict.KNOWN);
		assertThat(this.table.size()).isEqualTo(1);
	}

	@Test
	void whenItsOwnerWithdrawsItThenAllVersionsOfItAreGoneAndTheIdIsFree() {
		this.owner.sign(record(1, 1, "here"));
		Upsert first = this.owner.upsert(0);
		this.owner.sign(record(1, 2, "here"));
		Upsert second = this.owner.upsert(0);
		this.table.apply(second);
		assertThat(this.table.apply(this.owner.withdrawal())).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.apply(first)).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(second)).isEqualTo(Verdict.STALE);
		this.rogue.sign(record(0, 1, "elsewhere"));
		assertThat(this.table.apply(this.rogue.upsert(0))).as("whatever its term").isEqualTo(Verdict.CHANGED);
	}

	@Test
	void whenAWithdrawalComesBeforeItsRecordThenItCountsForThatAlone() {
		this.owner.sign(record(1, 1, "here"));
		Upsert withdrawn = this.owner.upsert(0);
		assertThat(this.table.apply(this.owner.withdrawal())).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.apply(withdrawn)).isEqualTo(Verdict.STALE);
		this.table.apply(new Gone("a", Long.MAX_VALUE, 0, 0, true, new Proof(1, 2)));
		this.owner.sign(record(1, 1, "here"));
		assertThat(this.table.apply(this.owner.upsert(0))).as("a withdrawal is for those before it")
			.isEqualTo(Verdict.CHANGED);
	}

	@Test
	void whenTheIdIsHeldThenAnotherIdentityClaimsItWhateverItsTerm() {
		this.owner.sign(record(5, 1, "here"));
		this.table.apply(this.owner.upsert(0));
		for (long term : new long[] { 1, 5, 9 }) {
			this.rogue.sign(record(term, 1, "elsewhere"));
			assertThat(this.table.apply(this.rogue.upsert(0))).isEqualTo(Verdict.CLAIMED);
		}
		assertThat(this.table.record("a").host()).isEqualTo("here");
		assertThat(this.table.pass(this.rogue.upsert(0), this.table.record("a"), false)).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.record("a").host()).isEqualTo("elsewhere");
	}

	@Test
	void whenTheIdPassedOnThenWhoComesFromItsPlaceIsAtHomeForAsLongAsItWasThere() {
		this.owner.sign(record(1, 1, "here"));
		this.table.apply(this.owner.upsert(0));
		advance(10_000);
		this.rogue.sign(record(2, 1, "elsewhere"));
		this.table.pass(this.rogue.upsert(0), this.table.record("a"), false);
		NodeRecord restarted = TestOwner.named("restarted").sign(record(3, 1, "here"));
		NodeRecord another = TestOwner.named("another").sign(record(3, 1, "there"));
		assertThat(this.table.isHome(restarted)).isTrue();
		assertThat(this.table.isHome(another)).isFalse();
		assertThat(this.table.isHome(this.owner.sign(record(3, 1, "moved")))).as("with its key").isTrue();
		advance(9_999);
		assertThat(this.table.isHome(restarted)).isTrue();
		advance(1);
		assertThat(this.table.isHome(restarted)).isFalse();
	}

	@Test
	void whoLosesItsIdAgainIsKnownByWhatItWasLast() {
		this.owner.sign(record(1, 1, "here"));
		this.table.apply(this.owner.upsert(0));
		advance(7_000);
		this.rogue.sign(record(2, 1, "elsewhere"));
		this.table.pass(this.rogue.upsert(0), this.table.record("a"), false);
		this.table.pass(this.owner.upsert(1), this.table.record("a"), false);
		this.table.pass(this.rogue.upsert(0), this.table.record("a"), false);
		advance(8_000);
		assertThat(this.table.apply(this.owner.renewal(2))).as("15 s after it was told first")
			.isEqualTo(Verdict.CHANGED);
		assertThat(this.table.record("a").host()).isEqualTo("here");
	}

	@Test
	void whenALeaseIsLongerThanFourOfThisNodesThenItEndsAllTheSame() {
		this.owner.sign(new NodeRecord("a", 1, 1, 1, "here", 9443, null, 0, 100, Map.of(), List.of("s"),
				Duration.ofDays(1).toMillis()));
		this.table.apply(this.owner.upsert(0));
		advance(59_199);
		assertThat(this.table.size()).isEqualTo(1);
		advance(1);
		assertThat(this.table.size()).isZero();
	}

	@Test
	void whenTheTableIsFullThenWhoTellsOfItselfTakesThePlaceOfWhoDoesNot() {
		for (int i = 0; i < 10; i++) {
			TestOwner each = TestOwner.named("n" + i);
			each.sign(named("n" + i));
			this.table.apply(each.upsert(0), i == 0);
			advance(100);
		}
		this.owner.sign(named("late"));
		assertThat(this.table.apply(this.owner.upsert(0))).isEqualTo(Verdict.FULL);
		assertThat(this.table.apply(this.owner.renewal(1), true)).isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(this.owner.upsert(0), true)).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.nodeIds()).hasSize(10).contains("n0", "late").doesNotContain("n1");
	}

	/** Others decide how large records are, and how many end. */
	@Test
	void whenARecordEndsThenItIsNotKeptWithItsEnd() {
		WeakReference<NodeRecord> expired = told("a");
		WeakReference<NodeRecord> withdrawn = withdrawn("b");
		advance(LEASE + 1);
		this.table.sweep((record) -> false);
		this.table.takeChanges();
		assertThat(this.table.size()).isZero();
		assertThat(this.table.gone("a")).isNotNull();
		assertThat(this.table.gone("b")).isNotNull();
		assertForgotten(expired);
		assertForgotten(withdrawn);
	}

	@Test
	void whenAnIdPassesFromOneToTheNextThenThoseInBetweenAreNotKept() {
		this.owner.sign(record(1, 1, "here"));
		this.table.apply(this.owner.upsert(0));
		List<WeakReference<NodeRecord>> between = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			between.add(passed("there" + i));
		}
		passed("last");
		this.table.takeChanges();
		between.forEach(NodeTableOwnerTests::assertForgotten);
	}

	private WeakReference<NodeRecord> told(String nodeId) {
		TestOwner another = new TestOwner(TestOwner.newKey());
		NodeRecord signed = another.sign(named(nodeId));
		this.table.apply(another.upsert(0));
		return new WeakReference<>(signed);
	}

	private WeakReference<NodeRecord> withdrawn(String nodeId) {
		TestOwner another = new TestOwner(TestOwner.newKey());
		NodeRecord signed = another.sign(named(nodeId));
		this.table.apply(another.upsert(0));
		this.table.apply(another.withdrawal());
		return new WeakReference<>(signed);
	}

	private WeakReference<NodeRecord> passed(String host) {
		TestOwner another = new TestOwner(TestOwner.newKey());
		NodeRecord signed = another.sign(record(1, 1, host));
		assertThat(this.table.pass(another.upsert(0), this.table.record("a"), false)).isEqualTo(Verdict.CHANGED);
		advance(100);
		return new WeakReference<>(signed);
	}

	private static void assertForgotten(WeakReference<NodeRecord> record) {
		for (int i = 0; i < 20 && record.get() != null; i++) {
			System.gc();
		}
		assertThat(record.get()).isNull();
	}

	private void advance(long millis) {
		for (long left = millis; left > 0; left -= 1_000) {
			this.nanos += Duration.ofMillis(Math.min(left, 1_000)).toNanos();
			this.table.sweep((record) -> false);
		}
	}

	private static NodeRecord named(String nodeId) {
		return new NodeRecord(nodeId, 1, 1, 1, nodeId, 9443, null, 0, 100, Map.of(), List.of("s"), LEASE);
	}

	@Test
	void anIdentityHasAFewNodesAndAnotherOneFindsRoom() {
		for (int i = 0; i < 6; i++) {
			this.rogue.sign(named("ghost" + i));
			assertThat(this.table.apply(this.rogue.upsert(0)))
				.isEqualTo((i < TableRoom.NODES_OF_A_KEY) ? Verdict.CHANGED : Verdict.CROWDED);
		}
		TestOwner honest = TestOwner.named("honest");
		honest.sign(named("honest"));
		assertThat(this.table.apply(honest.upsert(0))).isEqualTo(Verdict.CHANGED);
		this.rogue.sign(named("honest"));
		assertThat(this.table.apply(this.rogue.upsert(0))).as("a claim").isEqualTo(Verdict.CROWDED);
		this.rogue.sign(named("ghost0"));
		assertThat(this.table.apply(this.rogue.withdrawal())).isIn(Verdict.CHANGED, Verdict.UNPROVEN);
	}

	private static NodeRecord record(long term, long version, String host) {
		return new NodeRecord("a", term, version, Math.max(0, Math.min(term, NOW)), host, 9443, null, 0, 100, Map.of(),
				List.of("s"), LEASE);
	}

}
