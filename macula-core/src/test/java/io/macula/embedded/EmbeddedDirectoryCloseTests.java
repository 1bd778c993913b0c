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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.Lease;
import io.macula.embedded.SimulatedRealm.Node;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the end of an {@link EmbeddedDirectory}: whatever is asked of it while it
 * closes, or later, comes to an end.
 */
class EmbeddedDirectoryCloseTests {

	private static final List<Endpoint> SEEDS = SimulatedRealm.seeds("a", "b");

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final SimulatedRealm realm = new SimulatedRealm(3);

	private final List<String> ended = new ArrayList<>();

	@Test
	void whenWithdrawnAfterCloseThenTheWithdrawalEnds() {
		Node node = linkedNode();
		whenEnded("closed", node.directory.close());
		this.realm.pass(SECOND);
		whenEnded("withdrawn", node.lease.withdraw());
		assertThat(this.ended).containsExactly("closed", "withdrawn");
		assertThat(node.lease.state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void whenReplacedLeaseIsWithdrawnAfterCloseThenTheWithdrawalEnds() {
		Node node = linkedNode();
		Lease replaced = node.lease;
		node.advertise(Set.of(SimulatedRealm.SERVICE));
		whenEnded("closed", node.directory.close());
		this.realm.pass(SECOND);
		whenEnded("withdrawn", replaced.withdraw());
		assertThat(this.ended).containsExactly("closed", "withdrawn");
	}

	@Test
	void whenClosedWhileNobodyHearsOfTheWithdrawalThenBothEnd() {
		Node node = linkedNode();
		this.realm.cut(node);
		whenEnded("withdrawn", node.lease.withdraw());
		whenEnded("closed", node.directory.close());
		this.realm.pass(Duration.ofMillis(900));
		assertThat(this.ended).isEmpty();
		this.realm.pass(Duration.ofMillis(200));
		assertThat(this.ended).containsExactlyInAnyOrder("withdrawn", "closed");
	}

	@Test
	void whenClosedTwiceThenBothEndWithTheWithdrawal() {
		Node node = linkedNode();
		this.realm.cut(node);
		whenEnded("first", node.directory.close());
		whenEnded("second", node.directory.close());
		this.realm.pass(Duration.ofMillis(900));
		assertThat(this.ended).isEmpty();
		this.realm.pass(Duration.ofMillis(200));
		assertThat(this.ended).containsExactlyInAnyOrder("first", "second");
		assertThat(node.lease.state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void whenClosedAgainLaterThenThatEndsAtOnce() {
		Node node = linkedNode();
		whenEnded("first", node.directory.close());
		this.realm.pass(SECOND);
		whenEnded("second", node.directory.close());
		assertThat(this.ended).containsExactly("first", "second");
	}

	@Test
	void whenWithdrawnWhileClosingThenThatEndsWithTheWithdrawalOfTheClose() {
		Node node = linkedNode();
		this.realm.cut(node);
		whenEnded("closed", node.directory.close());
		whenEnded("withdrawn", node.lease.withdraw());
		this.realm.pass(Duration.ofMillis(900));
		assertThat(this.ended).isEmpty();
		this.realm.pass(Duration.ofMillis(200));
		assertThat(this.ended).containsExactlyInAnyOrder("closed", "withdrawn");
	}

	@Test
	void whenAdvertisedAfterCloseThenTheLeaseIsReleasedAndItsWithdrawalEnds() {
		Node node = linkedNode();
		node.directory.close().subscribe();
		this.realm.pass(SECOND);
		Lease late = node.advertise(Set.of(SimulatedRealm.SERVICE));
		assertThat(late.state()).isEqualTo(Lease.State.RELEASED);
		whenEnded("states", late.states());
		whenEnded("withdrawn", late.withdraw());
		assertThat(this.ended).containsExactly("states", "withdrawn");
	}

	@Test
	void whenAdvertisedWhileClosingThenTheLeaseIsReleasedAndNobodyHearsOfIt() {
		Node node = linkedNode();
		Node other = this.realm.provider("b", SEEDS);
		this.realm.untilAllSee(SECOND, "a", "b", "node");
		this.realm.cut(node);
		node.directory.close().subscribe();
		this.realm.pass(Duration.ofMillis(500));
		this.realm.heal();
		Lease late = node.advertise(Set.of(SimulatedRealm.SERVICE));
		whenEnded("states", late.states());
		assertThat(late.state()).isEqualTo(Lease.State.RELEASED);
		whenEnded("withdrawn", late.withdraw());
		assertThat(this.ended).containsExactly("states", "withdrawn");
		this.realm.pass(Duration.ofSeconds(40));
		assertThat(other.sees("a", "b")).isTrue();
	}

	@Test
	void whenClosedBeforeItsStartThenItEnds() {
		Node node = linkedNode();
		whenEnded("replica", this.realm.unstartedReplica("x", SEEDS).close());
		whenEnded("client", this.realm.unstartedClient("y", SEEDS).close());
		assertThat(this.ended).containsExactly("replica", "client");
		assertThat(node.alive).isTrue();
	}

	@Test
	void whenClientIsClosedTwiceThenBothEndAtOnce() {
		linkedNode();
		Node client = this.realm.client("client", SEEDS);
		this.realm.pass(SECOND);
		whenEnded("first", client.directory.close());
		whenEnded("second", client.directory.close());
		assertThat(this.ended).containsExactly("first", "second");
	}

	@Test
	void whenAnotherNodeCallsAfterCloseThenItsStreamsEnd() {
		Node node = linkedNode();
		node.directory.close().subscribe();
		this.realm.pass(SECOND);
		whenEnded("link", node.replica.peer().link(ProvenPeer.UNKNOWN, Flux.never()));
		whenEnded("watch", node.replica.peer().watch(ProvenPeer.UNKNOWN, Flux.never()));
		this.realm.pass(SECOND);
		assertThat(this.ended).containsExactly("link", "watch");
	}

	@Test
	void whenClosedThenTheStreamsOfOtherNodesHaveEnded() {
		Node node = linkedNode();
		whenEnded("link", node.replica.peer().link(ProvenPeer.UNKNOWN, Flux.never()));
		whenEnded("watch", node.replica.peer().watch(ProvenPeer.UNKNOWN, Flux.never()));
		this.realm.pass(SECOND);
		assertThat(this.ended).isEmpty();
		node.directory.close().subscribe();
		this.realm.pass(SECOND);
		assertThat(this.ended).containsExactlyInAnyOrder("link", "watch");
	}

	@Test
	void whenTheLoopDoesNotGetToItThenCloseEndsAfterTwoSeconds() {
		VirtualTimeScheduler stuck = VirtualTimeScheduler.create();
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		List<Throwable> failures = new ArrayList<>();
		DirectoryLoop loop = DirectoryLoop.on(stuck, time, () -> time.now(TimeUnit.NANOSECONDS),
				new SplittableRandom(1), failures::add);
		EmbeddedSettings settings = new EmbeddedSettings(TestOwner.REALM, "stuck", 1,
				() -> TestOwner.named("stuck").key, List.of(), Duration.ofSeconds(15), 10);
		DirectoryReplica replica = new DirectoryReplica(settings, new FakeSeeds(),
				new RecordCheck(TestOwner.REALM, System::currentTimeMillis), loop);
		AtomicReference<Lease> lease = new AtomicReference<>();
		loop.execute(() -> {
			/* Inside a task of the loop, no other one gets its turn. */
			lease.set(replica.advertise(advertisement("stuck")));
			whenEnded("first", replica.close());
			time.advanceTimeBy(Duration.ofMillis(1_999));
			assertThat(this.ended).isEmpty();
			time.advanceTimeBy(Duration.ofMillis(1));
			assertThat(this.ended).containsExactly("first");
			whenEnded("second", replica.close());
			assertThat(this.ended).containsExactly("first", "second");
		});
		assertThat(failures).isEmpty();
		assertThat(this.ended).containsExactly("first", "second");
		assertThat(lease.get().state()).as("once the loop got on").isEqualTo(Lease.State.RELEASED);
	}

	private static Advertisement advertisement(String nodeId) {
		Instance instance = new Instance(nodeId, 1, SimulatedRealm.endpoint(nodeId), null, 0, 100, Map.of());
		return new Advertisement(instance, Set.of(SimulatedRealm.SERVICE), Advertisement.DEFAULT_TTL);
	}

	/** A node that is linked to one seed. */
	private Node linkedNode() {
		this.realm.provider("a", SEEDS);
		Node node = this.realm.provider("node", SEEDS);
		this.realm.untilAllSee(SECOND, "a", "node");
		this.realm.until(SECOND, () -> node.lease.state() == Lease.State.GRANTED);
		return node;
	}

	private void whenEnded(String name, Publisher<?> publisher) {
		Flux.from(publisher).subscribe(null, null, () -> this.ended.add(name));
	}

}
