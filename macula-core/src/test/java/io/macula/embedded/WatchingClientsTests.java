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

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final Outbox outbox = new Outbox(this.test.loop,
			new LocalWatches(this.test.loop, this.table, (watch) -> true, () -> {
			}));

	private final WatchingClients clients = new WatchingClients(this.test.loop, this.outbox,
			new ReplicaLog(this.test.loop, 10));

	private final DirectoryWatcher watcher = new DirectoryWatcher(this.test.loop, TestLoop.self("me", 1), this.table);

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
			DirectoryWatcher client = new DirectoryWatcher(this.test.loop, TestLoop.self("me", 1), this.table);
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
			DirectoryWatcher client = new DirectoryWatcher(this.test.loop, TestLoop.self("me", 1), this.table);
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
		DirectoryWatcher client = new DirectoryWatcher(this.test.loop, TestLoop.self("me", 1), this.table);
		this.test.run(() -> this.clients.opened(client));
		client.outgoing().subscribe(calm::add);
		this.test.run(() -> this.clients.heard(client, new DirectoryInterest(1, List.of("s"), WatchPace.CALM)));
		interest(1, "s");
		tickFor(Duration.ofSeconds(88));
		assertThat(calm).as("one account and the heartbeats").hasSize(11);
		assertThat(this.sent).hasSize(21);
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
		this.test.run(() -> this.clients.heard(this.watcher,
				new DirectoryInterest(number, List.of(services), WatchPace.BRISK)));
	}

	private void put(String nodeId, String... services) {
		this.test.run(() -> this.table.apply(new Upsert(
				new NodeRecord(nodeId, 1, 1, 1, "host", 9443, null, 0, 100, Map.of(), List.of(services), 15_000), 0,
				0)));
		passOn();
	}

	private void passOn() {
		this.test.run(() -> {
			this.clients.passOn(this.table.takeChanges());
			this.outbox.flush();
		});
	}

}
