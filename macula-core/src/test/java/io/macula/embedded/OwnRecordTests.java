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
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.tls.NodeKey;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OwnRecord}.
 */
class OwnRecordTests {

	private static final long INCARNATION = 5;

	private final TestLoop test = new TestLoop();

	private NodeKey key = TestOwner.named("me").key;

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final OwnRecord own = new OwnRecord(TestLoop.self("me", INCARNATION),
			new OwnSeal(TestOwner.REALM, () -> this.key), this.table, this.test.loop);

	@Test
	void whenNothingIsAdvertisedThenWhatPeersTellIsTakenAsOfAnyNode() {
		assertThat(hear(theirs("elsewhere", 1, 1))).isEqualTo(Verdict.CHANGED);
		assertThat(this.test.get(() -> this.own.heard(new Renewal("me", 1, 1, 1, 0), ProvenPeer.UNKNOWN)))
			.isEqualTo(Verdict.RENEWED);
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", 1, 2, 1, true)))).isEqualTo(Verdict.CHANGED);
		assertThat(this.own.claimed()).isFalse();
	}

	@Test
	void whenAdvertisedThenClaimedWithTheIncarnationAsTerm() {
		advertise();
		assertThat(this.own.claimed()).isTrue();
		assertThat(mine().term()).isEqualTo(INCARNATION);
		assertThat(mine().version()).isEqualTo(1);
	}

	@Test
	void whenAdvertisedAgainThenTheVersionGrows() {
		advertise();
		advertise();
		assertThat(mine().term()).isEqualTo(INCARNATION);
		assertThat(mine().version()).isEqualTo(2);
	}

	@Test
	void whenAnEarlierLifeIsKnownThenTheClaimIsLater() {
		hear(theirs("elsewhere", 1000, 3));
		advertise();
		assertThat(mine().term()).isEqualTo(1001);
	}

	@Test
	void whenAnotherTookTheIdAfterAWithdrawalThenTheNextClaimIsLater() {
		advertise();
		this.test.get(this.own::withdraw);
		hear(theirs("elsewhere", 1000, 3));
		advertise();
		assertThat(mine().term()).isEqualTo(1001);
	}

	@Test
	void whenAnEarlierLifeIsKnownToBeGoneThenTheClaimIsLater() {
		this.test.get(() -> this.own.heard(new Gone("me", 1000, 3, 0, true)));
		advertise();
		assertThat(mine().term()).isEqualTo(1001);
	}

	@Test
	void whenAnEndIsToldOfATermThatNoClockShowsThenItCountsForNothing() {
		this.test.get(() -> this.own.heard(new Gone("me", Long.MAX_VALUE, 3, 0, true)));
		advertise();
		assertThat(mine().term()).isEqualTo(INCARNATION);
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", Long.MAX_VALUE, 3, 0, true))))
			.isEqualTo(Verdict.STALE);
		assertThat(mine().term()).isEqualTo(INCARNATION);
	}

	@Test
	void whenATermThatIsOlderIsHeardThenItIsStale() {
		advertise();
		assertThat(hear(theirs("elsewhere", 4, 9))).isEqualTo(Verdict.STALE);
		assertThat(this.test.get(() -> this.own.heard(new Renewal("me", 4, 9, 1, 0), ProvenPeer.UNKNOWN)))
			.isEqualTo(Verdict.STALE);
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", 4, 9, 1, true)))).isEqualTo(Verdict.STALE);
		assertThat(mine().term()).isEqualTo(INCARNATION);
	}

	@Test
	void whenItsOwnRecordIsHeardThenItIsKnownAndNoRenewalIsReused() {
		advertise();
		assertThat(hear(new Upsert(mine(), 7, 0))).isEqualTo(Verdict.KNOWN);
		assertThat(this.test.get(() -> this.own.heard(new Renewal("me", INCARNATION, 1, 20, 0), ProvenPeer.UNKNOWN)))
			.isEqualTo(Verdict.KNOWN);
		this.test.run(this.own::renew);
		assertThat(this.table.renewal("me").renewals()).as("whatever others say").isEqualTo(1);
	}

