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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link NodeTable}.
 */
class NodeTableTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final long LEASE = 15_000;

	private long nanos = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos(); // wraps
																			// around

	private NodeTable table = new NodeTable(() -> this.nanos, 10);

	@Test
	void recordIsAddedWithItsServices() {
		assertThat(this.table.apply(upsert("a", 1, 1, 0))).isEqualTo(Verdict.CHANGED);
		assertThat(nodes()).containsExactly("a");
		TableChanges changes = this.table.takeChanges();
		assertThat(changes.nodes()).containsOnlyKeys("a");
		assertThat(changes.services()).containsExactly(SERVICE);
		assertThat(this.table.takeChanges().isEmpty()).isTrue();
	}

	@Test
	void sameRecordTwiceIsNoChange() {
		this.table.apply(upsert("a", 1, 1, 3));
		this.table.takeChanges();
		assertThat(this.table.apply(upsert("a", 1, 1, 3))).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.takeChanges().isEmpty()).isTrue();
	}

	@Test
	void newerVersionReplacesAndOlderIsStale() {
		this.table.apply(upsert("a", 1, 2, 0));
		assertThat(this.table.apply(upsert("a", 1, 1, 99))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(upsert("a", 1, 3, 0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.record("a").version()).isEqualTo(3);
	}

	/** A node of an earlier version passes a record on without them. */
	@Test
	void fingerprintsThatComeLaterAreAddedAndNotLostAgain() {
		NodeRecord without = record("a", 1, 1, "9001", SERVICE.value());
		NodeRecord with = new NodeRecord("a", 1, 1, 1, "127.0.0.1", 9001, null, 0, 100, Map.of(),
				List.of(SERVICE.value()), List.of("0123456789a.abcd"), LEASE);
		this.table.apply(new Upsert(without, 5, 0));
		assertThat(this.table.snapshot(SERVICE).fingerprints()).isEmpty();
		this.table.takeChanges();
		assertThat(this.table.apply(new Upsert(with, 3, 10_000))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.takeChanges().services()).containsExactly(SERVICE);
		assertThat(this.table.snapshot(SERVICE).fingerprints()).containsOnlyKeys("a");
		assertThat(this.table.apply(new Upsert(without, 5, 0))).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.apply(new Upsert(with, 5, 0))).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.snapshot(SERVICE).fingerprints()).containsOnlyKeys("a");
		advance(14_199);
		assertThat(nodes()).containsExactly("a");
	}

	@Test
	void fingerprintsThatAreNotValidAreNoObstacle() {
		NodeRecord odd = new NodeRecord("a", 1, 1, 1, "127.0.0.1", 9001, null, 0, 100, Map.of(),
				List.of(SERVICE.value()), List.of("what is this?"), LEASE);
		assertThat(this.table.apply(new Upsert(odd, 0, 0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.snapshot(SERVICE).instances()).hasSize(1);
		assertThat(this.table.snapshot(SERVICE).fingerprints()).isEmpty();
	}

	@Test
	void newerTermBeatsAnyVersion() {
		this.table.apply(upsert("a", 1, 50, 0));
		assertThat(this.table.apply(upsert("a", 2, 1, 0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.apply(upsert("a", 1, 51, 0))).isEqualTo(Verdict.STALE);
		assertThat(this.table.size()).isEqualTo(1);
	}

	@Test
	void changeOfServicesTouchesTheOldAndTheNewOnes() {
		this.table.apply(upsert(record("a", 1, 1, "9001", "old", "both"), 0, 0));
		this.table.takeChanges();
		this.table.apply(upsert(record("a", 1, 2, "9001", "both", "new"), 0, 0));
		assertThat(this.table.takeChanges().services()).extracting(ServiceName::value)
			.containsExactlyInAnyOrder("old", "both", "new");
		assertThat(this.table.snapshot(new ServiceName("old")).instances()).isEmpty();
		assertThat(this.table.serves(new ServiceName("old"))).isFalse();
		assertThat(this.table.snapshot(new ServiceName("new")).instances()).hasSize(1);
	}

	@Test
	void invalidRecordIsRefusedAndChangesNothing() {
		NodeRecord invalid = new NodeRecord("a", 1, 1, 1, "127.0.0.1", 0, null, 0, 100, Map.of(), List.of("s"), LEASE);
		assertThatIllegalArgumentException().isThrownBy(() -> this.table.apply(new Upsert(invalid, 0, 0)));
		assertThat(this.table.size()).isZero();
		assertThat(this.table.takeChanges().isEmpty()).isTrue();
	}

	@Test
	void silentRecordExpiresSoThatItIsGoneEverywhereWithinItsLease() {
		this.table.apply(upsert("a", 1, 1, 0));
		advance(14_199);
		assertThat(nodes()).containsExactly("a");
		this.table.takeChanges();
		advance(1);
		assertThat(nodes()).isEmpty();
		assertThat(this.table.takeChanges().services()).containsExactly(SERVICE);
		assertThat(this.table.gone("a")).isEqualTo(new Gone("a", 1, 1, 0, false));
	}

	@Test
	void renewalPostponesTheExpiry() {
		this.table.apply(upsert("a", 1, 1, 0));
		for (int i = 1; i <= 20; i++) {
			advance(5_000);
			assertThat(this.table.apply(new Renewal("a", 1, 1, i, 0))).isEqualTo(Verdict.RENEWED);
		}
		assertThat(nodes()).containsExactly("a");
		assertThat(this.table.takeChanges().renewed()).containsExactly("a");
	}

	@Test
	void renewalCountsFromWhenItHappened() {
		this.table.apply(upsert("a", 1, 1, 0));
		advance(10_000);
		this.table.apply(new Renewal("a", 1, 1, 1, 4_000));
		advance(10_199);
		assertThat(nodes()).containsExactly("a");
		advance(1);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void repeatedRenewalDoesNotProlong() {
		this.table.apply(upsert("a", 1, 1, 7));
		advance(10_000);
		assertThat(this.table.apply(new Renewal("a", 1, 1, 7, 0))).isEqualTo(Verdict.KNOWN);
		assertThat(this.table.apply(upsert("a", 1, 1, 7))).isEqualTo(Verdict.KNOWN);
		advance(5_000);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void ageTravelsWithTheRecord() {
		this.table.apply(new Upsert(record("a", 1, 1, "9001"), 0, 6_000));
		advance(4_000);
		assertThat(this.table.upsert("a").ageMillis()).isEqualTo(10_000);
		assertThat(this.table.renewal("a").ageMillis()).isEqualTo(10_000);
		advance(5_000);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void recordOlderThanItsLeaseIsNotTaken() {
		assertThat(this.table.apply(new Upsert(record("a", 1, 1, "9001"), 0, LEASE))).isEqualTo(Verdict.TOO_OLD);
		assertThat(this.table.size()).isZero();
	}

	@Test
	void negativeAgeIsNow() {
		this.table.apply(new Upsert(record("a", 1, 1, "9001"), 0, -1_000_000));
		advance(15_000);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void absurdLeaseIsBounded() {
		NodeRecord endless = new NodeRecord("a", 1, 1, 1, "127.0.0.1", 9001, null, 0, 100, Map.of(),
				List.of("test.calculator"), Long.MAX_VALUE);
		this.table.apply(new Upsert(endless, 0, 0));
		advance(Duration.ofDays(1).toMillis());
		assertThat(nodes()).isEmpty();
	}

	@Test
	void expiredRecordIsNotBroughtBackByAReplicaThatStillHoldsIt() {
		this.table.apply(upsert("a", 1, 1, 7));
		advance(15_000);
		assertThat(this.table.apply(new Upsert(record("a", 1, 1, "9001"), 7, 14_000))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(new Renewal("a", 1, 1, 7, 14_000))).isEqualTo(Verdict.STALE);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void expiredRecordReturnsWithItsNextRenewal() {
		this.table.apply(upsert("a", 1, 1, 7));
		advance(15_000);
		assertThat(this.table.apply(new Renewal("a", 1, 1, 8, 0))).isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(upsert("a", 1, 1, 8))).isEqualTo(Verdict.CHANGED);
		assertThat(nodes()).containsExactly("a");
		assertThat(this.table.gone("a")).isNull();
	}

	@Test
	void renewalOfAnUnknownOrNewerRecordAsksForTheRecord() {
		assertThat(this.table.apply(new Renewal("a", 1, 1, 1, 0))).isEqualTo(Verdict.WANTED);
		this.table.apply(upsert("a", 1, 1, 0));
		assertThat(this.table.apply(new Renewal("a", 1, 2, 1, 0))).isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(new Renewal("a", 0, 9, 1, 0))).isEqualTo(Verdict.STALE);
	}

	@Test
	void withdrawalRemovesAtOnceAndForEveryOlderRecord() {
		this.table.apply(upsert("a", 1, 1, 7));
		assertThat(this.table.apply(new Gone("a", 1, 2, 7, true))).isEqualTo(Verdict.CHANGED);
		assertThat(nodes()).isEmpty();
		assertThat(this.table.apply(upsert("a", 1, 1, 99))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(upsert("a", 1, 2, 99))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(new Renewal("a", 1, 1, 99, 0))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(new Gone("a", 1, 2, 7, true))).isEqualTo(Verdict.KNOWN);
	}

	@Test
	void withdrawalThatComesBeforeItsRecordStillCounts() {
		assertThat(this.table.apply(new Gone("a", 1, 2, 7, true))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.apply(upsert("a", 1, 1, 7))).isEqualTo(Verdict.STALE);
	}

	@Test
	void nodeThatAdvertisesAgainOrStartsAgainBeatsItsTombstone() {
		this.table.apply(new Gone("a", 1, 2, 7, true));
		assertThat(this.table.apply(upsert("a", 1, 3, 7))).isEqualTo(Verdict.CHANGED);
		this.table.apply(new Gone("a", 1, 4, 7, true));
		assertThat(this.table.apply(upsert("a", 2, 1, 0))).isEqualTo(Verdict.CHANGED);
	}

	@Test
	void lateWithdrawalOfAnOlderLifeIsStale() {
		this.table.apply(upsert("a", 2, 1, 0));
		assertThat(this.table.apply(new Gone("a", 1, 9, 7, true))).isEqualTo(Verdict.STALE);
		assertThat(nodes()).containsExactly("a");
	}

	@Test
	void expiryElsewhereIsStaleWhereTheRecordWasRenewedSince() {
		this.table.apply(upsert("a", 1, 1, 8));
		assertThat(this.table.apply(new Gone("a", 1, 1, 7, false))).isEqualTo(Verdict.STALE);
		assertThat(this.table.apply(new Gone("a", 1, 1, 8, false))).isEqualTo(Verdict.CHANGED);
	}

	@Test
	void tombstoneLastsFiveMinutesOrFourLeases() {
		this.table.apply(upsert("a", 1, 1, 0));
		NodeRecord slow = new NodeRecord("b", 1, 1, 1, "127.0.0.1", 9001, null, 0, 100, Map.of(),
				List.of("test.calculator"), Duration.ofMinutes(10).toMillis());
		this.table.apply(new Upsert(slow, 0, 0));
		this.table.apply(new Gone("a", 1, 2, 0, true));
		this.table.apply(new Gone("b", 1, 2, 0, true));
		advance(Duration.ofMinutes(5).toMillis() - 1);
		assertThat(this.table.gone("a")).isNotNull();
		advance(1);
		assertThat(this.table.gone("a")).isNull();
		/* As leases are counted, each 0.8 s less. */
		advance(Duration.ofMinutes(35).toMillis() - 4 * 800 - 1);
		assertThat(this.table.gone("b")).isNotNull();
		advance(1);
		assertThat(this.table.gone("b")).isNull();
	}

	@Test
	void ownRecordNeverExpiresAndIsNotRemovedByOthers() {
		this.table.putOwn(record("self", 1, 1, "9001"), 0, null);
		advance(Duration.ofHours(1).toMillis());
		assertThat(nodes()).containsExactly("self");
		assertThat(this.table.upsert("self").ageMillis()).isZero();
		assertThat(this.table.apply(new Gone("self", 9, 9, 9, true))).isEqualTo(Verdict.STALE);
		this.table.retain(Set.of());
		assertThat(nodes()).containsExactly("self");
		this.table.removeOwn(new Gone("self", 1, 2, 0, true));
		assertThat(nodes()).isEmpty();
		this.table.putOwn(record("self", 1, 3, "9001"), 0, null);
		assertThat(nodes()).containsExactly("self");
	}

	@Test
	void fewSilentLeasesExpireEvenIfTheyAreAll() {
		this.table.putOwn(record("self", 1, 1, "9001"), 0, null);
		this.table.apply(upsert("a", 1, 1, 0));
		this.table.apply(upsert("b", 1, 1, 0));
		advance(15_000);
		assertThat(nodes()).containsExactly("self");
		assertThat(this.table.preserving()).isFalse();
	}

	@Test
	void fewThatGoSilentTogetherExpire() {
		this.table = new NodeTable(() -> this.nanos, 30);
		String[] others = others(17);
		apply(others);
		apply("a", "b", "c");
		renewLate(others);
		assertThat(nodes()).containsExactlyInAnyOrder(others);
		assertThat(this.table.preserving()).isFalse();
	}

	@Test
	void moreThanFifteenPercentThatGoSilentTogetherArePreserved() {
		this.table = new NodeTable(() -> this.nanos, 30);
		String[] others = others(16);
		apply(others);
		apply("a", "b", "c");
		renewLate(others);
		assertThat(nodes()).hasSize(19);
		assertThat(this.table.preserving()).isTrue();
		assertThat(this.table.overdue()).containsExactlyInAnyOrder("a", "b", "c");
	}

	private static String[] others(int count) {
		return IntStream.range(0, count).mapToObj((i) -> "other" + i).toArray(String[]::new);
	}

	@Test
	void majorityThatGoesSilentTogetherIsPreserved() {
		apply("a", "b", "c", "d", "e");
		renewLate("d", "e");
		assertThat(nodes()).containsExactly("a", "b", "c", "d", "e");
		assertThat(this.table.preserving()).isTrue();
		assertThat(this.table.overdue()).containsExactlyInAnyOrder("a", "b", "c");
	}

	@Test
	void leasesThatRunOutOneAfterTheOtherAreStillSeenTogether() {
		this.table.apply(upsert("a", 1, 1, 0));
		advance(2_000);
		this.table.apply(upsert("b", 1, 1, 0));
		advance(2_900);
		this.table.apply(upsert("c", 1, 1, 0));
		for (int i = 0; i < 100; i++) {
			advance(200);
		}
		assertThat(nodes()).containsExactly("a", "b", "c");
		assertThat(this.table.preserving()).isTrue();
	}

	@Test
	void preservationEndsWhenTheOthersReturnAndWhoDoesNotExpires() {
		apply("a", "b", "c", "d", "e");
		renewLate("d", "e");
		assertThat(this.table.preserving()).isTrue();
		this.table.apply(new Renewal("a", 1, 1, 5, 0));
		this.table.apply(new Renewal("b", 1, 1, 5, 0));
		advance(100);
		assertThat(this.table.preserving()).isFalse();
		assertThat(nodes()).containsExactly("a", "b", "d", "e");
	}

	@Test
	void preservationEndsFourLeasesAfterTheLastRenewal() {
		apply("a", "b", "c");
		for (int i = 0; i < 567; i++) {
			advance(100);
		}
		assertThat(nodes()).containsExactly("a", "b", "c");
		advance(100);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void recordsThatThisNodeCannotJudgeStay() {
		apply("a", "b");
		advance(60_000, true);
		assertThat(nodes()).containsExactly("a", "b");
		assertThat(this.table.overdue()).containsExactlyInAnyOrder("a", "b");
		advance(100);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void whenThisProcessStoodStillOthersGetTheTimeBack() {
		this.table.apply(upsert("a", 1, 1, 0));
		advance(1_000);
		this.nanos += Duration.ofSeconds(60).toNanos();
		sweep(false);
		assertThat(nodes()).containsExactly("a");
		advance(13_100);
		assertThat(nodes()).containsExactly("a");
		advance(200);
		assertThat(nodes()).isEmpty();
	}

	@Test
	void afterAStandstillAnOldAgeIsStillToldAsItIs() {
		this.table.apply(upsert("a", 1, 1, 0));
		this.nanos += Duration.ofSeconds(60).toNanos();
		sweep(false);
		assertThat(this.table.upsert("a").ageMillis()).isEqualTo(60_000);
	}

	@Test
	void nodeIdThatRestartsElsewhereIsNoConflict() {
		this.table.apply(upsert(record("a", 1, 1, "9001", "s"), 7, 0));
		this.table.apply(upsert(record("a", 2, 1, "9002", "s"), 0, 0));
		assertThat(this.table.apply(new Renewal("a", 1, 1, 7, 0))).isEqualTo(Verdict.STALE);
		assertThat(this.table.takeChanges().conflicts()).isEmpty();
	}

	@Test
	void twoLiveNodesOfOneIdAreAConflictThatNamesBoth() {
		this.table.apply(upsert(record("a", 1, 1, "9001", "s"), 7, 0));
		this.table.apply(upsert(record("a", 2, 1, "9002", "s"), 0, 0));
		assertThat(this.table.apply(new Renewal("a", 1, 1, 8, 0))).isEqualTo(Verdict.STALE);
		assertThat(this.table.takeChanges().conflicts()).containsEntry("a", "127.0.0.1:9001 and 127.0.0.1:9002");
		assertThat(this.table.record("a").port()).isEqualTo(9002);
		assertThat(this.table.apply(upsert(record("a", 1, 1, "9001", "s"), 8, 0))).isEqualTo(Verdict.STALE);
		assertThat(this.table.takeChanges().conflicts()).isEmpty();
	}

	@Test
	void clientForgetsWithoutATombstone() {
		this.table.apply(upsert("a", 1, 1, 50));
		this.table.forget(new Gone("a", 0, 9, 49, false));
		assertThat(nodes()).containsExactly("a");
		this.table.forget(new Gone("a", 1, 1, 49, false));
		assertThat(nodes()).isEmpty();
		assertThat(this.table.apply(upsert("a", 1, 1, 50))).isEqualTo(Verdict.CHANGED);
	}

	@Test
	void settledAccountReplacesTheRest() {
		apply("a", "b", "c");
		this.table.takeChanges();
		this.table.retain(Set.of("b"));
		assertThat(nodes()).containsExactly("b");
		assertThat(this.table.takeChanges().nodes()).containsOnlyKeys("a", "c");
	}

	@Test
	void digestDependsOnContentAloneNotOnOrderOrRenewals() {
		NodeTable other = new NodeTable(() -> this.nanos, 10);
		apply("a", "b", "c");
		for (String nodeId : List.of("c", "x", "a", "b")) {
			other.apply(upsert(nodeId, 1, 1, 9));
		}
		assertThat(other.digest()).isNotEqualTo(this.table.digest());
		other.apply(new Gone("x", 1, 2, 0, true));
		assertThat(other.digest()).isEqualTo(this.table.digest());
		other.apply(upsert("a", 1, 2, 9));
		assertThat(other.digest()).isNotEqualTo(this.table.digest());
	}

	@Test
	void replicasThatHearTheSameInAnyOrderEndUpEqual() {
		Random random = new Random(42);
		for (int round = 0; round < 200; round++) {
			List<Object> updates = new ArrayList<>();
			for (int i = 0; i < 30; i++) {
				String nodeId = "n" + random.nextInt(4);
				int term = random.nextInt(3);
				int version = random.nextInt(4);
				updates.add(random.nextInt(3) == 0 ? new Gone(nodeId, term, version + 1, 0, true)
						: upsert(nodeId, term, version, 0));
			}
			NodeTable one = hear(updates);
			Collections.shuffle(updates, random);
			NodeTable two = hear(updates);
			assertThat(two.digest()).isEqualTo(one.digest());
			assertThat(two.nodeIds()).containsExactlyInAnyOrderElementsOf(one.nodeIds());
		}
	}

	@Test
	void fullTableTakesNoFurtherNodeButGoesOnWithThoseThatItHolds() {
		fill();
		assertThat(this.table.apply(upsert("late", 1, 1, 0))).isEqualTo(Verdict.FULL);
		assertThat(this.table.apply(new Renewal("late", 1, 1, 1, 0))).isEqualTo(Verdict.FULL);
		assertThat(this.table.size()).isEqualTo(10);
		assertThat(this.table.apply(upsert("n3", 1, 2, 0))).isEqualTo(Verdict.CHANGED);
		assertThat(this.table.apply(new Renewal("n4", 1, 1, 1, 0))).isEqualTo(Verdict.RENEWED);
		assertThat(nodes()).doesNotContain("late").hasSize(10);
	}

	@Test
	void fullTableHearsOfTheNextNodeAgainWhenOneIsGone() {
		fill();
		this.table.apply(upsert("late", 1, 1, 0));
		this.table.apply(new Gone("n3", 1, 2, 0, true));
		assertThat(this.table.apply(new Renewal("late", 1, 1, 1, 0))).isEqualTo(Verdict.WANTED);
		assertThat(this.table.apply(upsert("late", 1, 1, 1))).isEqualTo(Verdict.CHANGED);
	}

	@Test
	void fullTableStillHoldsTheNodeItself() {
		fill();
		this.table.putOwn(record("self", 1, 1, "9001"), 0, null);
		assertThat(nodes()).contains("self").hasSize(11);
	}

	@Test
	void adoptedRecordReplacesALaterOneButNoTombstone() {
		this.table.apply(upsert("a", 1000, 1, 0));
		this.table.adopt(upsert("a", 5, 1, 0));
		assertThat(this.table.record("a").term()).isEqualTo(5);
		this.table.apply(new Gone("a", 5, 2, 0, true));
		this.table.adopt(upsert("a", 5, 1, 0));
		assertThat(nodes()).isEmpty();
	}

	private void fill() {
		for (int i = 0; i < 10; i++) {
			apply("n" + i);
		}
	}

	@Test
	void snapshotIsInStableOrder() {
		apply("c", "a", "b");
		NodeRecord first = new NodeRecord("z", 1, 1, 1, "127.0.0.1", 9001, null, -1, 100, Map.of(),
				List.of("test.calculator"), LEASE);
		this.table.apply(new Upsert(first, 0, 0));
		Snapshot snapshot = this.table.snapshot(SERVICE);
		assertThat(snapshot.instances()).extracting(Instance::nodeId).containsExactly("z", "a", "b", "c");
	}

	@Test
	void narrowedRecordHoldsOnlyWhatWasAskedFor() {
		NodeRecord record = record("a", 1, 1, "9001", "one", "two", "three");
		assertThat(record.only(Set.of("two", "x")).services()).containsExactly("two");
		assertThat(record.only(Set.of("one", "two", "three", "four"))).isSameAs(record);
	}

	private NodeTable hear(List<Object> updates) {
		NodeTable hearing = new NodeTable(() -> this.nanos, 10);
		for (Object item : updates) {
			if (item instanceof Upsert upsert) {
				hearing.apply(upsert);
			}
			else {
				hearing.apply((Gone) item);
			}
		}
		return hearing;
	}

	private void apply(String... nodeIds) {
		for (String nodeId : nodeIds) {
			this.table.apply(upsert(nodeId, 1, 1, 0));
		}
	}

	private void renewLate(String... nodeIds) {
		advance(10_000);
		for (String nodeId : nodeIds) {
			this.table.apply(new Renewal(nodeId, 1, 1, 1, 0));
		}
		advance(5_000);
	}

	private void advance(long millis) {
		advance(millis, false);
	}

	/** Sweeps often enough that no standstill is seen, and at the end. */
	private void advance(long millis, boolean blind) {
		for (long left = millis; left > 0; left -= 1_000) {
			this.nanos += Duration.ofMillis(Math.min(left, 1_000)).toNanos();
			sweep(blind);
		}
	}

	private void sweep(boolean blind) {
		this.table.sweep((record) -> blind);
	}

	private List<String> nodes() {
		return this.table.snapshot(SERVICE).instances().stream().map(Instance::nodeId).toList();
	}

	private static Upsert upsert(String nodeId, long term, long version, long renewals) {
		return new Upsert(record(nodeId, term, version, "9001"), renewals, 0);
	}

	private static Upsert upsert(NodeRecord record, long renewals, long ageMillis) {
		return new Upsert(record, renewals, ageMillis);
	}

	private static NodeRecord record(String nodeId, long term, long version, String port, String... services) {
		List<String> names = (services.length > 0) ? List.of(services) : List.of(SERVICE.value());
		return new NodeRecord(nodeId, term, version, term, "127.0.0.1", Integer.parseInt(port), null, 0, 100, Map.of(),
				names, LEASE);
	}

}
