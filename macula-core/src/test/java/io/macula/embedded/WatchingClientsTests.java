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

import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WatchingClients}.
 */
class WatchingClientsTests {

	private final TestLoop test = new TestLoop();

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 1_000);

	private final Outbox outbox = new Outbox(this.test.loop,
			new LocalWatches(this.test.loop, this.table, (watch) -> true, () -> {
			}));

	private final AccountShares shares = new AccountShares(this.test.loop, this.table);

	private final WatchingClients clients = new WatchingClients(this.test.loop, this.outbox,
			new ReplicaLog(this.test.loop, 10), this.shares);

	private final DirectoryWatcher watcher = watcher(ProvenPeer.UNKNOWN);

	private final List<DirectoryUpdate> sent = new ArrayList<>();

	private final List<String> ended = new ArrayList<>();

	WatchingClientsTests() {
		this.test.run(() -> this.clients.opened(this.watcher));
		this.watcher.outgoing().subscribe(this.sent::add, null, () -> this.ended.add("ended"));
	}

	@Test
	void whenAClientSaysWhatItWatchesThenItGetsAnAccountOfThatAtOnce() {
		put("a", "s", "other");
		put("b", "other");
		interest(1, "s");
		assertThat(this.sent).hasSize(1);
		assertThat(this.sent.get(0).begins() && this.sent.get(0).ends()).isTrue();
		assertThat(this.sent.get(0).answers()).isEqualTo(1);
		assertThat(this.sent.get(0).upserts()).hasSize(1);
		assertThat(this.sent.get(0).upserts().get(0).record().services()).containsExactly("s");
	}

	@Test
	void whenANodeOfAWatchedServiceChangesThenOnlyItsWatchersAreTold() {
		interest(1, "s");
		put("a", "s");
		assertThat(this.sent).hasSize(2);
		put("b", "other");
		assertThat(this.sent).hasSize(2);
		this.test.run(() -> this.table.apply(new Gone("a", 1, 2, 0, true)));
		passOn();
		assertThat(this.sent).hasSize(3);
		assertThat(this.sent.get(2).gone()).extracting(Gone::nodeId).containsExactly("a");
	}

	@Test
	void whenTheInterestChangesThenTheOldServicesAreOfNoInterest() {
		interest(1, "s");
		interest(2, "other");
		this.sent.clear();
		put("a", "s");
		assertThat(this.sent).isEmpty();
		put("b", "other");
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void whenTheReplicaHasSettledThenAllGetTheAccountAgain() {
		put("a", "s");
		interest(1, "s");
		this.test.run(() -> {
			this.clients.tellAccounts();
			this.clients.tick();
			this.outbox.flush();
		});
		assertThat(this.sent).hasSize(2).allMatch((update) -> update.begins() && update.upserts().size() == 1);
	}

	@Test
	void whenAnInterestIsNotValidThenTheEarlierOneCounts() {
		interest(1, "s");
		interest(2, "not a valid name\n");
		put("a", "s");
		assertThat(this.sent).hasSize(2);
		assertThat(this.ended).isEmpty();
	}

	@Test
	void whenClosedThenTheStreamEndsAndNothingMoreIsSent() {
		interest(1, "s");
		this.test.run(this.clients::closeAll);
		assertThat(this.ended).containsExactly("ended");
		put("a", "s");
		interest(2, "s");
		this.test.run(() -> this.clients.close(this.watcher));
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void whenHeartbeatsAreDueOneAfterTheOtherThenTheyFallIntoStep() {
		this.test.run(() -> this.clients.close(this.watcher));
		List<Long> moments = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			DirectoryWatcher client = watcher(ProvenPeer.UNKNOWN);
			this.test.run(() -> this.clients.opened(client));
			client.outgoing().subscribe((update) -> moments.add(this.test.loop.nanoTime()));
			this.test.run(() -> this.clients.heard(client, new DirectoryInterest(1, List.of("s"), WatchPace.BRISK)));
			tickFor(Duration.ofMillis(400));
		}
		tickFor(Duration.ofMinutes(1));
		moments.clear();
		tickFor(WatchPace.BRISK.heartbeat().plusMillis(400));
		assertThat(moments).as("one heartbeat for each").hasSize(10);
		assertThat(moments.stream().distinct()).as("the moments in which the node wakes for them").hasSize(1);
	}

	@Test
	void whenManyHeartbeatsFallIntoStepThenTheyDoNotAllGoOutAtOnce() {
		this.test.run(() -> this.clients.close(this.watcher));
		Map<Long, Integer> moments = new HashMap<>();
		for (int i = 0; i < 1000; i++) {
			DirectoryWatcher client = watcher(ProvenPeer.UNKNOWN);
			this.test.run(() -> this.clients.opened(client));
			client.outgoing().subscribe((update) -> moments.merge(this.test.loop.nanoTime(), 1, Integer::sum));
			this.test.run(() -> this.clients.heard(client, new DirectoryInterest(1, List.of("s"), WatchPace.BRISK)));
			if (i % 50 == 0) {
				tickFor(Duration.ofMillis(400));
			}
		}
		tickFor(Duration.ofMinutes(2));
		moments.clear();
		tickFor(Duration.ofMinutes(1));
		assertThat(moments.values()).allMatch((count) -> count <= 200);
		assertThat(moments.values().stream().mapToInt(Integer::intValue).sum()).as("heartbeats of a minute")
			.isLessThan(1000 * 60 / 3);
	}

	@Test
	void whenAClientIsCalmThenItHearsHalfAsOftenAndIsAnsweredWhenItIsNot() {
		this.test.run(() -> this.clients.heard(this.watcher, new DirectoryInterest(1, List.of("s"), WatchPace.CALM)));
		this.sent.clear();
		tickFor(Duration.ofSeconds(88));
		assertThat(this.sent).as("heartbeats of 88 seconds").hasSize(10);
		this.test.run(() -> this.clients.heard(this.watcher, new DirectoryInterest(1, List.of("s"), WatchPace.BRISK)));
		assertThat(this.sent).as("an answer").hasSize(11);
		assertThat(this.sent.get(10).begins()).as("an account again").isFalse();
		tickFor(Duration.ofSeconds(44));
		assertThat(this.sent).hasSize(21);
	}

	@Test
	void whenOneClientIsBriskThenTheCalmOnesStayCalm() {
		List<DirectoryUpdate> calm = new ArrayList<>();
		DirectoryWatcher client = watcher(ProvenPeer.UNKNOWN);
		this.test.run(() -> this.clients.opened(client));
		client.outgoing().subscribe(calm::add);
		this.test.run(() -> this.clients.heard(client, new DirectoryInterest(1, List.of("s"), WatchPace.CALM)));
		interest(1, "s");
		tickFor(Duration.ofSeconds(88));
		assertThat(calm).as("one account and the heartbeats").hasSize(11);
		assertThat(this.sent).hasSize(21);
	}

	@Test
	void whenAClientWatchesOtherServicesAgainAndAgainThenItHasItsShare() {
		for (int i = 0; i < 10; i++) {
			put("node" + i, 60_000, "s", "t");
		}
		List<DirectoryUpdate> told = new ArrayList<>();
		DirectoryWatcher flood = open(new ProvenPeer("flood", "flood"), told);
		DirectoryWatcher beside = open(new ProvenPeer("flood", "flood"), told);
		for (int number = 1; number <= 1_000; number++) {
			interest(flood, number, (number % 2 == 0) ? "s" : "t");
			interest(beside, number, (number % 2 == 0) ? "s" : "t");
		}
		long share = 16 * (AnswerTurns.LEAST_SHARE + this.table.cost());
		assertThat(bytes(told)).as("of 1.2 GB").isBetween(share - 700_000, share + 700_000);
		List<DirectoryUpdate> other = new ArrayList<>();
		interest(open(new ProvenPeer("other", "other"), other), 1, "s");
		assertThat(bytes(other)).as("to another client, at once").isGreaterThan(600_000);
		int before = told.size();
		tickFor(Duration.ofSeconds(10));
		List<DirectoryUpdate> later = told.subList(before, told.size());
		assertThat(later.stream().filter((update) -> update.ends() && update.answers() == 1_000)).as("the latest")
			.hasSize(2);
		assertThat(bytes(later)).isLessThan(2_000_000);
	}

	@Test
	void whenAClientHasHadItsShareThenItHearsThatItsSeedLives() {
		put("a", 60_000, "s");
		List<DirectoryUpdate> told = new ArrayList<>();
		DirectoryWatcher flood = open(new ProvenPeer("flood", "flood"), told);
		this.test.run(() -> this.shares.spend(new ProvenPeer("flood", "flood"), 200_000_000));
		interest(flood, 1, "s");
		assertThat(told).isEmpty();
		tickFor(WatchPace.BRISK.heartbeat().plusMillis(400));
		assertThat(told).hasSize(1).allMatch((update) -> update.upserts().isEmpty());
		tickFor(Duration.ofMinutes(5));
		assertThat(told.stream().filter(DirectoryUpdate::ends)).hasSize(1);
	}

	@Test
	void whenAClientGetsToKnowItsServicesOneAfterTheOtherThenItDoesNotWait() {
		List<String> services = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			services.add("s" + i);
			put("node" + i, 300, "s" + i);
		}
		List<DirectoryUpdate> told = new ArrayList<>();
		DirectoryWatcher client = open(new ProvenPeer("client", "client"), told);
		for (int number = 1; number <= 200; number++) {
			interest(client, number, services.subList(0, number).toArray(String[]::new));
		}
		assertThat(told).hasSize(200).last().matches((update) -> update.ends() && update.answers() == 200);
	}

	private DirectoryWatcher watcher(ProvenPeer peer) {
		return new DirectoryWatcher(this.test.loop, TestLoop.self("me", 1), this.table, this.shares, peer);
	}

	private DirectoryWatcher open(ProvenPeer peer, List<DirectoryUpdate> told) {
		DirectoryWatcher client = watcher(peer);
		this.test.run(() -> this.clients.opened(client));
		client.outgoing().subscribe(told::add);
		return client;
	}

	private static long bytes(List<DirectoryUpdate> told) {
		return told.stream()
			.flatMap((update) -> update.upserts().stream())
			.mapToLong((upsert) -> RecordBounds.bytes(upsert.record()))
			.sum();
	}

	private void tickFor(Duration duration) {
		for (long millis = 0; millis < duration.toMillis(); millis += 400) {
			this.test.pass(Duration.ofMillis(400));
			this.test.run(() -> {
				this.clients.tick();
				this.outbox.flush();
			});
		}
	}

	private void interest(long number, String... services) {
		interest(this.watcher, number, services);
	}

	private void interest(DirectoryWatcher client, long number, String... services) {
		this.test
			.run(() -> this.clients.heard(client, new DirectoryInterest(number, List.of(services), WatchPace.BRISK)));
	}

	private void put(String nodeId, String... services) {
		put(nodeId, 0, services);
	}

	private void put(String nodeId, int bytes, String... services) {
		this.test.run(() -> this.table.apply(new Upsert(new NodeRecord(nodeId, 1, 1, 1, "host", 9443, null, 0, 100,
				AnswerTurnsTests.metadata(bytes), List.of(services), 15_000), 0, 0)));
		passOn();
	}

	private void passOn() {
		this.test.run(() -> {
			this.clients.passOn(this.table.takeChanges());
			this.outbox.flush();
		});
	}

}
