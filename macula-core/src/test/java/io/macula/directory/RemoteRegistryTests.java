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

package io.macula.directory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Lease.State;
import io.macula.testing.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link RemoteRegistry}.
 */
class RemoteRegistryTests {

	private static final ServiceName ONE = new ServiceName("one");

	private static final ServiceName TWO = new ServiceName("two");

	private static final Duration LEASE = Duration.ofSeconds(15);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<Throwable> failures = new ArrayList<>();

	private final DirectoryLoop loop = DirectoryLoop.on(this.time, this.time, () -> this.time.now(TimeUnit.NANOSECONDS),
			new SplittableRandom(1), this.failures::add);

	private final FakeStore store = new FakeStore();

	@RegisterExtension
	final LogLines log = LogLines.of(RemoteRegistry.class);

	private final RemoteRegistry registry = new RemoteRegistry(this.loop, this.store, "test");

	@AfterEach
	void nothingFailed() {
		assertThat(this.failures).isEmpty();
	}

	@Test
	void aLeaseIsPendingBeforeTheStart() {
		Lease lease = advertise(10, ONE);
		pass(Duration.ofMinutes(1));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		assertThat(this.store.opened).isZero();
		start();
		assertThat(lease.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void allServicesAreInOneSession() {
		start();
		Lease lease = advertise(10, ONE, TWO);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.opened).isOne();
		assertThat(this.store.records).containsOnlyKeys("one/a", "two/a");
		AdvertisementRecord record = AdvertisementRecord.parse(this.store.records.get("one/a").record(), ONE, "a");
		assertThat(record).isEqualTo(AdvertisementRecord.of(lease.advertisement(), ONE));
	}

	@Test
	void theSessionIsRenewedAtAThirdOfTheLease() {
		start();
		advertise(10, ONE);
		pass(Duration.ofMinutes(1));
		assertThat(this.store.session().renewals).isBetween(11, 12);
		assertThat(this.store.log).as("nothing is written again").containsExactly("put one/a");
	}

	@Test
	void withdrawalSaysSoBeforeTheRecordsGo() {
		start();
		this.store.notice = Duration.ofMillis(100);
		Lease lease = advertise(10, ONE, TWO);
		AtomicBoolean done = new AtomicBoolean();
		lease.withdraw().subscribe(null, null, () -> done.set(true));
		assertThat(lease.state()).isEqualTo(State.RELEASED);
		pass(Duration.ofMillis(50));
		assertThat(this.store.log.subList(2, 4)).containsExactlyInAnyOrder("depart one/a", "depart two/a");
		assertThat(done).isFalse();
		assertThat(this.store.records).hasSize(2);
		pass(Duration.ofMillis(60));
		assertThat(done).isTrue();
		assertThat(this.store.records).isEmpty();
		assertThat(this.store.open).isEmpty();
	}

	@Test
	void withdrawalEndsWithinASecondWhateverTheSystemDoes() {
		start();
		Lease lease = advertise(10, ONE);
		this.store.hanging = true;
		AtomicBoolean done = new AtomicBoolean();
		lease.withdraw().subscribe(null, null, () -> done.set(true));
		pass(Duration.ofMillis(1001));
		assertThat(done).isTrue();
		assertThat(lease.state()).isEqualTo(State.RELEASED);
	}

	@Test
	void whatIsWithdrawnWhileTheSessionIsOpenedIsNeverThere() {
		this.store.failure = new IllegalStateException("expected by the test");
		start();
		Lease lease = advertise(10, ONE);
		assertThat(lease.state()).isEqualTo(State.PENDING);
		lease.withdraw().block();
		this.store.failure = null;
		pass(Duration.ofMinutes(2));
		assertThat(this.store.opened).isZero();
	}

	@Test
	void aNewAdvertisementTakesThePlaceOfTheOneBefore() {
		start();
		Lease first = advertise(10, ONE, TWO);
		Lease second = this.registry.advertise(new Advertisement(
				new Instance("a", 10, new Endpoint("h", 1), null, 0, 7, Map.of()), Set.of(TWO), LEASE));
		pass(Duration.ofMillis(1));
		assertThat(first.state()).isEqualTo(State.RELEASED);
		assertThat(second.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.opened).isOne();
		assertThat(this.store.records).containsOnlyKeys("two/a");
		assertThat(this.store.log).endsWith("put two/a", "depart one/a", "delete one/a");
		first.withdraw().block();
		assertThat(this.store.records).containsOnlyKeys("two/a");
	}

	/** What says that it departs is longer than the record. */
	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 17 })
	void aRecordOfTheMostBytesCanBeWithdrawn(int less) {
		start();
		Lease large = this.registry.advertise(large(less, ONE, TWO));
		pass(Duration.ofMillis(1));
		assertThat(large.state()).isEqualTo(State.GRANTED);
		Lease fewer = this.registry.advertise(large(less, TWO));
		pass(Duration.ofMillis(1));
		assertThat(fewer.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.records).containsOnlyKeys("two/a");
		AtomicBoolean done = new AtomicBoolean();
		this.registry.close().subscribe(null, null, () -> done.set(true));
		pass(Duration.ofSeconds(2));
		assertThat(done).isTrue();
		assertThat(this.store.open).isEmpty();
		assertThat(this.store.log).contains("depart one/a", "depart two/a");
	}

	/** An advertisement whose records lack so many bytes to the most. */
	private static Advertisement large(int less, ServiceName... services) {
		Map<String, String> metadata = new HashMap<>();
		for (int i = 0; i < 7; i++) {
			// Two bytes each in a record.
			metadata.put("k" + i, "\"".repeat(4096));
		}
		metadata.put("more", "x".repeat(4096));
		metadata.put("rest", "");
		int missing = AdvertisementRecord.MAX_BYTES - ",\"departing\":true".length() - less
				- AdvertisementRecord.of(advertised(metadata, ONE), ONE).encode().length;
		metadata.put("rest", "x".repeat(missing));
		return advertised(metadata, services);
	}

	@Test
	void aRecordThatCouldNotBeWithdrawnIsNotAdvertised() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.advertise(large(-1, ONE)))
			.withMessageContaining("macula.provider.metadata");
	}

	private static Advertisement advertised(Map<String, String> metadata, ServiceName... services) {
		return new Advertisement(new Instance("a", 10, new Endpoint("h", 1), null, 0, 100, metadata), Set.of(services),
				LEASE);
	}

	@Test
	void whenTheSystemAnswersWithNoSessionThenAnotherIsAskedFor() {
		this.store.granting = false;
		start();
		Lease lease = advertise(10, ONE);
		pass(Duration.ofSeconds(1));
		assertThat(this.registry.fault()).contains("opens no session");
		this.store.granting = true;
		pass(LEASE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void aSessionThatIsGrantedWhenNobodyWaitsAnyMoreIsEnded() {
		this.store.granting = false;
		this.store.late = true;
		start();
		Lease lease = advertise(10, ONE);
		pass(LEASE.dividedBy(2));
		assertThat(this.store.opened).isOne();
		assertThat(this.store.open).isEmpty();
		this.store.late = false;
		this.store.granting = true;
		pass(LEASE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.open).hasSize(1);
	}

	@Test
	void anotherEndpointOfThisNodeIsNoRival() {
		start();
		advertise(10, ONE);
		Lease moved = this.registry.advertise(new Advertisement(
				new Instance("a", 10, new Endpoint("a.before.h", 1), null, 0, 100, Map.of()), Set.of(ONE), LEASE));
		pass(Duration.ofMillis(1));
		assertThat(moved.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void whenTheSessionIsLostThenAllIsAdvertisedAgainWithinALease() {
		start();
		Lease lease = advertise(10, ONE, TWO);
		this.store.expire(true);
		assertThat(lease.state()).isEqualTo(State.PENDING);
		pass(LEASE.dividedBy(2));
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.records).containsOnlyKeys("one/a", "two/a");
		assertThat(this.store.opened).isEqualTo(2);
	}

	@Test
	void whenTheSystemIsGoneForMinutesThenAllIsAdvertisedAgainWithinALeaseOfItsReturn() {
		start();
		Lease lease = advertise(10, ONE);
		this.store.expire(true);
		this.store.hanging = true;
		pass(Duration.ofMinutes(2));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		assertThat(this.registry.fault()).contains("test does not have this node's advertisement");
		this.store.hanging = false;
		pass(LEASE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.registry.fault()).isNull();
	}

	@Test
	void whatAnOutageMeansToAProviderIsSaid() {
		this.store.hanging = true;
		start();
		advertise(10, ONE);
		pass(LEASE);
		assertThat(this.log.at(Level.WARN)).isNotEmpty()
			.allSatisfy((line) -> assertThat(line)
				.startsWith("test does not have this node's advertisement yet, and nobody finds this node there: "));
		this.store.hanging = false;
		pass(Duration.ofMinutes(2));
		int before = this.log.at(Level.WARN).size();
		this.store.listener().suspended("cut");
		assertThat(this.log.at(Level.WARN)).element(before)
			.asString()
			.startsWith(
					"test may not have this node's advertisement any more, which ends there with its lease of 15 s: "
							+ "cut; trying on");
	}

	@Test
	void whenNobodySaysThatTheSessionIsLostThenItIsFoundWithinALease() {
		start();
		Lease lease = advertise(10, ONE);
		this.store.expire(false);
		pass(LEASE.multipliedBy(2));
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.records).containsOnlyKeys("one/a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "put two", "read two" })
	void aServiceWhoseRecordIsRefusedTakesNoOtherAway(String refused) {
		start();
		this.store.refusing = refused::equals;
		ServiceName[] services = Stream.of("one", "two", "three", "four", "five")
			.map(ServiceName::new)
			.toArray(ServiceName[]::new);
		Lease lease = advertise(10, services);
		assertThat(this.store.records).containsOnlyKeys("one/a", "three/a", "four/a", "five/a");
		pass(Duration.ofMinutes(2));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		assertThat(this.registry.fault()).contains("records cannot be written: '" + refused + "' is refused");
		assertThat(this.store.log).as("nothing is written again").hasSize(4);
		this.store.refusing = (step) -> false;
		pass(LEASE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.registry.fault()).isNull();
		assertThat(this.store.log).hasSize(5).endsWith("put two/a");
	}

	@Test
	void whoIsRefusedLaterKeepsWhatIsThere() {
		start();
		Lease lease = advertise(10, ONE, TWO);
		this.store.refusing = (step) -> true;
		pass(Duration.ofMinutes(2));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		assertThat(this.store.records).containsOnlyKeys("one/a", "two/a");
		this.store.refusing = (step) -> false;
		pass(LEASE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.opened).isOne();
	}

	@Test
	void whenARecordIsDeletedByOthersThenItIsPutAgain() {
		start();
		Lease lease = advertise(10, ONE, TWO);
		this.store.records.clear();
		pass(LEASE.dividedBy(2));
		assertThat(this.store.records).containsOnlyKeys("one/a", "two/a");
		this.store.records.clear();
		this.store.listener().disturbed();
		assertThat(this.store.records).as("at once where it is told").containsOnlyKeys("one/a", "two/a");
		assertThat(lease.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void whileTheSystemIsSilentTheLeaseIsPending() {
		start();
		Lease lease = advertise(10, ONE);
		this.store.listener().suspended("cut");
		assertThat(lease.state()).isEqualTo(State.PENDING);
		pass(Duration.ofMinutes(1));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		this.store.listener().resumed();
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(this.store.opened).isOne();
	}

	@Test
	void aSessionThatIsNotRenewedIsGivenUp() {
		start();
		Lease lease = advertise(10, ONE);
		this.store.session().renewing = () -> false;
		pass(LEASE.dividedBy(3).plusMillis(1));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		pass(LEASE.multipliedBy(2));
		assertThat(this.store.opened).isEqualTo(2);
		assertThat(this.store.log).contains("close 1");
		assertThat(lease.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void theRecordOfAnEarlierStartIsReplacedAtOnce() {
		this.store.write(record(9, "h"));
		start();
		Lease lease = advertise(10, ONE);
		assertThat(lease.state()).isEqualTo(State.GRANTED);
		assertThat(incarnation()).isEqualTo(10);
	}

	@Test
	void aCorruptRecordIsReplaced() {
		this.store.records.put("one/a", new FakeStore.Kept("{".getBytes(StandardCharsets.UTF_8), null, 77));
		start();
		assertThat(advertise(10, ONE).state()).isEqualTo(State.GRANTED);
	}

	@Test
	void theRecordOfANodeThatLeavesIsReplaced() {
		this.store.write(record(11, "h").departed());
		start();
		assertThat(advertise(10, ONE).state()).isEqualTo(State.GRANTED);
	}

	@Test
	void aNodeOfANewerStartKeepsTheId() {
		start();
		Lease lease = advertise(10, ONE, TWO);
		this.store.write(record(11, "other"));
		pass(LEASE.dividedBy(2));
		assertThat(lease.state()).isEqualTo(State.PENDING);
		assertThat(this.registry.fault()).contains("node id 'a' is held by a node of a newer start at other:1 (this one"
				+ " is at h:1): if that lives on for 15 s, this one is advertised no more", "(macula.node.id)");
		pass(LEASE.plus(LEASE.dividedBy(2)));
		assertThat(lease.state()).isEqualTo(State.RELEASED);
		assertThat(this.store.records).containsOnlyKeys("one/a");
		assertThat(incarnation()).isEqualTo(11);
		assertThat(this.registry.fault()).isEqualTo("node id 'a' is taken by another node at other:1; this one is"
				+ " advertised no more until it is started again");
		pass(Duration.ofMinutes(5));
		assertThat(this.store.opened).isOne();
		assertThat(advertise(12, ONE).state()).isEqualTo(State.GRANTED);
	}

	/** A clock was set back between two starts. */
	@Test
	void theRecordOfADeadNodeOfANewerStartIsWaitedFor() {
		this.store.write(record(11, "h"));
		start();
		Lease lease = advertise(10, ONE);
		assertThat(lease.state()).isEqualTo(State.PENDING);
		pass(LEASE.dividedBy(2));
		this.store.records.clear();
		pass(LEASE.dividedBy(3));
		assertThat(lease.state()).isEqualTo(State.GRANTED);
	}

	@Test
	void ofTwoThatStartedTogetherOneHasTheId() {
		this.store.write(record(10, "z"));
		start();
		Lease lease = advertise(10, ONE);
		pass(LEASE.multipliedBy(2));
		assertThat(lease.state()).isEqualTo(State.RELEASED);
	}

	@Test
	void whenClosedThenNothingIsLeft() {
		start();
		Lease lease = advertise(10, ONE);
		this.registry.close().block();
		assertThat(lease.state()).isEqualTo(State.RELEASED);
		assertThat(this.store.open).isEmpty();
		Lease late = advertise(11, ONE);
		assertThat(late.state()).isEqualTo(State.RELEASED);
		late.withdraw().block();
		this.registry.close().block();
	}

	@Test
	void whenTheLoopIsClosedThenNobodyWaits() {
		start();
		Lease lease = advertise(10, ONE);
		this.loop.close();
		lease.withdraw().block();
		Lease late = advertise(10, ONE);
		assertThat(late.state()).isEqualTo(State.RELEASED);
		late.withdraw().block();
		this.registry.close().block();
	}

	@Test
	void aRecordThatIsTooLargeIsRefusedAtOnce() {
		Instance large = new Instance("a", 1, new Endpoint("h", 1), null, 0, 100,
				Map.of("a", "\u0001".repeat(4096), "b", "\u0001".repeat(4096), "c", "\u0001".repeat(4096)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.registry.advertise(new Advertisement(large, Set.of(ONE), LEASE)));
	}

	/** They begin to try evenly over a sixth of a lease and are back within one. */
	@Test
	void aThousandNodesThatLoseTheSystemComeBackWithoutAHerd() {
		start();
		List<RemoteRegistry> nodes = new ArrayList<>();
		List<FakeStore> stores = new ArrayList<>();
		List<Lease> leases = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			FakeStore own = new FakeStore();
			RemoteRegistry node = new RemoteRegistry(this.loop, own, "test");
			this.loop.execute(node::start);
			leases.add(node.advertise(advertisement(i, ONE)));
			stores.add(own);
			nodes.add(node);
		}
		pass(Duration.ofMillis(1));
		assertThat(leases).allMatch((lease) -> lease.state() == State.GRANTED);
		stores.forEach((own) -> own.expire(true));
		int before = 1000;
		int most = 0;
		for (int tenth = 0; tenth < 150; tenth++) {
			pass(Duration.ofMillis(100));
			int opened = stores.stream().mapToInt((own) -> own.opened).sum();
			most = Math.max(most, opened - before);
			before = opened;
		}
		assertThat(most).as("in a tenth of a second").isLessThan(80);
		assertThat(leases).allMatch((lease) -> lease.state() == State.GRANTED);
		nodes.forEach((node) -> node.close().block());
	}

	private void start() {
		this.loop.execute(this.registry::start);
		pass(Duration.ofMillis(1));
	}

	private void pass(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

	private Lease advertise(long incarnation, ServiceName... services) {
		Lease lease = this.registry.advertise(advertisement(incarnation, services));
		pass(Duration.ofMillis(1));
		return lease;
	}

	private static Advertisement advertisement(long incarnation, ServiceName... services) {
		return new Advertisement(new Instance("a", incarnation, new Endpoint("h", 1), null, 0, 100, Map.of()),
				Set.of(services), LEASE);
	}

	private static AdvertisementRecord record(long incarnation, String host) {
		return new AdvertisementRecord(ONE,
				new Instance("a", incarnation, new Endpoint(host, 1), null, 0, 100, Map.of()), null, LEASE, false);
	}

	private long incarnation() {
		return AdvertisementRecord.parse(this.store.records.get("one/a").record(), ONE, "a").instance().incarnation();
	}

}
