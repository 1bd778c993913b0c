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

import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLoop;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SeedLink}: each of its transitions.
 */
class SeedLinkTests {

	private final TestLoop test = new TestLoop();

	private final FakeSeeds dialer = new FakeSeeds();

	private final List<String> changes = new ArrayList<>();

	private final ReplicaLinks links;

	private final SeedLink seed;

	SeedLinkTests() {
		DirectoryLoop loop = this.test.loop;
		DirectorySelf self = TestLoop.self("me", 5);
		NodeTable table = new NodeTable(loop.clock(), 10);
		LocalWatches watches = new LocalWatches(loop, table, (watch) -> true, () -> {
		});
		Outbox outbox = new Outbox(loop, watches);
		ReplicaLog log = new ReplicaLog(loop, 10);
		this.links = new ReplicaLinks(loop, outbox, Advertisement.DEFAULT_TTL);
		Replication replication = new Replication(loop, self, table,
				new OwnRecord(self, new OwnSeal(TestOwner.REALM, () -> TestOwner.named("me").key), table, loop),
				this.links, new WatchingClients(loop, outbox, log, new AccountShares(loop, table)), outbox, this.dialer,
				log, () -> {
					this.links.changed();
					this.changes.add(this.links.connected() ? "connected" : "not connected");
				});
		this.seed = new SeedLink(SimulatedRealm.endpoint("a"), loop, replication, this.dialer);
	}

	@Test
	void whenMadeThenWaiting() {
		assertThat(this.seed.describe()).isEqualTo("unreachable: not dialled yet");
	}

	@Test
	void whenDialledThenDiallingAndTheSeedHearsTheHello() {
		dial();
		assertThat(this.seed.describe()).isEqualTo("connecting");
		assertThat(this.dialer.last().seed).isEqualTo(SimulatedRealm.endpoint("a"));
		this.test.run(this.seed::dial);
		assertThat(this.dialer.calls).as("dialled once").hasSize(1);
	}

	@Test
	void whenTheSeedSpeaksThenLinked() {
		dial();
		this.dialer.last().speak();
		assertThat(this.seed.describe()).isEqualTo("linked");
		assertThat(this.seed.linked()).isTrue();
		assertThat(this.changes).containsExactly("connected");
	}

	@Test
	void whenTheSeedCannotBeReachedThenWaitingAndDialledAgain() {
		dial();
		this.dialer.last().fail("no route");
		assertThat(this.seed.describe()).isEqualTo("unreachable: no route");
		this.test.pass(Duration.ofMillis(50));
		assertThat(this.seed.describe()).isEqualTo("connecting");
		assertThat(this.dialer.calls).hasSize(2);
	}

	@Test
	void whenThisNodeStoodStillThenTheSeedGetsItsTimeAnew() {
		dial();
		this.test.pass(Duration.ofSeconds(20));
		this.test.run(this.seed::forgiveSilence);
		this.test.run(this.seed::tick);
		assertThat(this.seed.describe()).isEqualTo("connecting");
		this.dialer.last().speak();
		assertThat(this.seed.linked()).isTrue();
	}

	@Test
	void whenTheSeedDoesNotAnswerThenWaitingAfterThreeSeconds() {
		dial();
		passTicking(Duration.ofMillis(3_000));
		assertThat(this.seed.describe()).isEqualTo("connecting");
		this.test.pass(Duration.ofMillis(1));
		this.test.run(this.seed::tick);
		assertThat(this.seed.describe()).isEqualTo("unreachable: no answer within 3000 ms");
		assertThat(this.dialer.last().cancelled).isTrue();
	}

	@Test
	void whenTheLinkedSeedIsSilentThenWaiting() {
		dial();
		this.dialer.last().speak();
		passTicking(DirectoryLink.SILENCE);
		assertThat(this.seed.linked()).isTrue();
		this.test.pass(Duration.ofMillis(1));
		this.test.run(this.seed::tick);
		assertThat(this.seed.describe()).isEqualTo("unreachable: silent for 7000 ms");
		assertThat(this.changes).containsExactly("connected", "not connected");
	}

	@Test
	void whenTheLinkedSeedIsLostThenWaitingAndDialledSoon() {
		dial();
		this.dialer.last().speak();
		this.dialer.last().fail("connection lost");
		assertThat(this.seed.describe()).isEqualTo("unreachable: connection lost");
		this.test.pass(Duration.ofMillis(50));
		assertThat(this.dialer.calls).hasSize(2);
	}

	@Test
	void whenTheLinkedSeedLeavesThenItIsNotDialledAtOnce() {
		dial();
		this.dialer.last().speak();
		this.dialer.last().leave();
		assertThat(this.seed.describe()).isEqualTo("unreachable: it left");
		this.test.pass(Duration.ofMillis(390));
		assertThat(this.dialer.calls).hasSize(1);
		this.test.pass(Duration.ofMillis(420));
		assertThat(this.dialer.calls).hasSize(2);
	}

	@Test
	void whenTheAddressIsThatOfThisNodeThenSelfForGood() {
		dial();
		this.dialer.last().speak("me", 5);
		assertThat(this.seed.self()).isTrue();
		assertThat(this.seed.describe()).isEqualTo("this node");
		assertThat(this.dialer.last().cancelled).isTrue();
		passTicking(Duration.ofSeconds(10));
		assertThat(this.dialer.calls).hasSize(1);
	}

	@Test
	void whenAnEarlierLifeOfThisNodeAnswersThenThatIsAnotherProcess() {
		dial();
		this.dialer.last().speak("me", 4);
		assertThat(this.seed.linked()).isTrue();
	}

	@Test
	void whenStoppedWhileLinkedThenTheLinkEndsForGood() {
		dial();
		this.dialer.last().speak();
		this.test.run(this.seed::stop);
		assertStopped();
	}

	@Test
	void whenStoppedWhileDiallingThenTheCallIsGivenUp() {
		dial();
		this.test.run(this.seed::stop);
		assertStopped();
	}

	@Test
	void whenStoppedWhileWaitingThenItIsNotDialledAgain() {
		dial();
		this.dialer.last().fail("no route");
		this.test.run(this.seed::stop);
		passTicking(Duration.ofSeconds(10));
		assertThat(this.dialer.calls).hasSize(1);
	}

	@Test
	void whenFailuresRepeatThenThePauseDoublesUpToASecond() {
		assertThat(SeedLink.longestPause(0)).isEqualTo(Duration.ofMillis(50));
		assertThat(SeedLink.longestPause(3)).isEqualTo(Duration.ofMillis(400));
		assertThat(SeedLink.longestPause(5)).isEqualTo(Duration.ofSeconds(1));
		assertThat(SeedLink.longestPause(1000)).isEqualTo(Duration.ofSeconds(1));
	}

	private void assertStopped() {
		assertThat(this.seed.describe()).isEqualTo("stopped");
		assertThat(this.dialer.last().cancelled).isTrue();
		passTicking(Duration.ofSeconds(10));
		assertThat(this.dialer.calls).hasSize(1);
		assertThat(this.test.get(this.links::knowSelf)).isFalse();
	}

	private void dial() {
		this.test.run(this.seed::dial);
	}

	private void passTicking(Duration duration) {
		for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plusMillis(250)) {
			this.test.pass(Duration.ofMillis(250));
			this.test.run(this.seed::tick);
		}
	}

}
