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

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryLease;
import io.macula.directory.Lease;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OwnAdvertisement}: each transition of a lease.
 */
class OwnAdvertisementTests {

	private final TestLoop test = new TestLoop();

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final OwnRecord record = new OwnRecord(TestLoop.self("me", 5),
			new OwnSeal(TestOwner.REALM, () -> TestOwner.named("me").key), this.table, this.test.loop);

	private final OwnAdvertisement advertisement = new OwnAdvertisement(this.test.loop, this.record);

	private final List<String> ended = new ArrayList<>();

	@Test
	void whenAdvertisedThenPending() {
		assertThat(advertise().state()).isEqualTo(Lease.State.PENDING);
		assertThat(this.record.claimed()).isTrue();
	}

	@Test
	void whenASeedHoldsTheRecordThenGranted() {
		DirectoryLease lease = advertise();
		held(true);
		assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void whenNoSeedHoldsItAnyMoreThenPendingAgain() {
		DirectoryLease lease = advertise();
		held(true);
		held(false);
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
	}

	@Test
	void whenAnotherNodeTookTheIdThenPendingThoughASeedSaysItHoldsIt() {
		DirectoryLease lease = advertise();
		held(true);
		NodeRecord theirs = new NodeRecord("me", 6, 1, 6, "elsewhere", 9443, null, 0, 100, Map.of(), List.of("s"),
				15_000);
		Upsert upsert = new Upsert(TestOwner.named("me").sign(theirs), 0, 0);
		this.test.get(() -> this.record.heard(upsert));
		held(true);
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
	}

	@Test
	void whenAdvertisedAgainThenTheEarlierLeaseIsReleased() {
		DirectoryLease earlier = advertise();
		held(true);
		DirectoryLease later = advertise();
		assertThat(earlier.state()).isEqualTo(Lease.State.RELEASED);
		held(true);
		assertThat(earlier.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(later.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Test
	void whenWithdrawnThenReleasedForGoodAndEndedOnceHeard() {
		DirectoryLease lease = advertise();
		assertThat(withdraw(lease, "withdrawn")).isTrue();
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		held(true);
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(this.ended).isEmpty();
		this.test.run(this.advertisement::withdrawalsHeard);
		assertThat(this.ended).containsExactly("withdrawn");
	}

	@Test
	void whenNobodyHearsOfAWithdrawalThenItEndsAfterASecond() {
		withdraw(advertise(), "withdrawn");
		this.test.pass(Duration.ofMillis(999));
		assertThat(this.ended).isEmpty();
		this.test.pass(Duration.ofMillis(1));
		assertThat(this.ended).containsExactly("withdrawn");
	}

	@Test
	void whenAReplacedLeaseIsWithdrawnThenThatEndsAtOnceAndTheLaterOneStays() {
		DirectoryLease earlier = advertise();
		DirectoryLease later = advertise();
		assertThat(withdraw(earlier, "withdrawn")).isFalse();
		assertThat(this.ended).containsExactly("withdrawn");
		assertThat(later.state()).isEqualTo(Lease.State.PENDING);
		assertThat(this.record.claimed()).isTrue();
	}

	@Test
	void whenALeaseIsWithdrawnAgainMeanwhileThenBothEndTogether() {
		DirectoryLease lease = advertise();
		withdraw(lease, "first");
		assertThat(withdraw(lease, "second")).isFalse();
		assertThat(this.ended).isEmpty();
		this.test.run(this.advertisement::withdrawalsHeard);
		assertThat(this.ended).containsExactly("first", "second");
	}

	@Test
	void whenTwoWithdrawalsAreOpenThenBothEndOnceHeard() {
		withdraw(advertise(), "first");
		withdraw(advertise(), "second");
		this.test.run(this.advertisement::withdrawalsHeard);
		assertThat(this.ended).containsExactly("first", "second");
	}

	@Test
	void whenLeavingThenTheLeaseIsWithdrawnAndThatIsWaitedFor() {
		DirectoryLease lease = advertise();
		leave();
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(this.ended).isEmpty();
		this.test.run(this.advertisement::withdrawalsHeard);
		assertThat(this.ended).containsExactly("left");
	}

	@Test
	void whenLeavingDuringAWithdrawalThenThatIsWaitedFor() {
		withdraw(advertise(), "withdrawn");
		leave();
		assertThat(this.ended).isEmpty();
		this.test.pass(Duration.ofSeconds(1));
		assertThat(this.ended).containsExactly("withdrawn", "left");
	}

	@Test
	void whenNothingIsAdvertisedThenLeavingEndsAtOnce() {
		leave();
		assertThat(this.ended).containsExactly("left");
	}

	@Test
	void whenAdvertisedAfterLeavingThenReleased() {
		leave();
		DirectoryLease lease = advertise();
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(this.record.claimed()).isFalse();
	}

	private DirectoryLease advertise() {
		Instance instance = new Instance("me", 5, new Endpoint("here", 9443), null, 0, 100, Map.of());
		DirectoryLease lease = new DirectoryLease(
				new Advertisement(instance, Set.of(new ServiceName("s")), Advertisement.DEFAULT_TTL),
				this.advertisement::withdraw);
		this.test.run(() -> this.advertisement.advertise(lease));
		return lease;
	}

	private boolean withdraw(DirectoryLease lease, String name) {
		lease.withdrawn().subscribe(null, null, () -> this.ended.add(name));
		return this.test.get(() -> this.advertisement.withdraw(lease));
	}

	private void leave() {
		this.test.run(() -> {
			this.advertisement.leave();
			this.advertisement.withdrawn().subscribe(null, null, () -> this.ended.add("left"));
		});
	}

	private void held(boolean bySeed) {
		this.test.run(() -> this.advertisement.held(bySeed));
	}

}
