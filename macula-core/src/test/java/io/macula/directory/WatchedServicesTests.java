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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.testing.LogLines;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WatchedServices}.
 */
class WatchedServicesTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final ServiceName OTHER = new ServiceName("test.other");

	private static final Duration LEASE = Duration.ofSeconds(15);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final List<Throwable> failures = new ArrayList<>();

	private final DirectoryLoop loop = DirectoryLoop.on(this.time, this.time, () -> this.time.now(TimeUnit.NANOSECONDS),
			new SplittableRandom(1), this.failures::add);

	private final TestClient client = new TestClient();

	private final WatchedServices services = new WatchedServices(this.loop, this.client, "test",
			Schedulers.immediate());

	private final Map<ServiceName, List<Snapshot>> seen = new HashMap<>();

	@RegisterExtension
	final LogLines log = LogLines.of(WatchedServices.class);

	@AfterEach
	void nothingFailed() {
		assertThat(this.failures).isEmpty();
	}

	@Test
	void aServiceIsWatchedOnceHoweverManySubscribe() {
		start();
		Disposable one = watch(SERVICE);
		Disposable two = watch(SERVICE);
		watch(OTHER);
		assertThat(this.client.begun).containsExactly(SERVICE, OTHER);
		one.dispose();
		settle();
		assertThat(this.client.ended).isEmpty();
		two.dispose();
		settle();
		assertThat(this.client.ended).containsExactly(SERVICE);
		watch(SERVICE);
		assertThat(this.client.begun).containsExactly(SERVICE, OTHER, SERVICE);
	}

	@Test
	void whatIsWatchedBeforeTheStartIsOpenedThen() {
		watch(SERVICE);
		assertThat(this.client.begun).isEmpty();
		start();
		assertThat(this.client.begun).containsExactly(SERVICE);
	}

	@Test
	void nothingIsToldBeforeTheSystemAnswers() {
		start();
		watch(SERVICE);
		pass(Duration.ofMinutes(1));
		assertThat(snapshots()).isEmpty();
		assertThat(this.services.view().awaited()).contains("test was asked for service test.calculator");
		assertThat(reported()).isNull();
		listed();
		assertThat(ids()).isEmpty();
		assertThat(snapshots()).hasSize(1);
		assertThat(this.services.view().awaited()).isNull();
	}

	@Test
	void snapshotsAreComplete() {
		start();
		watch(SERVICE);
		listed("a", "b");
		assertThat(ids()).containsExactly("a", "b");
		put("c", 1);
		assertThat(ids()).containsExactly("a", "b", "c");
		deleted("a");
		assertThat(ids()).containsExactly("b", "c");
		listed("b", "d");
		assertThat(ids()).containsExactly("b", "d");
	}

	@Test
	void changesThatComeTogetherShareASnapshot() {
		start();
		watch(SERVICE);
		listed();
		int before = snapshots().size();
		for (int i = 0; i < 1000; i++) {
			client().put("n" + i, record("n" + i, 1));
		}
		settle();
		assertThat(snapshots().size() - before).isLessThanOrEqualTo(2);
		assertThat(ids()).hasSize(1000);
	}

	@Test
	void whatIsToldAgainIsNoChange() {
		start();
		watch(SERVICE);
		listed("a");
		int before = snapshots().size();
		listed("a");
		put("a", 1);
		assertThat(snapshots()).hasSize(before);
		put("a", 2);
		assertThat(snapshots()).hasSize(before + 1);
		assertThat(latest().instances().get(0).incarnation()).isEqualTo(2);
	}

	@Test
	void whoDepartsLeavesAtOnce() {
		start();
		watch(SERVICE);
		listed("a", "b", "c", "d");
		for (String id : List.of("a", "b", "c")) {
			client().put(id, AdvertisementRecord.parse(record(id, 1), SERVICE, id).departed().encode());
		}
		settle();
		assertThat(ids()).containsExactly("d");
		deleted("a", "b", "c");
		assertThat(ids()).containsExactly("d");
		assertThat(this.services.view().preserving()).isFalse();
	}

	@Test
	void whatWasSaidLastStaysWhileTheSystemIsGone() {
		start();
		watch(SERVICE);
		listed("a");
		pass(Duration.ofSeconds(10));
		assertThat(age()).isZero();
		client().lost("cut");
		settle();
		pass(Duration.ofMinutes(2));
		assertThat(ids()).containsExactly("a");
		assertThat(age()).isBetween(Duration.ofSeconds(119), Duration.ofSeconds(121));
		assertThat(this.services.view().trouble()).isEqualTo("service test.calculator: cut");
		assertThat(reported()).isEqualTo(age());
		assertThat(since()).isBetween(Duration.ofSeconds(119), Duration.ofSeconds(121));
		listed("a");
		assertThat(age()).isZero();
		assertThat(this.services.view().trouble()).isNull();
	}

	@Test
	void whenTheConnectionIsGoneThenAllAgesBeginWithTheLastSignOfLife() {
		start();
		watch(SERVICE);
		listed("a");
		this.services.heard();
		pass(Duration.ofSeconds(5));
		this.services.lost("no server answers");
		pass(Duration.ofSeconds(5));
		assertThat(age()).isBetween(Duration.ofMillis(9500), Duration.ofMillis(10_500));
		assertThat(this.services.view().trouble()).isEqualTo("no server answers");
		assertThat(reported()).isEqualTo(age());
		assertThat(since()).isBetween(Duration.ofSeconds(5), Duration.ofMillis(5500));
		this.services.heard();
		settle();
		assertThat(age()).isZero();
		assertThat(reported()).isZero();
		assertThat(since()).isLessThan(Duration.ofSeconds(1));
		assertThat(this.services.view().trouble()).isNull();
	}

	@Test
	void whatStaysIsSaidToBeKnownOnlyIfAnythingIs() {
		start();
		watch(SERVICE);
		this.services.lost("no server answers");
		client().lost("cut");
		settle();
		assertThat(this.log.at(Level.WARN)).containsExactly(
				"test cannot be reached: no server answers; nothing is known yet",
				"test tells nothing of service test.calculator: cut; nothing of it is known yet");
		listed("a");
		this.services.lost("no server answers");
		client().lost("cut");
		settle();
		assertThat(this.log.at(Level.WARN)).contains("test cannot be reached: no server answers; what is known stays",
				"test tells no more of service test.calculator: cut; what is known of it stays");
	}

	/** Who provides only is told by its registry what it means. */
	@Test
	void whoWatchesNothingIsNotToldThatNothingIsKnown() {
		start();
		this.services.lost("no server answers");
		settle();
		assertThat(this.log.at(Level.WARN))
			.containsExactly("test cannot be reached: no server answers; no service is watched there");
	}

	@Test
	void aWatchThatFailsIsOpenedAgainAndItsWordsCountNoMore() {
		start();
		watch(SERVICE);
		listed("a");
		WatchedService former = client();
		former.failed("closed");
		settle();
		assertThat(this.client.ended).containsExactly(SERVICE);
		pass(Duration.ofSeconds(6));
		assertThat(this.client.begun).containsExactly(SERVICE, SERVICE);
		former.listed(Map.of());
		former.failed("again");
		settle();
		assertThat(ids()).containsExactly("a");
		assertThat(this.client.begun).hasSize(2);
		listed("b");
		assertThat(ids()).as("it may have had no chance to be heard").containsExactly("a", "b");
		pass(LEASE.plusSeconds(1));
		assertThat(ids()).containsExactly("b");
	}

	@Test
	void aClientThatThrowsIsAskedAgain() {
		this.client.failure = new IllegalStateException("expected by the test");
		start();
		watch(SERVICE);
		assertThat(this.services.view().trouble()).contains("expected by the test");
		this.client.failure = null;
		pass(Duration.ofSeconds(6));
		listed("a");
		assertThat(ids()).containsExactly("a");
	}

	@Test
	void aCorruptRecordIsSkippedAndCounted() {
		start();
		watch(SERVICE);
		Map<String, byte[]> records = records("a", "b");
		records.put("x", "{".getBytes(StandardCharsets.UTF_8));
		records.put("bad id", record("a", 1));
		client().listed(records);
		settle();
		assertThat(ids()).containsExactly("a", "b");
		assertThat(this.services.view().corrupt()).isEqualTo(2);
		put("x", 1);
		deleted("bad id");
		assertThat(ids()).containsExactly("a", "b", "x");
		assertThat(this.services.view().corrupt()).isZero();
		client().put("a", new byte[70_000]);
		settle();
		assertThat(ids()).as("what was known stays").contains("a");
		listed("b");
		assertThat(this.services.view().corrupt()).isZero();
	}

	@Test
	void ofTwoWithOneIdTheHigherIncarnationCounts() {
		start();
		watch(SERVICE);
		client().told(List.of(AdvertisementRecord.of(SERVICE, instance("a", 7)),
				AdvertisementRecord.of(SERVICE, instance("a", 9)), AdvertisementRecord.of(SERVICE, instance("a", 8))));
		settle();
		assertThat(latest().instances()).extracting(Instance::incarnation).containsExactly(9L);
	}

	@Test
	void whatTheSystemListsItselfIsTold() {
		start();
		watch(SERVICE);
		client().told(List.of(AdvertisementRecord.of(SERVICE, instance("a", 0)),
				AdvertisementRecord.of(SERVICE, instance("b", 0)).departed()));
		settle();
		assertThat(ids()).containsExactly("a");
		client().told(List.of());
		settle();
		assertThat(ids()).isEmpty();
	}

	@Test
	void fewLossesAreBelieved() {
		start();
		watch(SERVICE);
		listed("a", "b", "c");
		deleted("a", "b");
		assertThat(ids()).containsExactly("c");
		assertThat(this.services.view().preserving()).isFalse();
	}

	@Test
	void aSmallShareIsBelieved() {
		start();
		watch(SERVICE);
		String[] all = nodes(0, 20);
		listed(all);
		deleted("n0", "n1", "n2");
		assertThat(ids()).hasSize(17);
		deleted("n3");
		assertThat(ids()).as("4 of 20 are too many").hasSize(20);
		assertThat(this.services.view().overdue()).containsExactly("n0", "n1", "n2", "n3");
	}

	@Test
	void lossesThatAreFarApartAreBelieved() {
		start();
		watch(SERVICE);
		listed("a", "b", "c", "d");
		for (String id : List.of("a", "b", "c")) {
			deleted(id);
			pass(LEASE.dividedBy(2).plusMillis(500));
		}
		assertThat(ids()).containsExactly("d");
	}

	@Test
	void tooManyLossesAreKeptForFourLeases() {
		start();
		watch(SERVICE);
		listed("a", "b", "c", "d");
		deleted("a", "b", "c", "d");
		assertThat(ids()).containsExactly("a", "b", "c", "d");
		assertThat(this.services.view().preserving()).isTrue();
		assertThat(this.services.view().overdue()).containsExactly("a", "b", "c", "d");
		pass(LEASE.multipliedBy(4).minusSeconds(1));
		assertThat(ids()).containsExactly("a", "b", "c", "d");
		pass(Duration.ofSeconds(2));
		assertThat(ids()).isEmpty();
		assertThat(this.services.view().preserving()).isFalse();
	}

	@Test
	void whoComesBackEndsIt() {
		start();
		watch(SERVICE);
		String[] all = nodes(0, 20);
		listed(all);
		listed();
		assertThat(ids()).hasSize(20);
		for (String id : nodes(0, 17)) {
			put(id, 2);
		}
		assertThat(this.services.view().preserving()).as("3 of 20 are lost").isFalse();
		assertThat(ids()).hasSize(17);
	}

	@Test
	void lossesCountOverAllServicesByNode() {
		start();
		watch(SERVICE);
		watch(OTHER);
		listed("a", "b");
		client(OTHER).listed(records(OTHER, "b", "c"));
		settle();
		deleted("a", "b");
		client(OTHER).deleted("b");
		settle();
		assertThat(ids()).as("a and b are two").isEmpty();
		client(OTHER).deleted("c");
		settle();
		assertThat(ids()).containsExactly("a", "b");
		assertThat(ids(OTHER)).containsExactly("b", "c");
	}

	@Test
	void whatWasLostWhileTheSystemWasGoneIsJudgedWhenItIsBack() {
		start();
		watch(SERVICE);
		listed("a", "b", "c", "d");
		client().lost("cut");
		settle();
		pass(Duration.ofMinutes(5));
		listed();
		assertThat(ids()).as("it may have lost its data").containsExactly("a", "b", "c", "d");
	}

	/* As it wakes from a freeze, leases are over before their nodes are heard. */
	@Test
	void whoIsMissingWhenTheSystemIsBackIsKeptForALease() {
		start();
		watch(SERVICE);
		listed("a");
		back();
		pass(Duration.ofSeconds(5));
		deleted("a");
		assertThat(ids()).containsExactly("a");
		assertThat(this.services.view().preserving()).isTrue();
		assertThat(this.services.view().overdue()).containsExactly("a");
		assertThat(this.log.at(Level.WARN)).contains("test can be reached again, and does not have 1 of 1 nodes any"
				+ " more: they are kept for one lease, the first of them 'a'");
		pass(LEASE.minusSeconds(1));
		assertThat(ids()).containsExactly("a");
		pass(Duration.ofSeconds(2));
		assertThat(ids()).isEmpty();
		assertThat(this.services.view().preserving()).isFalse();
		assertThat(this.services.view().overdue()).isEmpty();
	}

	@Test
	void whoIsMissingWhenAServiceIsToldAgainIsKeptForALease() {
		start();
		watch(SERVICE);
		watch(OTHER);
		listed("a", "b");
		client(OTHER).listed(records(OTHER, "c"));
		client().lost("cut");
		settle();
		pass(LEASE.multipliedBy(2));
		listed("b");
		client(OTHER).deleted("c");
		settle();
		assertThat(ids()).containsExactly("a", "b");
		assertThat(ids(OTHER)).as("of it the system never was silent").isEmpty();
		pass(LEASE.plusSeconds(1));
		assertThat(ids()).containsExactly("b");
	}

	@Test
	void whoIsAdvertisedAgainThenNeverLeft() {
		start();
		watch(SERVICE);
		listed("a");
		back();
		deleted("a");
		pass(LEASE.dividedBy(3));
		put("a", 1);
		assertThat(this.services.view().preserving()).isFalse();
		pass(LEASE.multipliedBy(2));
		assertThat(snapshots()).allMatch((snapshot) -> snapshot.instances().size() == 1);
	}

	@Test
	void whoSaysThatItLeavesIsBelievedWhenTheSystemIsBack() {
		start();
		watch(SERVICE);
		listed("a", "b");
		back();
		client().put("a", AdvertisementRecord.parse(record("a", 1), SERVICE, "a").departed().encode());
		settle();
		assertThat(ids()).containsExactly("b");
		deleted("a");
		assertThat(ids()).containsExactly("b");
		assertThat(this.services.view().preserving()).isFalse();
	}

	@Test
	void aLeaseAfterTheSystemIsBackFewLossesAreBelieved() {
		start();
		watch(SERVICE);
		listed("a", "b");
		back();
		pass(LEASE);
		deleted("a");
		assertThat(ids()).containsExactly("b");
	}

	@Test
	void whatIsReachedForTheFirstTimeIsNotBack() {
		start();
		this.services.lost("no server answers");
		watch(SERVICE);
		client().lost("no server answers");
		settle();
		this.services.heard();
		listed("a", "b");
		deleted("a");
		assertThat(ids()).containsExactly("b");
	}

	@Test
	void whoIsKeptStaysWhileTheSystemIsGoneAgain() {
		start();
		watch(SERVICE);
		listed("a");
		back();
		deleted("a");
		this.services.lost("no server answers");
		settle();
		pass(Duration.ofMinutes(5));
		assertThat(ids()).containsExactly("a");
		this.services.heard();
		settle();
		pass(LEASE.minusSeconds(1));
		assertThat(ids()).containsExactly("a");
		pass(Duration.ofSeconds(2));
		assertThat(ids()).isEmpty();
	}

	@Test
	void whereItIsNotWantedNothingIsKept() {
		this.client.preserving = false;
		WatchedServices plain = new WatchedServices(this.loop, this.client, "test", Schedulers.immediate());
		this.loop.execute(plain::start);
		plain.watch(SERVICE)
			.subscribe((snapshot) -> this.seen.computeIfAbsent(SERVICE, (key) -> new ArrayList<>()).add(snapshot));
		settle();
		listed("a", "b", "c");
		listed();
		assertThat(ids()).isEmpty();
		listed("a");
		plain.lost("no server answers");
		plain.heard();
		listed();
		assertThat(ids()).isEmpty();
	}

	@Test
	void whenStoppedThenSubscribersKeepWhatTheyHave() {
		start();
		watch(SERVICE);
		listed("a");
		WatchedService last = client();
		this.loop.execute(this.services::stop);
		last.listed(Map.of());
		settle();
		assertThat(ids()).containsExactly("a");
		assertThat(this.client.ended).containsExactly(SERVICE);
	}

	@Test
	void versionsAreTold() {
		start();
		watch(SERVICE);
		Fingerprint fingerprint = new Fingerprint("AAAAAAAAAAA");
		client().listed(
				Map.of("a", new AdvertisementRecord(SERVICE, instance("a", 1), fingerprint, LEASE, false).encode()));
		settle();
		assertThat(latest().fingerprints()).containsExactly(Map.entry("a", fingerprint));
	}

	/** The system was away for longer than a lease. */
	private void back() {
		this.services.lost("no server answers");
		settle();
		pass(LEASE.plusSeconds(1));
		this.services.heard();
		settle();
	}

	private void start() {
		this.loop.execute(this.services::start);
		settle();
	}

	private Disposable watch(ServiceName service) {
		Disposable subscription = this.services.watch(service)
			.subscribe((snapshot) -> this.seen.computeIfAbsent(service, (key) -> new ArrayList<>()).add(snapshot));
		settle();
		return subscription;
	}

	private void settle() {
		pass(WatchedServices.PACE.multipliedBy(2));
	}

	private void pass(Duration duration) {
		this.time.advanceTimeBy(duration);
	}

	private WatchedService client() {
		return client(SERVICE);
	}

	private WatchedService client(ServiceName service) {
		return this.client.watched.get(service);
	}

	private void listed(String... ids) {
		client().listed(records(ids));
		settle();
	}

	private void put(String id, long incarnation) {
		client().put(id, record(id, incarnation));
		settle();
	}

	private void deleted(String... ids) {
		for (String id : ids) {
			client().deleted(id);
		}
		settle();
	}

	private static String[] nodes(int from, int to) {
		String[] ids = new String[to - from];
		for (int i = from; i < to; i++) {
			ids[i - from] = "n" + i;
		}
		return ids;
	}

	private static Map<String, byte[]> records(String... ids) {
		return records(SERVICE, ids);
	}

	private static Map<String, byte[]> records(ServiceName service, String... ids) {
		Map<String, byte[]> records = new LinkedHashMap<>();
		for (String id : ids) {
			records.put(id, record(service, id, 1));
		}
		return records;
	}

	private static byte[] record(String id, long incarnation) {
		return record(SERVICE, id, incarnation);
	}

	private static byte[] record(ServiceName service, String id, long incarnation) {
		return new AdvertisementRecord(service, instance(id, incarnation), null, LEASE, false).encode();
	}

	private static Instance instance(String id, long incarnation) {
		return new Instance(id, incarnation, new Endpoint("h", 1), null, 0, 100, Map.of());
	}

	private List<Snapshot> snapshots() {
		return this.seen.getOrDefault(SERVICE, List.of());
	}

	private Snapshot latest() {
		return snapshots().get(snapshots().size() - 1);
	}

	private List<String> ids() {
		return ids(SERVICE);
	}

	private List<String> ids(ServiceName service) {
		List<Snapshot> all = this.seen.get(service);
		return all.get(all.size() - 1).instances().stream().map(Instance::nodeId).toList();
	}

	private Duration reported() {
		return this.services.view().age(this.loop.nanoTime());
	}

	private Duration since() {
		return Duration.ofNanos(this.loop.nanoTime() - this.services.view().sinceNanos());
	}

	private Duration age() {
		return Duration.ofNanos(this.loop.nanoTime() - this.services.confirmedNanoTime(latest()));
	}

	private static final class TestClient implements EngineClient {

		private final Map<ServiceName, WatchedService> watched = new HashMap<>();

		private final List<ServiceName> begun = new ArrayList<>();

		private final List<ServiceName> ended = new ArrayList<>();

		private boolean preserving = true;

		private @Nullable RuntimeException failure;

		@Override
		public void start(WatchedServices services) {
			// Nothing to connect to.
		}

		@Override
		public Disposable watch(WatchedService watch) {
			if (this.failure != null) {
				throw this.failure;
			}
			this.begun.add(watch.service());
			this.watched.put(watch.service(), watch);
			return () -> this.ended.add(watch.service());
		}

		@Override
		public boolean preserving() {
			return this.preserving;
		}

		@Override
		public Mono<Void> close() {
			return Mono.empty();
		}

		@Override
		public String hint() {
			return "test";
		}

	}

}