	@Test
	void whenRenewedThenEachRenewalIsProvenAndTheLastOneBeginsANewVersion() {
		advertise();
		for (int i = 1; i <= ProofChain.RENEWALS; i++) {
			this.test.run(this.own::renew);
		}
		Renewal last = this.table.renewal("me");
		assertThat(last.renewals()).isEqualTo(ProofChain.RENEWALS);
		assertThat(last.proof().hashed(ProofChain.RENEWALS)).isEqualTo(mine().seal().renewal());
		assertThat(mine().version()).isEqualTo(1);
		this.test.run(this.own::renew);
		assertThat(mine().version()).isEqualTo(2);
		assertThat(this.table.renewal("me").renewals()).isZero();
		assertThat(last.proof().hashed(ProofChain.RENEWALS)).isNotEqualTo(mine().seal().renewal());
	}

	@Test
	void whenTheCertificatesBringAnotherKeyThenTheRecordIsSignedWithThat() {
		advertise();
		this.key = TestOwner.named("renewed").key;
		this.test.run(this.own::tick);
		assertThat(mine().identityText()).isEqualTo(this.key.identity().text());
		assertThat(mine().version()).isEqualTo(2);
		this.test.run(this.own::tick);
		assertThat(mine().version()).isEqualTo(2);
	}

	@Test
	void whenAnotherIdentityHasTheIdThenNothingChangesAndBothAreNamed() {
		advertise();
		TestOwner other = TestOwner.named("other");
		Renewal renewal = new Renewal("me", Long.MAX_VALUE, 1, 1, 0);
		ProvenPeer namesake = new ProvenPeer("me", other.key.identity().text());
		assertThat(hear(theirs(other, "elsewhere", Long.MAX_VALUE, 1))).isEqualTo(Verdict.STALE);
		assertThat(this.test.get(() -> this.own.heard(renewal, namesake))).isEqualTo(Verdict.WANTED);
		this.test.run(this.own::accepted);
		assertThat(hear(theirs(other, "elsewhere", Long.MAX_VALUE, 1))).isEqualTo(Verdict.TAKEN);
		assertThat(this.test.get(() -> this.own.heard(renewal, namesake))).isEqualTo(Verdict.TAKEN);
		assertThat(this.own.claimed()).isTrue();
		assertThat(mine().term()).isEqualTo(INCARNATION);
		assertThat(this.table.takeChanges().conflicts().get("me")).contains("elsewhere:9443", "here:9443", "identity ");
	}

	@Test
	void whenPeersAskForItThenItIsRenewedOnceInASecond() {
		advertise();
		this.test.pass(Duration.ofSeconds(1));
		this.test.run(this.own::wanted);
		this.test.run(this.own::wanted);
		assertThat(this.table.renewal("me").renewals()).isEqualTo(1);
		this.test.pass(Duration.ofSeconds(1));
		this.test.run(this.own::wanted);
		assertThat(this.table.renewal("me").renewals()).isEqualTo(2);
	}

	@Test
	void whenRenewedElsewhereWithAGreaterTermThenTheRecordIsWanted() {
		advertise();
		assertThat(this.test.get(() -> this.own.heard(new Renewal("me", 6, 1, 1, 0), ProvenPeer.UNKNOWN)))
			.isEqualTo(Verdict.WANTED);
	}

	@Test
	void whenAcceptedAndAnotherNodeTakesTheIdThenItYields() {
		advertise();
		this.test.run(this.own::accepted);
		assertThat(hear(theirs("elsewhere", 6, 1))).isEqualTo(Verdict.CHANGED);
		assertThat(this.own.claimed()).isFalse();
		assertThat(mine().host()).isEqualTo("elsewhere");
	}

	@Test
	void whenNotAcceptedYetThenItTakesTheIdOverFromAnotherNode() {
		advertise();
		assertThat(hear(theirs("elsewhere", 6, 1))).isEqualTo(Verdict.STALE);
		assertThat(this.own.claimed()).isTrue();
		assertThat(mine().term()).isEqualTo(7);
	}

	@Test
	void whenAcceptedThenAnEarlierLifeOfItsAddressIsStillTakenOver() {
		advertise();
		this.test.run(this.own::accepted);
		assertThat(hear(theirs("here", 1000, 1))).isEqualTo(Verdict.STALE);
		assertThat(mine().term()).isEqualTo(1001);
	}

	@Test
	void whenTwoNodesFightThenItYieldsAfterThreeTakeovers() {
		advertise();
		for (int i = 1; i <= 3; i++) {
			assertThat(hear(theirs("elsewhere", 100 * i, 1))).isEqualTo(Verdict.STALE);
		}
		assertThat(hear(theirs("elsewhere", 400, 1))).isEqualTo(Verdict.CHANGED);
		assertThat(this.own.claimed()).isFalse();
	}

