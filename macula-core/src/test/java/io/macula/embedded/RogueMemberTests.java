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

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.directory.Lease;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a realm one member of which says untrue things of another one.
 */
class RogueMemberTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b", "c");

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final SimulatedRealm realm = new SimulatedRealm(11);

	private final Node a = this.realm.provider("a", SEEDS);

	private final Node b = this.realm.provider("b", SEEDS);

	private final Node c = this.realm.provider("c", SEEDS);

	private Node victim = this.realm.provider("victim", SEEDS);

	private final Node client = this.realm.client("client", SEEDS);

	private final RogueMember rogue = new RogueMember(this.realm, "rogue", SimulatedRealm.endpoint("rogue"));

	/** It says that it is the victim, also in the handshake. */
	private final RogueMember impostor = new RogueMember(this.realm, "victim", SimulatedRealm.endpoint("impostor"));

	@ParameterizedTest
	@EnumSource(Attack.class)
	void whenItAttacksOneReplicaThenTheVictimStaysWhereItIs(Attack attack) {
		settle();
		attack(attack, SimulatedRealm.endpoint("a"), 5);
		assertUntouched();
	}

	@Test
	void whenWhatItTellsCannotBeReadThenItsLinkEndsWithTheReason() {
		settle();
		RpcException unread = new RpcException(Status.processed(Code.INVALID_ARGUMENT, "no update"));
		List<Throwable> failures = new ArrayList<>();
		this.a.replica.peer().link(ProvenPeer.UNKNOWN, Flux.error(unread)).subscribe((update) -> {
		}, failures::add);
		this.realm.pass(SECOND);
		assertThat(failures).containsExactly(unread);
	}

	/** The replica is no seed, but linked to all of them. */
	@ParameterizedTest
	@EnumSource(Attack.class)
	void whenItAttacksThroughAReplicaThatPassesOnThenTheVictimStaysWhereItIs(Attack attack) {
		Node relay = this.realm.provider("relay", SEEDS);
		settle();
		attack(attack, relay.endpoint, 5);
		this.realm.kill(relay);
		this.realm.pass(Duration.ofSeconds(30));
		assertUntouched();
	}

	@ParameterizedTest
	@EnumSource(Attack.class)
	void whenItAttacksTheVictimItselfThenTheVictimStaysWhereItIs(Attack attack) {
		settle();
		attack(attack, this.victim.endpoint, 5);
		assertUntouched();
	}

	@ParameterizedTest
	@EnumSource(Attack.class)
	void whenItAttackedBeforeTheVictimCameThenTheVictimIsAdvertisedAllTheSame(Attack attack) {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		Upsert before = this.rogue.learn("victim");
		this.victim.lease.withdraw().subscribe();
		this.realm.kill(this.victim);
		this.realm.pass(Duration.ofMinutes(6));
		this.impostor.link(SimulatedRealm.endpoint("b"));
		this.realm.pass(SECOND);
		attack.tell(this.rogue, before, before);
		attack.tell(this.impostor, before, before);
		this.realm.pass(SECOND);
		for (RogueMember gone : List.of(this.rogue, this.impostor)) {
			gone.unlink();
			this.realm.hide(gone.node);
		}
		this.victim = this.realm.provider("victim", SEEDS, 2);
		this.realm.until(Duration.ofMillis(2500), () -> this.victim.lease.state() == Lease.State.GRANTED);
		this.realm.pass(SECOND);
		assertUntouched();
	}

	@Test
	void whenItIsAtTheAddressOfTheVictimThenCallsAreStillMeantForTheVictim() {
		settle();
		assertThat(seen(this.client)).extracting(Instance::identity).containsExactly(this.victim.key.identity().text());
	}

	@Test
	void whenItSpeaksInTheVictimsNameThenItsLinkIsClosed() {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		this.rogue.tell(new UpdateDraft().build(TestLoop.self("victim", 9), 0));
		this.realm.pass(SECOND);
		assertThat(this.rogue.closed).isTrue();
		assertUntouched();
	}

	@Test
	void whenItTellsUntrueThingsAgainAndAgainThenItsLinkIsClosed() {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		Upsert known = this.rogue.learn("victim");
		for (int i = 0; i <= DirectoryLink.MOST_WASTED; i++) {
			assertThat(this.rogue.closed).isFalse();
			Attack.UNSIGNED.tell(this.rogue, known, known);
			this.realm.pass(Duration.ofMillis(10));
		}
		assertThat(this.rogue.closed).isTrue();
		assertUntouched();
	}

	@Test
	void whenTheVictimCannotBeDialledThenItsLinksProveThatItLives() {
		settle();
		this.realm.hide(this.victim);
		attack(Attack.OWN_KEY, SimulatedRealm.endpoint("a"), 60);
		assertUntouched();
	}

	/*
	 * The victim is linked to one replica only, and another one is attacked.
	 */
	@Test
	void whenTheVictimCanNeitherBeDialledNorAskedThenItGetsItsIdBackAndKeepsItFromThen() {
		SimulatedRealm sparse = new SimulatedRealm(13);
		Node seed = sparse.provider("seed", List.of());
		List<Endpoint> seeds = SimulatedRealm.seeds("seed");
		Node attacked = sparse.provider("attacked", seeds);
		Node distant = sparse.provider("distant", seeds);
		sparse.pass(Duration.ofSeconds(20));
		String identity = distant.key.identity().text();
		assertThat(identity(attacked, "distant")).isEqualTo(identity);
		sparse.hide(distant);
		RogueMember member = new RogueMember(sparse, "distant", SimulatedRealm.endpoint("impostor"));
		member.link(attacked.endpoint);
		sparse.pass(SECOND);
		claim(member, "distant", 1_000);
		sparse.pass(Duration.ofSeconds(3));
		assertThat(identity(attacked, "distant")).as("for a while").isEqualTo(member.owner.identity());
		assertThat(identity(seed, "distant")).isEqualTo(identity);
		sparse.until(Duration.ofSeconds(20), () -> identity.equals(identity(attacked, "distant")));
		for (int i = 0; i < 60; i++) {
			claim(member, "distant", 2_000 + i);
			sparse.pass(SECOND);
			assertThat(identity(attacked, "distant")).isEqualTo(identity);
			assertThat(identity(seed, "distant")).isEqualTo(identity);
			assertThat(distant.lease.state()).isEqualTo(Lease.State.GRANTED);
		}
	}

	/** Each restart is an opportunity, whether the process is away for long or not. */
	@ParameterizedTest
	@CsvSource({ "false, 0", "false, 1", "false, 3000", "true, 0", "true, 1", "true, 3000" })
	void whenTheVictimRestartsWhileItIsAttackedThenItIsUsedAgainAtOnce(boolean withdraws, int millisAway) {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.impostor.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		for (int i = 2; i < 8; i++) {
			if (withdraws) {
				this.victim.directory.close().subscribe();
				this.realm.pass(Duration.ofMillis(50));
			}
			this.realm.kill(this.victim);
			for (int passed = 0; passed <= millisAway; passed += 500) {
				claim("victim", 100 * i + passed);
				this.realm.pass(Duration.ofMillis(Math.min(millisAway - passed, 500)));
			}
			Node again = this.realm.provider("victim", this.victim.endpoint, SEEDS, i, Set.of(SimulatedRealm.SERVICE));
			this.victim = again;
			claim("victim", 100 * i + 90);
			this.realm.until(SECOND, () -> again.key.identity().text().equals(identity(this.client, "victim")));
			for (int second = 0; second < 10; second++) {
				claim("victim", 100 * i + 91 + second);
				this.realm.pass(SECOND);
			}
			assertUntouched();
		}
	}

	@Test
	void whenANodeWithALastingKeyComesBackElsewhereThenItGetsItsIdBack() {
		settle();
		this.impostor.link(SimulatedRealm.endpoint("a"));
		this.realm.kill(this.victim);
		this.realm.pass(SECOND);
		claim("victim", 100);
		this.realm.pass(Duration.ofSeconds(2));
		assertThat(identity(this.client, "victim")).isEqualTo(this.impostor.owner.identity());
		this.victim = this.realm.provider("victim", new Endpoint("elsewhere", 9443), SEEDS, 2, this.victim.key);
		this.realm.pass(SECOND);
		assertUntouched();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenANodeIsKilledAndRestartsThenItIsUsedAfterOneHandshakeOrOneDial(boolean sameAddress) {
		settle();
		this.realm.kill(this.victim);
		this.realm.pass(SECOND);
		Endpoint endpoint = sameAddress ? this.victim.endpoint : new Endpoint("elsewhere", 9443);
		Node again = this.realm.provider("victim", endpoint, SEEDS, 2, Set.of(SimulatedRealm.SERVICE));
		Duration seen = this.realm.until(SECOND,
				() -> again.key.identity().text().equals(identity(this.client, "victim")));
		System.out.println("a node that was killed and restarted at " + endpoint + " was seen after " + seen);
		assertThat(seen).isLessThan(sameAddress ? Duration.ofMillis(100) : Claims.LINK_TIMEOUT.plusMillis(100));
		this.realm.until(Duration.ofMillis(20), () -> again.lease.state() == Lease.State.GRANTED);
	}

	@Test
	void whenAMachineVanishesAndTheNodeComesBackElsewhereThenItIsUsedAfterTheTimeoutOfADial() {
		settle();
		this.realm.vanish(this.victim);
		Node again = this.realm.provider("victim", new Endpoint("elsewhere", 9443), SEEDS, 2,
				Set.of(SimulatedRealm.SERVICE));
		Duration seen = this.realm.until(Duration.ofSeconds(3),
				() -> again.key.identity().text().equals(identity(this.client, "victim")));
		assertThat(seen).isBetween(Claims.DIAL_TIMEOUT, Claims.DIAL_TIMEOUT.plusMillis(200));
		this.realm.until(SECOND, () -> again.lease.state() == Lease.State.GRANTED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenANodeWithdrawsAndRestartsThenItIsUsedAtOnce(boolean sameAddress) {
		settle();
		this.victim.directory.close().subscribe();
		this.realm.pass(Duration.ofMillis(50));
		this.realm.kill(this.victim);
		Endpoint endpoint = sameAddress ? this.victim.endpoint : new Endpoint("elsewhere", 9443);
		Node again = this.realm.provider("victim", endpoint, SEEDS, 2, Set.of(SimulatedRealm.SERVICE));
		assertThat(this.realm.until(SECOND, () -> again.key.identity().text().equals(identity(this.client, "victim"))))
			.isLessThan(Duration.ofMillis(50));
	}

	@Test
	void whenItReplaysTheVictimsWithdrawalThenTheVictimThatCameBackStays() {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		this.victim.lease.withdraw().subscribe();
		this.realm.pass(SECOND);
		Gone withdrawal = this.rogue.heard.stream()
			.flatMap((update) -> update.gone().stream())
			.filter((gone) -> gone.nodeId().equals("victim"))
			.findFirst()
			.orElseThrow();
		this.victim.advertise(Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(SECOND);
		this.rogue.tell(withdrawal);
		this.rogue.tell(new Gone("victim", withdrawal.term(), withdrawal.version() + 100, 0, true, withdrawal.proof()));
		this.realm.pass(Duration.ofSeconds(20));
		assertUntouched();
	}

	/** Of records that cannot be taken, each with one in the same update that can be. */
	@ParameterizedTest
	@MethodSource("invalid")
	void whenARecordIsNotValidThenTheOthersOfTheUpdateAreTaken(NodeRecord invalid) {
		settle();
		this.rogue.link(this.a.endpoint);
		this.realm.pass(SECOND);
		this.rogue.owner.sign(invalid);
		UpdateDraft draft = new UpdateDraft().upsert(this.rogue.owner.upsert(0));
		this.rogue.owner.sign(record("ghost", "rogue", 1, Duration.ofDays(1).toMillis()));
		this.rogue.tell(draft.upsert(this.rogue.owner.upsert(0)));
		this.realm.pass(SECOND);
		assertThat(this.a.nodes()).contains("ghost").doesNotContain(invalid.nodeId());
		assertThat(this.rogue.closed).isFalse();
	}

	private static Stream<NodeRecord> invalid() {
		NodeRecord good = record("x", "rogue", 1, 15_000);
		return Stream.of(record("x\r\nERROR \u001b[31m", "rogue", 1, 15_000), record("", "rogue", 1, 15_000),
				record("x", "", 1, 15_000), record("x", "rogue", Long.MAX_VALUE, 15_000),
				new NodeRecord("x", 1, 1, 1, "rogue", 70_000, null, 0, 100, Map.of(), good.services(), 15_000),
				new NodeRecord("x", 1, 1, 1, "rogue", 9443, null, 0, -1, Map.of(), good.services(), 15_000),
				new NodeRecord("x", 1, 1, 1, "rogue", 9443, null, 0, 100, Map.of(), List.of(""), 15_000),
				new NodeRecord("x", 1, Long.MAX_VALUE, 1, "rogue", 9443, null, 0, 100, Map.of(), good.services(),
						15_000),
				new NodeRecord("x", 1, 1, 1, "rogue", 9443, null, 0, 100, Map.of("k", "v".repeat(70_000)),
						good.services(), 15_000));
	}

	@Test
	void whenItTellsOfNodesThatDoNotExistThenAFewOfOneKeyAreTaken() {
		settle();
		this.rogue.link(this.a.endpoint);
		this.realm.pass(SECOND);
		for (int i = 0; i < 50; i++) {
			this.rogue.owner.sign(record("ghost" + i, "rogue", 1, Duration.ofDays(1).toMillis()));
			this.rogue.tell(this.rogue.owner.upsert(0));
		}
		this.realm.pass(SECOND);
		assertThat(this.a.nodes()).filteredOn((node) -> node.startsWith("ghost")).hasSize(TableRoom.NODES_OF_A_KEY);
		assertThat(this.client.nodes()).filteredOn((node) -> node.startsWith("ghost"))
			.hasSizeLessThanOrEqualTo(TableRoom.NODES_OF_A_KEY);
	}

	/**
	 * Ids of its own at addresses that swallow everything, claimed by another of its own.
	 */
	@Test
	void whenItClaimsManyIdsThatCostADialThenARestartIsSeenAllTheSame() {
		settle();
		RogueMember other = new RogueMember(this.realm, "other", SimulatedRealm.endpoint("other"));
		this.rogue.link(SimulatedRealm.endpoint("a"));
		other.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		for (int i = 0; i < 300; i++) {
			this.realm.silence(SimulatedRealm.endpoint("ghost" + i));
			claim(this.rogue, new TestOwner(TestOwner.newKey()), "ghost" + i, "ghost" + i, 1);
		}
		this.realm.pass(SECOND);
		for (int i = 0; i < 300; i++) {
			claim(other, new TestOwner(TestOwner.newKey()), "ghost" + i, "other", 2);
		}
		this.realm.pass(Duration.ofMillis(100));
		this.realm.kill(this.victim);
		this.realm.pass(Duration.ofMillis(100));
		this.victim = this.realm.provider("victim", this.victim.endpoint, SEEDS, 2, Set.of(SimulatedRealm.SERVICE));
		Node again = this.victim;
		this.realm.until(SECOND, () -> again.key.identity().text().equals(identity(this.a, "victim")));
		this.realm.until(SECOND, () -> again.lease.state() == Lease.State.GRANTED);
	}

	/** Otherwise each replica dials whomever it likes as often as it likes. */
	@Test
	void whenItClaimsTheIdAtTheVictimsAddressAgainAndAgainThenTheVictimIsNotDialledAllTheTime() {
		settle();
		this.rogue.link(SimulatedRealm.endpoint("a"));
		this.realm.pass(SECOND);
		int before = this.realm.looked.getOrDefault(this.victim.endpoint, 0);
		for (int i = 0; i < 500; i++) {
			claim(this.rogue, this.rogue.owner, "victim", "victim", 1_000 + i);
			this.realm.pass(Duration.ofMillis(20));
		}
		assertThat(this.realm.looked.get(this.victim.endpoint) - before).as("in 10 s").isBetween(5, 45);
		assertUntouched();
	}

	private static void claim(RogueMember member, TestOwner owner, String nodeId, String host, long term) {
		owner.sign(record(nodeId, host, term, 15_000));
		member.tell(owner.upsert(0));
	}

	@Test
	void whenWhatANodeTellsOfItselfIsNotValidThenItIsToldSoAndNotAdvertised() {
		settle();
		long tomorrow = System.currentTimeMillis() + Duration.ofDays(30).toMillis();
		Node late = this.realm.provider("late", SEEDS, tomorrow);
		for (int second = 0; second < 30; second++) {
			this.realm.pass(SECOND);
			assertThat(late.lease.state()).as("after " + second + " s").isEqualTo(Lease.State.PENDING);
		}
		assertThat(late.directory.state().seeds().values()).anySatisfy((state) -> assertThat(state)
			.contains("refused: its term " + tomorrow, "days ahead of this node's clock: correct the clock"));
		assertThat(this.client.nodes()).doesNotContain("late");
	}

	/** The claim that costs most: of an id that nobody has, by a key that nobody had. */
	@Test
	void whenItFillsTheDirectoryThenThoseThatTellOfThemselvesHaveRoom() {
		SimulatedRealm small = new SimulatedRealm(12).maxNodes(20);
		Node seed = small.provider("a", SEEDS);
		small.pass(SECOND);
		RogueMember ghosts = new RogueMember(small, "rogue", SimulatedRealm.endpoint("rogue"));
		ghosts.link(seed.endpoint);
		small.pass(SECOND);
		for (int i = 0; i < 50; i++) {
			TestOwner ghost = new TestOwner(TestOwner.newKey());
			ghost.sign(record("ghost" + i, "rogue", 1, Duration.ofDays(1).toMillis()));
			ghosts.tell(ghost.upsert(0));
		}
		small.pass(SECOND);
		assertThat(seed.nodes()).hasSize(20);
		Node honest = small.provider("honest", SimulatedRealm.seeds("a"));
		small.until(SECOND, () -> honest.lease.state() == Lease.State.GRANTED);
		assertThat(seed.nodes()).contains("honest").hasSize(20);
		small.pass(Duration.ofMinutes(5));
		assertThat(seed.nodes()).as("though they asked for a day").containsExactly("a", "honest");
	}

	/** A question takes 30 bytes, its answer 60 KB. */
	@Test
	void whenItAsksForLargeRecordsAgainAndAgainThenItIsToldThemNoOftenerThanItsShareAllows() {
		settle();
		this.rogue.link(this.a.endpoint);
		this.realm.pass(SECOND);
		UpdateDraft question = new UpdateDraft();
		for (int i = 0; i < TableRoom.NODES_OF_A_KEY; i++) {
			NodeRecord small = record("ghost" + i, "rogue", 1, Duration.ofDays(1).toMillis());
			this.rogue.owner.sign(new NodeRecord(small.nodeId(), 1, 1, 1, "rogue", 9443, null, 0, 100,
					AnswerTurnsTests.metadata(60_000), small.services(), small.leaseMillis()));
			this.rogue.tell(this.rogue.owner.upsert(0));
			question.wanted(small.nodeId());
		}
		this.realm.pass(SECOND);
		for (int i = 0; i < 1_000; i++) {
			this.rogue.tell(question);
			this.realm.pass(Duration.ofMillis(10));
		}
		assertThat(this.rogue.heard.stream().mapToInt((update) -> update.upserts().size()).sum()).as("in 10 s")
			.isBetween(60, 100);
		this.realm.pass(Duration.ofSeconds(20));
		assertUntouched();
	}

	/**
	 * Each renewal takes one of a chain of 4,096, and each replica verifies a new one.
	 */
	@Test
	void whenItOpensLinksWithoutAnEndThenItsPeerRenewsOnceInASecond() {
		settle();
		this.rogue.link(this.a.endpoint);
		this.realm.pass(SECOND);
		long before = this.rogue.learn("a").renewals();
		for (int i = 0; i < 500; i++) {
			this.a.replica.peer().link(ProvenPeer.UNKNOWN, Flux.never()).subscribe().dispose();
			this.realm.pass(Duration.ofMillis(10));
		}
		assertThat(this.rogue.learn("a").renewals() - before).as("in 5 s").isBetween(1L, 8L);
		assertUntouched();
	}

	/** Each link is told of all that changes. */
	@Test
	void whenItOpensLinksAndKeepsThemThenAFewOfThemAreServed() {
		settle();
		List<DirectoryUpdate> told = new ArrayList<>();
		List<Throwable> refused = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			this.a.replica.peer()
				.link(new ProvenPeer("rogue", this.rogue.owner.identity()), Flux.never())
				.subscribe(told::add, refused::add);
		}
		this.realm.pass(Duration.ofMillis(100));
		assertThat(told).hasSize(Replication.MOST_LINKS_OF_A_PEER);
		assertThat(refused).hasSize(100 - Replication.MOST_LINKS_OF_A_PEER)
			.allSatisfy((error) -> assertThat(error).hasMessageContaining("links of node 'rogue' already"));
		this.realm.pass(DirectoryLink.SILENCE.plus(SECOND));
		this.rogue.link(this.a.endpoint);
		this.realm.pass(SECOND);
		assertThat(this.rogue.closed).as("those were silent").isFalse();
		assertUntouched();
	}

	/** The one that is attacked is no seed, and thus not told by the one that claims. */
	@Test
	void whenAnIdIsClaimedThenTheOneThatHasItIsToldWhoClaimsIt() {
		settle();
		RogueMember holder = new RogueMember(this.realm, "held", SimulatedRealm.endpoint("held"));
		RogueMember claimant = new RogueMember(this.realm, "held", SimulatedRealm.endpoint("claimant"));
		holder.link(this.a.endpoint);
		claimant.link(this.a.endpoint);
		this.realm.pass(SECOND);
		claim(holder, "held", 1);
		this.realm.pass(SECOND);
		for (int i = 0; i < 100; i++) {
			claim(claimant, "held", 1_000 + i);
			this.realm.pass(Duration.ofMillis(20));
		}
		assertThat(holder.heard.stream()
			.flatMap((update) -> update.upserts().stream())
			.filter((upsert) -> claimant.owner.identity().equals(upsert.record().identityText()))
			.count()).as("in 2 s").isBetween(1L, 4L);
	}

	private void settle() {
		this.realm.pass(Duration.ofSeconds(20));
		assertUntouched();
	}

	private void attack(Attack attack, Endpoint replica, int times) {
		this.rogue.link(replica);
		this.impostor.link(replica);
		this.realm.pass(SECOND);
		Upsert old = this.rogue.learn("victim");
		this.victim.advertise(Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(6));
		Upsert known = this.rogue.learn("victim");
		assertThat(known.record().version()).isGreaterThan(old.record().version());
		for (int i = 0; i < times; i++) {
			attack.tell(this.rogue, known, old);
			attack.tell(this.impostor, known, old);
			this.realm.pass(SECOND);
		}
		this.realm.pass(Duration.ofSeconds(5));
	}

	private void claim(String nodeId, long term) {
		claim(this.rogue, nodeId, term);
		claim(this.impostor, nodeId, term);
	}

	private static void claim(RogueMember member, String nodeId, long term) {
		member.owner.sign(record(nodeId, member.node.endpoint.host(), term, 15_000));
		member.tell(member.owner.upsert(0));
	}

	private void assertUntouched() {
		for (Node node : List.of(this.a, this.b, this.c, this.client, this.victim)) {
			assertThat(node.nodes()).contains("a", "b", "c", "victim");
			assertThat(identity(node, "victim")).isEqualTo(this.victim.key.identity().text());
			assertThat(instance(node, "victim").endpoint()).isEqualTo(this.victim.endpoint);
		}
		assertThat(this.victim.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	private static String identity(Node node, String nodeId) {
		Instance instance = instance(node, nodeId);
		return (instance != null) ? instance.identity() : null;
	}

	private static Instance instance(Node node, String nodeId) {
		return seenAll(node).filter((instance) -> instance.nodeId().equals(nodeId)).findFirst().orElse(null);
	}

	private static List<Instance> seen(Node node) {
		return seenAll(node).filter((instance) -> instance.nodeId().equals("victim")).toList();
	}

	private static Stream<Instance> seenAll(Node node) {
		return node.seen.get(node.seen.size() - 1).instances().stream();
	}

	private static NodeRecord record(String nodeId, String host, long term, long leaseMillis) {
		return new NodeRecord(nodeId, term, 1, term, host, 9443, null, 0, 100, Map.of(),
				List.of(SimulatedRealm.SERVICE.value()), leaseMillis);
	}

	/** What a rogue can say of a node whose record it knows. */
	enum Attack {

		UNSIGNED {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), 1, 0, "rogue", null), 0, 0));
			}
		},
		COPIED_SEAL_OTHER_ENDPOINT {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), 1, 0, "rogue", known.record().seal()), 0, 0,
						known.record().seal().renewal()));
			}
		},
		COPIED_SEAL_SAME_VERSION {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), 0, 0, "rogue", known.record().seal()), known.renewals(),
						0, known.proof()));
			}
		},
		TERM_MAX {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), Long.MAX_VALUE - known.record().term(), 0, "rogue",
						known.record().seal()), 0, 0, known.record().seal().renewal()));
			}
		},
		VERSION_MAX {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), 0, Long.MAX_VALUE - known.record().version(),
						known.record().host(), known.record().seal()), 0, 0, known.record().seal().renewal()));
			}
		},
		OWN_KEY {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.owner.sign(changed(known.record(), 1, 0, "rogue", null));
				rogue.tell(rogue.owner.upsert(0));
			}
		},
		OWN_KEY_SAME_TERM_AND_VERSION {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.owner.sign(changed(known.record(), 0, 0, "rogue", null));
				rogue.tell(rogue.owner.upsert(7));
				rogue.tell(rogue.owner.renewal(9));
			}
		},
		OWN_KEY_TERM_MAX {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.owner.sign(changed(known.record(), Long.MAX_VALUE - known.record().term(), 0, "rogue", null));
				rogue.tell(rogue.owner.upsert(0));
			}
		},
		OWN_KEY_VICTIMS_ENDPOINT {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.owner.sign(changed(known.record(), 1, 0, known.record().host(), null));
				rogue.tell(rogue.owner.upsert(0));
			}
		},
		VICTIMS_KEY_OWN_SIGNATURE {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				NodeRecord signed = rogue.owner.sign(changed(known.record(), 1, 0, "rogue", null));
				NodeSeal seal = signed.seal();
				rogue.tell(new Upsert(signed.sealed(
						new NodeSeal(known.record().seal().key(), seal.renewal(), seal.withdrawal(), seal.signature())),
						0, 0, seal.renewal()));
			}
		},
		GARBAGE_KEY_AND_SIGNATURE {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Upsert(changed(known.record(), 1, 0, "rogue",
						new NodeSeal(new byte[] { 1, 2, 3 }, new Proof(1, 2), new Proof(3, 4), new byte[] { 5 })), 0, 0,
						new Proof(1, 2)));
			}
		},
		RENEWALS_MAX {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Renewal("victim", known.record().term(), known.record().version(), Long.MAX_VALUE, 0,
						known.proof()));
				rogue.tell(new Renewal("victim", Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 0, known.proof()));
				rogue.tell(new Upsert(known.record(), Long.MAX_VALUE, 0, known.proof()));
			}
		},
		RENEWAL_GUESSED {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Renewal("victim", known.record().term(), known.record().version(), known.renewals() + 50,
						0, Proof.random(new SecureRandom())));
				rogue.tell(new Upsert(known.record(), known.renewals() + 1, 0, known.proof()));
			}
		},
		WITHDRAWN_TERM_MAX {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(new Gone("victim", Long.MAX_VALUE, 0, 0, true));
				rogue.tell(new Gone("victim", Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, true, new Proof(1, 1)));
			}
		},
		WITHDRAWN_WITH_THE_ANCHOR {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				NodeRecord record = known.record();
				rogue
					.tell(new Gone("victim", record.term(), record.version() + 1, 0, true, record.seal().withdrawal()));
				rogue.tell(new Gone("victim", record.term(), record.version() + 1, 0, true, known.proof()));
			}
		},
		EXPIRED {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				NodeRecord record = known.record();
				rogue.tell(new Gone("victim", record.term(), record.version(), Long.MAX_VALUE, false));
				rogue.tell(new Gone("victim", Long.MAX_VALUE, record.version(), Long.MAX_VALUE, false));
			}
		},
		REPLAYED {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				rogue.tell(old);
				rogue.tell(known);
			}
		},
		REFUSED {
			@Override
			void tell(RogueMember rogue, Upsert known, Upsert old) {
				for (boolean taken : new boolean[] { true, false }) {
					rogue.tell(new UpdateDraft().refused("victim", taken));
				}
			}
		};

		abstract void tell(RogueMember rogue, Upsert known, Upsert old);

		static NodeRecord changed(NodeRecord record, long terms, long versions, String host, NodeSeal seal) {
			return new NodeRecord(record.nodeId(), record.term() + terms, record.version() + versions,
					record.incarnation(), host, record.port(), record.zone(), record.priority(), record.weight(),
					record.metadata(), record.services(), record.fingerprints(), record.leaseMillis(), seal);
		}

	}

}
