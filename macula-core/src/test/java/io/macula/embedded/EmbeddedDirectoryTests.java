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
import java.util.Set;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryState;
import io.macula.directory.Lease;
import io.macula.directory.Snapshot;
import io.macula.embedded.SimulatedRealm.Node;
import io.macula.testing.LogLines;
import io.macula.tls.NodeKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link DirectoryReplica} and {@link DirectoryClient} in a simulated realm.
 */
class EmbeddedDirectoryTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b", "c");

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final SimulatedRealm realm = new SimulatedRealm(7);

	@RegisterExtension
	final LogLines log = LogLines.of(ReplicaLog.class);

	@Test
	void allSeeAllAtOnce() {
		List<Node> nodes = threeProvidersAndAClient();
		assertThat(this.realm.untilAllSee(SECOND, "a", "b", "c")).isLessThan(Duration.ofMillis(500));
		assertThat(nodes.get(0).lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void nodesStartInAnyOrder() {
		this.realm.client("client", SEEDS);
		this.realm.pass(Duration.ofSeconds(30));
		this.realm.provider("c", SEEDS);
		this.realm.pass(Duration.ofSeconds(20));
		this.realm.provider("a", SEEDS);
		this.realm.provider("b", SEEDS);
		this.realm.untilAllSee(Duration.ofSeconds(2), "a", "b", "c");
	}

	@Test
	void providerThatIsNoSeedIsSeenThroughSeeds() {
		threeProvidersAndAClient();
		this.realm.provider("d", SEEDS);
		this.realm.untilAllSee(SECOND, "a", "b", "c", "d");
	}

	@Test
	void realmOfOneProviderIsItsOwnSeed() {
		Node alone = this.realm.provider("a", List.of());
		this.realm.client("client", SimulatedRealm.seeds("a"));
		this.realm.untilAllSee(SECOND, "a");
		assertThat(alone.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void nothingChangesWhileAllLive() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		nodes.forEach((node) -> node.seen.clear());
		this.realm.pass(Duration.ofMinutes(10));
		assertThat(nodes).allSatisfy((node) -> assertThat(node.seen).isEmpty());
	}

	@Test
	void withdrawalIsKnownToAllWithinASecond() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		List<String> done = new ArrayList<>();
		nodes.get(1).lease.withdraw().subscribe(null, null, () -> done.add("withdrawn"));
		assertThat(this.realm.untilAllSee(SECOND, "a", "c")).isLessThan(Duration.ofMillis(100));
		assertThat(done).hasSize(1);
		assertThat(nodes.get(1).lease.state()).isEqualTo(Lease.State.RELEASED);
		this.realm.pass(Duration.ofMinutes(10));
		this.realm.untilAllSee(Duration.ZERO, "a", "c");
	}

	@Test
	void withdrawalThatNobodyHearsEndsAfterASecond() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		this.realm.cut(nodes.get(1));
		List<String> done = new ArrayList<>();
		nodes.get(1).lease.withdraw().subscribe(null, null, () -> done.add("withdrawn"));
		this.realm.pass(Duration.ofMillis(900));
		assertThat(done).isEmpty();
		this.realm.pass(Duration.ofMillis(200));
		assertThat(done).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 20 })
	void whenANodeOfTheSameKeyTakesTheIdThenTheLeaseOfTheFirstIsPendingUntilThatOneIsGone(int secondsApart) {
		List<Endpoint> seeds = SimulatedRealm.seeds("a");
		NodeKey bundle = TestOwner.newKey();
		this.realm.provider("a", seeds);
		this.realm.pass(Duration.ofSeconds(2));
		Node first = this.realm.provider("twin", new Endpoint("host1", 9443), seeds, 1, bundle);
		this.realm.pass(Duration.ofSeconds(secondsApart));
		assertThat(first.lease.state()).isEqualTo(Lease.State.GRANTED);
		Node second = this.realm.provider("twin", new Endpoint("host2", 9443), seeds, 2, bundle);
		this.realm.until(SECOND, () -> second.lease.state() == Lease.State.GRANTED);
		this.realm.until(SECOND, () -> first.lease.state() == Lease.State.PENDING);
		this.realm.pass(Duration.ofMinutes(3));
		assertThat(first.lease.state()).isEqualTo(Lease.State.PENDING);
		assertThat(second.lease.state()).isEqualTo(Lease.State.GRANTED);
		this.realm.kill(second);
		this.realm.until(Duration.ofMinutes(1), () -> first.lease.state() == Lease.State.GRANTED);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 3, 20 })
	void whenTwoNodesHaveOneIdThenTheLaterOneIsPendingUntilTheFirstIsGone(int secondsApart) {
		List<Endpoint> seeds = SimulatedRealm.seeds("a", "b");
		Node seed = this.realm.provider("a", seeds);
		this.realm.provider("b", seeds);
		this.realm.pass(Duration.ofSeconds(2));
		Node first = this.realm.provider("twin", new Endpoint("host1", 9443), seeds, 1, Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(secondsApart));
		assertThat(first.lease.state()).isEqualTo(Lease.State.GRANTED);
		Node second = this.realm.provider("twin", new Endpoint("host2", 9443), seeds, 2,
				Set.of(SimulatedRealm.SERVICE));
		for (int i = 0; i < 180; i++) {
			this.realm.pass(SECOND);
			assertThat(second.lease.state()).isEqualTo(Lease.State.PENDING);
			assertThat(first.lease.state()).isEqualTo(Lease.State.GRANTED);
			assertThat(host(seed, 2)).isEqualTo("host1");
		}
		assertThat(second.directory.state().seeds().values())
			.containsOnly("taken: another node has the id of this node there");
		assertThat(second.directory.trouble()).as("they tell of the others").isNull();
		assertThat(second.directory.state().engines()).singleElement().satisfies((report) -> {
			assertThat(report.reachable()).isTrue();
			assertThat(report.trouble()).startsWith("no seed takes this node: {a:9443=taken: another node has the id");
		});
		assertThat(this.log.at(Level.WARN)).filteredOn((line) -> line.contains("Node id 'twin' belongs to the node"))
			.as("one a minute of each replica")
			.hasSizeBetween(1, 4 * 4);
		this.realm.kill(first);
		this.realm.until(Duration.ofSeconds(8), () -> second.lease.state() == Lease.State.GRANTED);
		this.realm.until(SECOND, () -> host(seed, 2).equals("host2"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenTheOnlySeedHasTheIdThenItIsTakenThere(boolean seedKnowsItself) {
		List<Endpoint> seeds = SimulatedRealm.seeds("twin");
		Node first = this.realm.provider("twin", SimulatedRealm.endpoint("twin"), seedKnowsItself ? seeds : List.of(),
				1, Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(2));
		assertThat(first.lease.state()).isEqualTo(Lease.State.GRANTED);
		Node second = this.realm.provider("twin", new Endpoint("host2", 9443), seeds, 2,
				Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(5));
		for (int i = 0; i < 120; i++) {
			this.realm.pass(SECOND);
			assertThat(second.lease.state()).isEqualTo(Lease.State.PENDING);
			assertThat(first.lease.state()).isEqualTo(Lease.State.GRANTED);
			assertThat(second.directory.state().seeds().values())
				.containsOnly("taken: another node has the id of this node there");
		}
	}

	@Test
	void nodeThatWithdrewCanAdvertiseAgain() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		nodes.get(1).lease.withdraw().subscribe();
		this.realm.untilAllSee(SECOND, "a", "c");
		nodes.get(1).advertise(Set.of(SimulatedRealm.SERVICE));
		this.realm.untilAllSee(SECOND, "a", "b", "c");
	}

	@Test
	void servicesOfANodeCanChange() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		Lease before = nodes.get(1).lease;
		nodes.get(1).advertise(Set.of(new ServiceName("other")));
		this.realm.untilAllSee(SECOND, "a", "c");
		assertThat(before.state()).isEqualTo(Lease.State.RELEASED);
		Node watching = this.realm.client("late", SEEDS);
		watching.watch.dispose();
		watching.watch(new ServiceName("other"));
		this.realm.until(Duration.ofSeconds(3), () -> watching.sees("b"));
	}

	@Test
	void closedDirectoryWithdrawsFirst() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		nodes.get(0).alive = false;
		nodes.get(0).directory.close().subscribe();
		this.realm.untilAllSee(SECOND, "b", "c");
	}

	@Test
	void silentDeathIsSeenWithinTheLease() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.kill(nodes.get(0));
		Duration gone = this.realm.untilAllSee(Duration.ofMillis(15_500), "b", "c");
		assertThat(gone).isGreaterThan(Duration.ofSeconds(9));
		this.realm.pass(Duration.ofMinutes(2));
		this.realm.untilAllSee(Duration.ZERO, "b", "c");
	}

	@Test
	void twoOfThreeDyingIsSeenWithinTheLeaseToo() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.kill(nodes.get(0));
		this.realm.kill(nodes.get(1));
		this.realm.untilAllSee(Duration.ofSeconds(21), "c");
	}

	@Test
	void restartedNodeReplacesItsEarlierLife() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.kill(nodes.get(0));
		Node again = this.realm.provider("a", SEEDS, 2);
		Node client = nodes.get(3);
		this.realm.until(Duration.ofSeconds(6), () -> incarnation(client) == 2);
		this.realm.until(Duration.ZERO, () -> incarnation(nodes.get(1)) == 2 && incarnation(nodes.get(2)) == 2);
		this.realm.pass(Duration.ofMinutes(5));
		this.realm.untilAllSee(Duration.ZERO, "a", "b", "c");
		assertThat(again.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nodeThatRestartsAfterItsClockWasSetBackIsAdvertised(boolean withdrawn) {
		this.realm.provider("a", SEEDS);
		this.realm.provider("c", SEEDS);
		Node first = this.realm.provider("b", SEEDS, 1_000_000);
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		if (withdrawn) {
			first.alive = false;
			first.directory.close().subscribe();
			this.realm.untilAllSee(SECOND, "a", "c");
		}
		this.realm.kill(first);
		Node again = this.realm.provider("b", SEEDS, 5);
		this.realm.until(Duration.ofSeconds(2), () -> again.lease.state() == Lease.State.GRANTED);
		this.realm.pass(Duration.ofMinutes(1));
		this.realm.untilAllSee(Duration.ZERO, "a", "b", "c");
		assertThat(again.seen.get(again.seen.size() - 1).instances().get(1).incarnation()).isEqualTo(5);
	}

	@Test
	void nodeThatRestartsElsewhereAfterItsClockWasSetBackIsAdvertised() {
		this.realm.provider("a", SEEDS);
		Node first = this.realm.provider("b", SEEDS, 1_000_000);
		this.realm.untilAllSee(SECOND, "a", "b");
		this.realm.kill(first);
		Node again = this.realm.provider("b", new Endpoint("elsewhere", 9443), SEEDS, 5,
				Set.of(SimulatedRealm.SERVICE));
		this.realm.until(Duration.ofSeconds(2), () -> again.lease.state() == Lease.State.GRANTED);
		this.realm.pass(Duration.ofMinutes(1));
		this.realm.untilAllSee(Duration.ZERO, "a", "b");
	}

	@Test
	void ofTwoLiveNodesWithOneIdTheFirstOneIsAdvertisedAndTheOtherOnceThatWithdraws() {
		this.realm.provider("a", SEEDS);
		Node older = this.realm.provider("twin", new Endpoint("host1", 9443), SEEDS, 1, Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(5));
		Node newer = this.realm.provider("twin", new Endpoint("host2", 9443), SEEDS, 2, Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofSeconds(60));
		assertThat(older.lease.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(newer.lease.state()).isEqualTo(Lease.State.PENDING);
		assertThat(host(older, 1)).isEqualTo("host1");
		older.lease.withdraw().subscribe();
		this.realm.until(Duration.ofSeconds(2), () -> newer.lease.state() == Lease.State.GRANTED);
		this.realm.pass(Duration.ofSeconds(2));
		assertThat(host(older, 1)).isEqualTo("host2");
	}

	@Test
	void seedReachedByAnotherNameOfThisNodeIsLeftAlone() {
		Node node = this.realm.provider("a", new Endpoint("127.0.0.1", 9443), SEEDS, 1, Set.of(SimulatedRealm.SERVICE));
		this.realm.provider("b", SEEDS);
		this.realm.pass(SECOND);
		assertThat(node.directory.state().seeds()).containsEntry("b:9443", "linked");
		Node aliased = this.realm.provider("c", new Endpoint("10.0.0.3", 9443),
				List.of(new Endpoint("10.0.0.3", 9443), SimulatedRealm.endpoint("b")), 1,
				Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(SECOND);
		assertThat(aliased.directory.state().seeds()).containsEntry("10.0.0.3:9443", "this node");
		assertThat(aliased.directory.state().nodes()).isGreaterThanOrEqualTo(2);
	}

	@Test
	void leaseIsPendingUntilASeedAcceptsIt() {
		Node lonely = this.realm.provider("x", SEEDS);
		this.realm.pass(Duration.ofSeconds(20));
		assertThat(lonely.lease.state()).isEqualTo(Lease.State.PENDING);
		Node seed = this.realm.provider("a", SEEDS);
		this.realm.until(Duration.ofSeconds(2), () -> lonely.lease.state() == Lease.State.GRANTED);
		this.realm.crash(seed);
		this.realm.until(SECOND, () -> lonely.lease.state() == Lease.State.PENDING);
		this.realm.provider("a", SEEDS, 2);
		this.realm.until(Duration.ofSeconds(2), () -> lonely.lease.state() == Lease.State.GRANTED);
	}

	@Test
	void whenANodeWithdrewTwiceWhileAnotherWasCutOffThenThatOneBelievesTheLast() {
		this.realm.lease(Duration.ofSeconds(60));
		List<Endpoint> seeds = SimulatedRealm.seeds("a");
		this.realm.provider("a", seeds);
		Node cutOff = this.realm.provider("b", seeds);
		Node withdrawn = this.realm.provider("c", seeds);
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "b", "c");
		this.realm.cut(cutOff);
		withdrawn.lease.withdraw().subscribe();
		withdrawn.advertise(Set.of(SimulatedRealm.SERVICE));
		this.realm.pass(Duration.ofMillis(100));
		withdrawn.lease.withdraw().subscribe();
		this.realm.pass(Duration.ofSeconds(8));
		this.realm.heal();
		long sent = cutOff.updatesSent;
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "b");
		assertThat(cutOff.updatesSent - sent).isLessThan(20);
	}

	@Test
	void whenAdvertisedBeforeTheStartThenPendingUntilThen() {
		DirectoryReplica replica = this.realm.unstartedReplica("x", List.of());
		Instance instance = new Instance("x", 1, SimulatedRealm.endpoint("x"), null, 0, 100, Map.of());
		Lease lease = replica
			.advertise(new Advertisement(instance, Set.of(SimulatedRealm.SERVICE), Advertisement.DEFAULT_TTL));
		this.realm.pass(SECOND);
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		replica.start(SimulatedRealm.endpoint("x"));
		assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
		this.realm.pass(SECOND);
		assertThat(replica.state().nodes()).isEqualTo(1);
	}

	@Test
	void silentSeedIsLeftForAnotherWithinFiveSeconds() {
		List<Node> nodes = threeProvidersAndAClient();
		Node client = nodes.get(3);
		this.realm.pass(Duration.ofSeconds(30));
		Node watched = nodes.stream()
			.filter((node) -> "watching".equals(client.directory.state().seeds().get(node.endpoint.toString())))
			.findFirst()
			.orElseThrow();
		this.realm.kill(watched);
		this.realm.until(Duration.ofSeconds(5), () -> client.directory.state()
			.seeds()
			.entrySet()
			.stream()
			.anyMatch((seed) -> seed.getValue().equals("watching") && !seed.getKey().startsWith(watched.nodeId)));
		assertThat(client.nodes()).containsExactly("a", "b", "c");
	}

	@Test
	void clientKeepsWhatItKnewWhileAllSeedsAreDownAndSaysHowOldItIs() {
		List<Node> seeds = List.of(this.realm.provider("a", SEEDS), this.realm.provider("b", SEEDS),
				this.realm.provider("c", SEEDS));
		this.realm.provider("p", SEEDS);
		Node client = this.realm.client("client", SEEDS);
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "b", "c", "p");
		this.realm.pass(Duration.ofSeconds(30));
		seeds.forEach(this.realm::kill);
		client.seen.subList(0, client.seen.size() - 1).clear();
		this.realm.pass(Duration.ofSeconds(60));
		assertThat(client.seen).hasSize(1);
		Snapshot latest = client.seen.get(0);
		long age = client.loop.nanoTime() - client.directory.confirmedNanoTime(latest);
		assertThat(Duration.ofNanos(age)).isBetween(Duration.ofSeconds(58), Duration.ofSeconds(62));
	}

	@Test
	void restartOfAllSeedsAtOnceLosesNobody() {
		Node a = this.realm.provider("a", SEEDS);
		Node b = this.realm.provider("b", SEEDS);
		Node c = this.realm.provider("c", SEEDS);
		List<Node> watching = List.of(this.realm.provider("p", SEEDS), this.realm.provider("q", SEEDS),
				this.realm.client("client", SEEDS));
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "b", "c", "p", "q");
		this.realm.pass(Duration.ofSeconds(30));
		List.of(a, b, c).forEach(this.realm::crash);
		this.realm.pass(Duration.ofSeconds(2));
		watching.forEach((node) -> node.seen.clear());
		Node again = this.realm.provider("a", SEEDS, 2);
		this.realm.provider("b", SEEDS, 2);
		this.realm.provider("c", SEEDS, 2);
		this.realm.until(Duration.ofSeconds(2), () -> again.sees("a", "b", "c", "p", "q"));
		this.realm.pass(Duration.ofSeconds(60));
		for (Node node : watching) {
			assertThat(node.seen).isNotEmpty().allSatisfy((snapshot) -> assertThat(snapshot.instances()).hasSize(5));
		}
	}

	@Test
	void longOutageOfAllSeedsLosesNobodyAndHealsWithinFiveSeconds() {
		List<Node> seeds = List.of(this.realm.provider("a", SEEDS), this.realm.provider("b", SEEDS),
				this.realm.provider("c", SEEDS));
		Node p = this.realm.provider("p", SEEDS);
		Node q = this.realm.provider("q", SEEDS);
		Node client = this.realm.client("client", SEEDS);
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "b", "c", "p", "q");
		seeds.forEach(this.realm::kill);
		this.realm.pass(Duration.ofSeconds(60));
		assertThat(p.nodes()).contains("p", "q");
		assertThat(q.nodes()).contains("p", "q");
		assertThat(client.nodes()).contains("p", "q");
		for (String seed : List.of("a", "b", "c")) {
			this.realm.provider(seed, SEEDS, 2);
		}
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "b", "c", "p", "q");
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.untilAllSee(Duration.ZERO, "a", "b", "c", "p", "q");
	}

	@Test
	void restartOfAllNodesAtOnceIsSeenWithinFiveSeconds() {
		List<Node> nodes = threeProvidersAndAClient();
		Node client = nodes.get(3);
		this.realm.pass(Duration.ofSeconds(30));
		nodes.subList(0, 3).forEach(this.realm::kill);
		client.seen.clear();
		List.of("a", "b", "c").forEach((nodeId) -> this.realm.provider(nodeId, SEEDS, 2));
		this.realm.until(Duration.ofSeconds(5),
				() -> !client.seen.isEmpty() && client.seen.get(client.seen.size() - 1)
					.instances()
					.stream()
					.allMatch((instance) -> instance.incarnation() == 2));
		assertThat(client.seen).allSatisfy((snapshot) -> assertThat(snapshot.instances()).hasSize(3));
	}

	@Test
	void nodeThatDoesNotComeBackAfterASeedRestartIsDroppedWhenTheSeedHasSettled() {
		Node a = this.realm.provider("a", SimulatedRealm.seeds("a"));
		Node p = this.realm.provider("p", SimulatedRealm.seeds("a"));
		this.realm.provider("q", SimulatedRealm.seeds("a"));
		Node client = this.realm.client("client", SimulatedRealm.seeds("a"));
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "p", "q");
		this.realm.crash(a);
		this.realm.kill(p);
		this.realm.provider("a", SimulatedRealm.seeds("a"), 2);
		this.realm.pass(Duration.ofSeconds(5));
		assertThat(client.nodes()).containsExactly("a", "p", "q");
		this.realm.until(Duration.ofSeconds(11), () -> client.sees("a", "q"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 10, 60, 600 })
	void splitRealmHealsWithoutLosingAnybody(int seconds) {
		List<Endpoint> seeds = SimulatedRealm.seeds("a", "b", "c", "d");
		Node a = this.realm.provider("a", seeds);
		Node b = this.realm.provider("b", seeds);
		Node c = this.realm.provider("c", seeds);
		this.realm.provider("d", seeds);
		Node e = this.realm.provider("e", seeds);
		Node clientOne = this.realm.client("client1", seeds);
		Node clientTwo = this.realm.client("client2", seeds);
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "b", "c", "d", "e");
		this.realm.pass(Duration.ofSeconds(20));
		this.realm.cut(a, b, clientOne);
		this.realm.pass(Duration.ofSeconds(seconds));
		assertThat(a.nodes()).contains("a", "b");
		assertThat(clientOne.nodes()).contains("a", "b");
		assertThat(clientTwo.nodes()).contains("c", "d", "e");
		assertThat(e.nodes()).contains("c", "d", "e");
		if (seconds >= 60) {
			assertThat(clientTwo.nodes()).containsExactly("c", "d", "e");
		}
		this.realm.heal();
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "b", "c", "d", "e");
		this.realm.pass(Duration.ofMinutes(2));
		this.realm.untilAllSee(Duration.ZERO, "a", "b", "c", "d", "e");
		assertThat(c.lease.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(b.lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void withdrawalDuringASplitHoldsAfterHealing() {
		List<Node> nodes = threeProvidersAndAClient();
		this.realm.pass(Duration.ofSeconds(20));
		this.realm.cut(nodes.get(0));
		nodes.get(1).lease.withdraw().subscribe();
		this.realm.pass(Duration.ofSeconds(6));
		this.realm.heal();
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "c");
		this.realm.pass(Duration.ofMinutes(2));
		this.realm.untilAllSee(Duration.ZERO, "a", "c");
	}

	@Test
	void withdrawnNodeDoesNotComeBackThroughAReplicaThatWasCutOffForLongerThanTombstonesLast() {
		List<Node> nodes = threeProvidersAndAClient();
		Node stale = this.realm.provider("p", SEEDS);
		Node withdrawn = this.realm.provider("q", SEEDS);
		this.realm.untilAllSee(SECOND, "a", "b", "c", "p", "q");
		this.realm.cut(stale);
		withdrawn.lease.withdraw().subscribe();
		this.realm.pass(Duration.ofMinutes(10));
		assertThat(stale.nodes()).containsExactly("p", "q");
		nodes.forEach((node) -> node.seen.subList(0, node.seen.size() - 1).clear());
		this.realm.heal();
		this.realm.untilAllSee(Duration.ofSeconds(5), "a", "b", "c", "p");
		this.realm.pass(Duration.ofMinutes(2));
		assertThat(nodes).allSatisfy((node) -> assertThat(node.seen).allSatisfy(
				(snapshot) -> assertThat(snapshot.instances()).extracting(Instance::nodeId).doesNotContain("q")));
	}

	@Test
	void seedThatReturnsIsFoundWithinFiveSecondsThoughTheOthersStaySilent() {
		List<Node> nodes = threeProvidersAndAClient();
		Node client = nodes.get(3);
		this.realm.untilAllSee(SECOND, "a", "b", "c");
		this.realm.cut(nodes.get(1), nodes.get(2));
		this.realm.kill(nodes.get(0));
		for (int i = 0; i < 20; i++) {
			this.realm.pass(Duration.ofMillis(60_130));
			Node again = this.realm.provider("a", SEEDS, 2 + i);
			this.realm.until(Duration.ofSeconds(5), () -> client.directory.state().seeds().containsValue("watching"));
			this.realm.kill(again);
		}
	}

	@Test
	void providersAreKnownToARestartedSeedWithinOneRenewal() {
		List<Endpoint> seed = SimulatedRealm.seeds("a");
		Node a = this.realm.provider("a", seed);
		this.realm.provider("p", seed);
		this.realm.provider("q", seed);
		this.realm.untilAllSee(SECOND, "a", "p", "q");
		this.realm.pass(Duration.ofSeconds(30));
		this.realm.crash(a);
		this.realm.pass(Duration.ofSeconds(10));
		Node again = this.realm.provider("a", seed, 2);
		this.realm.until(Advertisement.DEFAULT_TTL.dividedBy(3), () -> again.sees("a", "p", "q"));
	}

	@Test
	void nodesThatDieTogetherAreNamedAndGoneAfterFourLeases() {
		List<Node> nodes = threeProvidersAndAClient();
		List<Node> others = List.of(this.realm.provider("p", SEEDS), this.realm.provider("q", SEEDS));
		this.realm.pass(Duration.ofSeconds(60));
		this.realm.kill(nodes.get(1));
		others.forEach(this.realm::kill);
		this.realm.pass(Duration.ofSeconds(20));
		DirectoryState state = nodes.get(0).directory.state();
		assertThat(state.selfPreservation()).isTrue();
		assertThat(state.overdue()).containsExactly("b", "p", "q");
		this.realm.untilAllSee(Duration.ofSeconds(41), "a", "c");
		this.realm.pass(SECOND);
		assertThat(nodes.get(0).directory.state().overdue()).isEmpty();
	}

	@Test
	void fullDirectoryRefusesANodeTellsItSoAndTakesItWhenThereIsRoom() {
		this.realm.maxNodes(4);
		List<Node> nodes = threeProvidersAndAClient();
		Node p = this.realm.provider("p", SEEDS);
		this.realm.untilAllSee(SECOND, "a", "b", "c", "p");
		Node refused = this.realm.provider("q", SEEDS);
		this.realm.pass(Duration.ofMinutes(1));
		assertThat(refused.lease.state()).isEqualTo(Lease.State.PENDING);
		assertThat(refused.directory.state().seeds().values()).containsOnly("full: has no room for this node");
		assertThat(nodes).allMatch((node) -> node.sees("a", "b", "c", "p"));
		assertThat(p.lease.state()).isEqualTo(Lease.State.GRANTED);
		p.lease.withdraw().subscribe();
		this.realm.untilAllSee(Duration.ofSeconds(6), "a", "b", "c", "q");
		this.realm.until(SECOND, () -> refused.lease.state() == Lease.State.GRANTED);
		this.realm.pass(Duration.ofSeconds(8));
		assertThat(refused.directory.state().seeds().values()).containsOnly("linked");
	}

	@Test
	void clientFollowsARealmThatWasRestartedWithItsClocksSetBack() {
		List<Node> before = List.of(this.realm.provider("a", SEEDS, 1_000_000),
				this.realm.provider("b", SEEDS, 1_000_000));
		Node client = this.realm.client("client", SEEDS);
		this.realm.untilAllSee(Duration.ofSeconds(3), "a", "b");
		before.forEach(this.realm::kill);
		this.realm.provider("a", SEEDS, 5);
		this.realm.provider("b", SEEDS, 5);
		this.realm.until(Duration.ofSeconds(20), () -> incarnation(client) == 5);
		this.realm.untilAllSee(Duration.ZERO, "a", "b");
	}

	@Test
	void clientLearnsThatNobodyServesAService() {
		threeProvidersAndAClient();
		this.realm.pass(Duration.ofSeconds(30));
		Node late = this.realm.client("late", SEEDS);
		late.watch.dispose();
		late.seen.clear();
		late.watch(new ServiceName("unknown"));
		this.realm.until(SECOND, () -> late.seen.size() == 1);
		assertThat(late.nodes()).isEmpty();
	}

	@Test
	void emptyAnswerOfAYoungSeedIsNotTakenAtOnce() {
		this.realm.provider("a", SimulatedRealm.endpoint("a"), SEEDS, 1, Set.of(new ServiceName("other")));
		Node client = this.realm.client("client", SimulatedRealm.seeds("a"));
		this.realm.pass(Duration.ofMillis(1500));
		assertThat(client.seen).isEmpty();
		this.realm.provider("b", SEEDS);
		this.realm.provider("c", SEEDS);
		this.realm.until(SECOND, () -> !client.seen.isEmpty());
		assertThat(client.seen.get(0).instances()).isNotEmpty();
	}

	@Test
	void aClientSaysWhatItAwaitsOfASeedThatAnswers() {
		this.realm.provider("a", SimulatedRealm.seeds("a"));
		Node client = this.realm.client("c", SimulatedRealm.seeds("a"));
		this.realm.pass(Duration.ofMillis(50));
		assertThat(client.directory.trouble()).isNull();
		assertThat(client.directory.awaited()).isEqualTo("seed a:9443 has run for less than a lease, so that"
				+ " providers may not have made themselves known to it yet");
		this.realm.pass(Duration.ofSeconds(16));
		assertThat(client.directory.trouble()).isNull();
		assertThat(client.directory.awaited()).isEqualTo("seed a:9443 was asked and has not told of it yet");
		List<Snapshot> unknown = new ArrayList<>();
		client.directory.watch(new ServiceName("test.unknown")).subscribe(unknown::add);
		this.realm.pass(Duration.ofMillis(10));
		assertThat(unknown).hasSize(1);
	}

	@Test
	void aClientThatReachesNoSeedSaysSoFromTheStart() {
		Node client = this.realm.client("c", SimulatedRealm.seeds("a"));
		this.realm.pass(Duration.ZERO);
		assertThat(client.directory.trouble()).isEqualTo("no seed answers: {a:9443=connecting}");
		this.realm.pass(Duration.ofMillis(10));
		assertThat(client.directory.trouble()).isEqualTo("no seed answers: {a:9443=unreachable: port unreachable}");
		assertThat(client.directory.awaited()).isNull();
	}

	@Test
	void aProviderThatHasJustStartedSaysThatItMayNotHaveHeardOfAll() {
		this.realm.provider("a", SimulatedRealm.seeds("a"));
		Node provider = this.realm.provider("b", SimulatedRealm.seeds("a"));
		this.realm.pass(Duration.ofSeconds(1));
		assertThat(provider.directory.trouble()).isNull();
		assertThat(provider.directory.awaited())
			.isEqualTo("this node has just started, and may not have heard of all others yet");
	}

	@Test
	void clientWatchesSeveralServicesAndDropsThem() {
		ServiceName other = new ServiceName("other");
		this.realm.provider("a", SimulatedRealm.endpoint("a"), SEEDS, 1, Set.of(SimulatedRealm.SERVICE, other));
		Node client = this.realm.client("client", SEEDS);
		this.realm.pass(Duration.ofSeconds(3));
		List<Snapshot> others = new ArrayList<>();
		var watching = client.directory.watch(other).subscribe(others::add);
		this.realm.pass(SECOND);
		assertThat(others).hasSize(1);
		assertThat(others.get(0).instances()).hasSize(1);
		List<Snapshot> again = new ArrayList<>();
		client.directory.watch(other).subscribe(again::add);
		assertThat(again).as("at once, because it is known").hasSize(1);
		watching.dispose();
		this.realm.provider("b", SimulatedRealm.endpoint("b"), SEEDS, 1, Set.of(other));
		this.realm.pass(SECOND);
		assertThat(others).hasSize(1);
		assertThat(again.get(again.size() - 1).instances()).hasSize(2);
	}

	@Test
	void drainingNodeTurnsItsWatchersToOtherSeeds() {
		List<Node> nodes = threeProvidersAndAClient();
		Node client = nodes.get(3);
		this.realm.pass(Duration.ofSeconds(30));
		nodes.get(0).replica.stopServing();
		nodes.get(1).replica.stopServing();
		this.realm.until(SECOND, () -> "watching".equals(client.directory.state().seeds().get("c:9443")));
		this.realm.pass(Duration.ofMinutes(1));
		assertThat(client.nodes()).containsExactly("a", "b", "c");
	}

	@Test
	void nodeAdvertisesOnlyItself() {
		Node node = this.realm.provider("a", SEEDS);
		Node other = this.realm.provider("b", SEEDS);
		assertThatIllegalArgumentException().isThrownBy(() -> node.replica.advertise(other.lease.advertisement()))
			.withMessageContaining("'b'");
	}

	private List<Node> threeProvidersAndAClient() {
		return List.of(this.realm.provider("a", SEEDS), this.realm.provider("b", SEEDS),
				this.realm.provider("c", SEEDS), this.realm.client("client", SEEDS));
	}

	private static long incarnation(Node node) {
		return node.seen.get(node.seen.size() - 1).instances().get(0).incarnation();
	}

	private static String host(Node node, int index) {
		return node.seen.get(node.seen.size() - 1).instances().get(index).endpoint().host();
	}

}