	@Test
	void whenTakeoversAreALeaseApartThenTheyAreNoFight() {
		advertise();
		for (int i = 1; i <= 10; i++) {
			assertThat(hear(theirs("elsewhere", 100 * i, 1))).isEqualTo(Verdict.STALE);
			this.test.pass(Duration.ofSeconds(8));
		}
		assertThat(this.own.claimed()).isTrue();
	}

	@Test
	void whenTheOtherNodeIsGoneThenTheIdIsClaimedAgain() {
		advertise();
		this.test.run(this.own::accepted);
		hear(theirs("elsewhere", 6, 1));
		this.test.run(this.own::tick);
		assertThat(this.own.claimed()).isFalse();
		this.test.get(() -> this.own.heard(new Gone("me", 6, 2, 0, true)));
		this.test.run(this.own::tick);
		assertThat(this.own.claimed()).isTrue();
		assertThat(mine().term()).isEqualTo(7);
		assertThat(mine().host()).isEqualTo("here");
	}

	@Test
	void whenWithdrawnThenAbsentAndTold() {
		advertise();
		NodeRecord mine = mine();
		assertThat(this.test.get(this.own::withdraw)).isTrue();
		assertThat(this.own.claimed()).isFalse();
		assertThat(this.table.gone("me").withdrawn()).isTrue();
		assertThat(this.table.gone("me").version()).isEqualTo(2);
		assertThat(this.table.gone("me").opens(mine.seal())).as("proven").isTrue();
		assertThat(this.test.get(this.own::withdraw)).as("once").isFalse();
	}

	@Test
	void whenWithdrawnAfterYieldingThenTheOtherNodeStays() {
		advertise();
		this.test.run(this.own::accepted);
		hear(theirs("elsewhere", 6, 1));
		assertThat(this.test.get(this.own::withdraw)).isFalse();
		this.test.get(() -> this.own.heard(new Gone("me", 6, 2, 0, true)));
		this.test.run(this.own::tick);
		assertThat(this.own.claimed()).as("not claimed again").isFalse();
	}

	@Test
	void whenAPeerBelievesTheLeaseExpiredThenItIsRenewed() {
		advertise();
		this.test.pass(Duration.ofSeconds(1));
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", INCARNATION, 1, 9, false))))
			.isEqualTo(Verdict.STALE);
		assertThat(this.table.renewal("me").renewals()).isEqualTo(1);
	}

	@Test
	void whenAPeerBelievesALaterLifeWithdrawnThenItIsClaimedWithAGreaterTermUnlessItIsAccepted() {
		advertise();
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", INCARNATION + 3, 1, 0, true))))
			.isEqualTo(Verdict.STALE);
		assertThat(mine().term()).isEqualTo(INCARNATION + 4);
		this.test.run(this.own::accepted);
		assertThat(this.test.get(() -> this.own.heard(new Gone("me", INCARNATION + 9, 1, 0, true))))
			.isEqualTo(Verdict.STALE);
		assertThat(mine().term()).isEqualTo(INCARNATION + 4);
	}

	@Test
	void whenAThirdOfTheLeaseHasPassedThenItIsRenewed() {
		advertise();
		this.test.pass(Duration.ofMillis(4_999));
		this.test.run(this.own::tick);
		assertThat(this.table.renewal("me").renewals()).isZero();
		this.test.pass(Duration.ofMillis(1));
		this.test.run(this.own::tick);
		assertThat(this.table.renewal("me").renewals()).isEqualTo(1);
	}

	private void advertise() {
		Instance instance = new Instance("me", INCARNATION, new Endpoint("here", 9443), null, 0, 100, Map.of());
		this.test.run(() -> this.own.advertise(
				new Advertisement(instance, Set.of(new ServiceName("test.calculator")), Advertisement.DEFAULT_TTL)));
	}

	private Verdict hear(Upsert upsert) {
		return this.test.get(() -> this.own.heard(upsert));
	}

	private NodeRecord mine() {
		return this.table.record("me");
	}

	private static Upsert theirs(String host, long term, long version) {
		return theirs(TestOwner.named("me"), host, term, version);
	}

	private static Upsert theirs(TestOwner owner, String host, long term, long version) {
		owner.sign(new NodeRecord("me", term, version, term, host, 9443, null, 0, 100, Map.of(),
				List.of("test.calculator"), 15_000));
		return owner.upsert(0);
	}

}
