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

package io.macula.directory.tck;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.directory.tck.DirectoryHarness.Ability;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract of a directory engine. A subclass says by a {@link DirectoryHarness} which
 * system is behind it; each row gets a fresh one. Leases are of 3 seconds.
 * <p>
 * Most of a row is waiting. Where JUnit's parallel execution is enabled, rows run side by
 * side, each with a system of its own; those that measure a second or count threads run
 * alone. Where it is not, they run one after the other.
 */
@Timeout(120)
public abstract class DirectoryContractTests extends ContractSteps {

	private static final ServiceName SERVICE = new ServiceName("tck.calculator");

	private static final ServiceName OTHER = new ServiceName("tck.other");

	private static final Duration AT_ONCE = Duration.ofSeconds(1);

	@Row
	void whatIsAdvertisedIsSeen() {
		needs(Ability.CHANGES);
		Watch watch = watch(node("client"), SERVICE);
		Told told = tell(node("a"), instance("a", 1), SERVICE);
		watch.awaitIds("a");
		told.awaitState(Lease.State.GRANTED);
		assertThat(watch.latest().service()).isEqualTo(SERVICE);
	}

	@Row
	void whoComesLaterSeesItAtOnce() {
		needs(Ability.CHANGES);
		tell(node("a"), instance("a", 1), SERVICE).awaitState(Lease.State.GRANTED);
		DirectoryEngine client = node("client");
		watch(client, SERVICE).awaitIds("a");
		Watch second = watch(client, SERVICE);
		Awaitility.await().atMost(AT_ONCE).until(() -> second.ids().equals(List.of("a")));
	}

	@Row
	void aServiceThatNobodyServesHasAnEmptySnapshot() {
		Watch watch = watch(node("client"), new ServiceName("tck.nobody"));
		Awaitility.await().atMost(SOON).until(() -> !watch.seen.isEmpty());
		assertThat(watch.latest().instances()).isEmpty();
	}

	@Row
	void operatorsAreToldOfServicesThatNobodyWatches() {
		needs(Ability.CHANGES, Ability.ALL);
		tell(node("a"), instance("a", 1), SERVICE).awaitState(Lease.State.GRANTED);
		tell(node("b"), instance("b", 1), OTHER).awaitState(Lease.State.GRANTED);
		DirectoryEngine operator = node("operator");
		Awaitility.await().atMost(SOON).untilAsserted(() -> {
			Map<String, Set<ServiceName>> told = new HashMap<>();
			operator.advertised()
				.blockOptional(SOON)
				.orElseThrow()
				.forEach((each) -> told.put(each.instance().nodeId(), each.services()));
			assertThat(told).isEqualTo(Map.of("a", Set.of(SERVICE), "b", Set.of(OTHER)));
		});
		assertThat(operator.knowsRealm()).isTrue();
	}

	@Row
	void everythingArrives() {
		needs(Ability.CHANGES, Ability.DETAILS);
		Instance instance = new Instance("a:1", 42, new Endpoint("10.1.2.3", 9443), "zone-b", 2, 250,
				Map.of("version", "1.2", "text", "\"ä\" \n"), "0123456789abcdef".repeat(4),
				List.of(new Endpoint("192.0.2.1", 30443), new Endpoint("2001:db8::1", 443)));
		Fingerprint fingerprint = new Fingerprint("AAAAAAAAAAA.abcd");
		Watch watch = watch(node("client"), SERVICE);
		Watch other = watch(this.engines.get(0), OTHER);
		tell(node("a:1", 42), new Advertisement(instance, Set.of(SERVICE, OTHER), Map.of(SERVICE, fingerprint), LEASE));
		watch.awaitIds("a:1");
		other.awaitIds("a:1");
		Instance seen = watch.latest().instances().get(0);
		assertThat(harness().tellsIdentity() ? seen : withoutIdentity(seen))
			.isEqualTo(harness().tellsIdentity() ? instance : withoutIdentity(instance));
		assertThat(watch.latest().fingerprints()).isEqualTo(Map.of("a:1", fingerprint));
		assertThat(other.latest().fingerprints()).isEmpty();
	}

	@Row
	void aLeaseIsRenewed() {
		needs(Ability.REGISTRY, Ability.EXPIRY);
		Watch watch = watch(node("client"), SERVICE);
		Told told = tell(node("a"), instance("a", 1), SERVICE);
		watch.awaitIds("a");
		told.awaitState(Lease.State.GRANTED);
		int seen = watch.seen.size();
		pass(LEASE.multipliedBy(3));
		assertThat(told.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(watch.seen.subList(seen, watch.seen.size())).allMatch((snapshot) -> !snapshot.instances().isEmpty());
		assertThat(watch.age()).isLessThan(LEASE.multipliedBy(2));
	}

	@Row
	@ResourceLock(Row.MACHINE)
	void aWithdrawalIsSeenWithinASecond() {
		needs(Ability.CHANGES);
		Watch watch = watch(node("client"), SERVICE);
		tell(node("b"), instance("b", 1), SERVICE);
		Told told = tell(node("a"), instance("a", 1), SERVICE);
		watch.awaitIds("a", "b");
		told.awaitState(Lease.State.GRANTED);
		long begin = System.nanoTime();
		told.withdraw();
		watch.awaitIds("b");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE.multipliedBy(2));
		told.awaitState(Lease.State.RELEASED);
	}

	@Row
	void manyWithdrawalsAreBelieved() {
		needs(Ability.CHANGES);
		DirectoryEngine client = node("client");
		Watch watch = watch(client, SERVICE);
		List<Told> all = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			all.add(tell(node("n" + i), instance("n" + i, 1), SERVICE));
		}
		watch.awaitIds("n0", "n1", "n2", "n3", "n4", "n5");
		all.forEach((told) -> told.awaitState(Lease.State.GRANTED));
		all.subList(0, 5).forEach(Told::withdraw);
		watch.awaitIds("n5");
		assertThat(client.state().selfPreservation()).isFalse();
	}

	@Row
	void aDeadNodeLeavesWithItsLease() {
		needs(Ability.CHANGES, Ability.EXPIRY);
		Watch watch = watch(node("client"), SERVICE);
		tell(node("b"), instance("b", 1), SERVICE);
		DirectoryEngine dying = node("a");
		tell(dying, instance("a", 1), SERVICE);
		watch.awaitIds("a", "b");
		harness().kill(dying);
		Awaitility.await().atMost(LEASE.plus(harness().expirySlack())).until(() -> watch.ids().equals(List.of("b")));
	}

	@Row
	void snapshotsAreComplete() {
		needs(Ability.CHANGES);
		Watch watch = watch(node("client"), SERVICE);
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			ids.add("n" + i);
			tell(node("n" + i), instance("n" + i, 1), SERVICE);
			watch.awaitIds(ids.toArray(String[]::new));
		}
		for (int i = 1; i < watch.seen.size(); i++) {
			List<String> before = ids(watch.seen.get(i - 1));
			assertThat(ids(watch.seen.get(i))).as("nobody leaves").containsAll(before);
		}
	}

	@Row
	void whatIsKnownStaysWhileTheSystemIsGone() {
		needs(Ability.CHANGES, Ability.CUT);
		DirectoryEngine client = node("client");
		Watch watch = watch(client, SERVICE);
		Told told = tell(node("a"), instance("a", 1), SERVICE);
		watch.awaitIds("a");
		told.awaitState(Lease.State.GRANTED);
		harness().cut();
		Awaitility.await().atMost(harness().lossSlack()).until(() -> client.trouble() != null);
		Duration before = watch.age();
		pass(LEASE);
		assertThat(watch.ids()).containsExactly("a");
		assertThat(watch.age()).isGreaterThanOrEqualTo(before.plus(LEASE.minusMillis(500)));
		Watch late = watch(client, SERVICE);
		Awaitility.await().atMost(AT_ONCE).until(() -> late.ids().equals(List.of("a")));
		harness().restore();
		tell(node("b"), instance("b", 1), SERVICE).awaitState(Lease.State.GRANTED);
		watch.awaitIds("a", "b");
		told.awaitState(Lease.State.GRANTED);
		Awaitility.await().atMost(SOON).until(() -> client.trouble() == null);
		assertThat(watch.age()).isLessThan(LEASE);
	}

	@Row
	void anEngineStartsWhileTheSystemIsGone() {
		needs(Ability.CHANGES, Ability.CUT, Ability.START_UNREACHABLE);
		harness().cut();
		long begin = System.nanoTime();
		DirectoryEngine client = node("client");
		Watch watch = watch(client, SERVICE);
		DirectoryEngine provider = node("a");
		Registry registry = provider.registry();
		Lease lease = (registry != null) ? registry.advertise(advertisement(instance("a", 1), SERVICE)) : null;
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).as("nothing waits").isLessThan(SOON);
		Awaitility.await().atMost(harness().lossSlack()).until(() -> client.trouble() != null);
		assertThat(watch.seen).isEmpty();
		assertThat(client.hint()).isNotEmpty();
		harness().restore();
		if (lease == null) {
			tell(provider, instance("a", 1), SERVICE);
		}
		watch.awaitIds("a");
	}

	@Row
	void aNodeThatStartsAgainTakesThePlaceOfItsPast() {
		needs(Ability.REGISTRY, Ability.EXPIRY, Ability.INCARNATIONS);
		Watch watch = watch(node("client"), SERVICE);
		DirectoryEngine dying = node("a", 1);
		tell(dying, instance("a", 1), SERVICE);
		watch.awaitIds("a");
		harness().kill(dying);
		tell(node("a", 2), instance("a", 2), SERVICE).awaitState(Lease.State.GRANTED);
		Awaitility.await().atMost(SOON).until(() -> watch.incarnations().equals(List.of(2L)));
		int seen = watch.seen.size();
		pass(LEASE.multipliedBy(2));
		assertThat(watch.seen.subList(seen - 1, watch.seen.size()))
			.allMatch((snapshot) -> !snapshot.instances().isEmpty());
		assertThat(watch.incarnations()).containsExactly(2L);
	}

	@Row
	void ofTwoNodesWithOneIdTheNewerOneHasIt() {
		needs(Ability.REGISTRY, Ability.INCARNATIONS);
		Watch watch = watch(node("client"), SERVICE);
		Told older = tell(node("a", 1), instance("a", 1), SERVICE);
		watch.awaitIds("a");
		older.awaitState(Lease.State.GRANTED);
		Told newer = tell(node("a", 2), instance("a", 2), SERVICE);
		newer.awaitState(Lease.State.GRANTED);
		Awaitility.await()
			.atMost(LEASE.multipliedBy(2).plus(SOON))
			.until(() -> older.state() != Lease.State.GRANTED && watch.incarnations().equals(List.of(2L)));
		older.withdraw();
		pass(LEASE.plus(AT_ONCE));
		assertThat(watch.incarnations()).as("the older one takes nothing along").containsExactly(2L);
		assertThat(newer.state()).isEqualTo(Lease.State.GRANTED);
	}

	@Row
	void aCorruptRecordIsSkippedAndTold() {
		needs(Ability.CHANGES, Ability.FOREIGN_RECORDS);
		harness().write(SERVICE, "x", "{\"v\":1,".getBytes(StandardCharsets.UTF_8));
		DirectoryEngine client = node("client");
		Watch watch = watch(client, SERVICE);
		tell(node("a"), instance("a", 1), SERVICE);
		watch.awaitIds("a");
		harness().write(SERVICE, "y", new byte[100_000]);
		tell(node("b"), instance("b", 1), SERVICE);
		watch.awaitIds("a", "b");
		Awaitility.await()
			.atMost(SOON)
			.until(() -> String.valueOf(client.state().fault()).contains("2 records are skipped"));
	}

	@Row
	void aSubscriberThatBlocksDelaysNobodyElseAndGetsTheLatest() throws InterruptedException {
		needs(Ability.CHANGES);
		DirectoryEngine client = node("client");
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		List<Snapshot> slow = Collections.synchronizedList(new ArrayList<>());
		Told first = tell(node("a"), instance("a", 1), SERVICE, OTHER);
		this.watches
			.add(client.directory().watch(SERVICE).publishOn(Schedulers.boundedElastic(), 1).subscribe((snapshot) -> {
				slow.add(snapshot);
				entered.countDown();
				uninterruptibly(released);
			}));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		Watch other = watch(client, OTHER);
		other.awaitIds("a");
		tell(node("b"), instance("b", 1), SERVICE, OTHER);
		tell(node("c"), instance("c", 1), SERVICE, OTHER);
		other.awaitIds("a", "b", "c");
		first.awaitState(Lease.State.GRANTED);
		released.countDown();
		Awaitility.await().atMost(SOON).until(() -> ids(slow.get(slow.size() - 1)).equals(List.of("a", "b", "c")));
	}

	@Row
	@ResourceLock(Row.MACHINE)
	void whenClosedThenNothingIsLeft() {
		needs(Ability.CHANGES, Ability.CLOSE);
		Watch watch = watch(node("client"), SERVICE);
		/* Whatever all share has its threads after the first. */
		leave("first", watch);
		Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
		leave("second", watch);
		Awaitility.await().atMost(SOON).untilAsserted(() -> assertThat(threadsSince(before)).isEmpty());
	}

	private void leave(String nodeId, Watch watch) {
		DirectoryEngine leaving = node(nodeId);
		Watch own = watch(leaving, SERVICE);
		Told told = tell(leaving, instance(nodeId, 1), SERVICE);
		watch.awaitIds(nodeId);
		own.awaitIds(nodeId);
		if (told.lease() == null) {
			told.withdraw();
		}
		long begin = System.nanoTime();
		leaving.close().block(SOON);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
		leaving.close().block(SOON);
		watch.awaitIds();
		Registry registry = leaving.registry();
		if (told.lease() != null && registry != null) {
			told.awaitState(Lease.State.RELEASED);
			told.lease().withdraw().block(SOON);
			Lease late = registry.advertise(advertisement(instance(nodeId, 1), SERVICE));
			late.withdraw().block(SOON);
			assertThat(late.state()).isEqualTo(Lease.State.RELEASED);
		}
	}

	@Row
	void whoWatchesOneServiceReadsNoOther() {
		needs(Ability.CHANGES, Ability.READS);
		for (int i = 0; i < 3; i++) {
			tell(node("n" + i), instance("n" + i, 1), OTHER).awaitState(Lease.State.GRANTED);
		}
		tell(node("a"), instance("a", 1), SERVICE).awaitState(Lease.State.GRANTED);
		long before = harness().reads(OTHER);
		long mine = harness().reads(SERVICE);
		watch(node("client"), SERVICE).awaitIds("a");
		assertThat(harness().reads(SERVICE)).isGreaterThan(mine);
		assertThat(harness().reads(OTHER)).isEqualTo(before);
	}

	@Row
	void aNodeHasOneLeaseHoweverManyItsServices() {
		needs(Ability.REGISTRY, Ability.LEASES);
		ServiceName[] services = new ServiceName[20];
		Arrays.setAll(services, (i) -> new ServiceName("tck.s" + i));
		int before = harness().leases();
		tell(node("a"), instance("a", 1), services).awaitState(Lease.State.GRANTED);
		assertThat(harness().leases() - before).isOne();
	}

	@Row
	void whenTooManyDieAtOnceThenTheyAreKeptForAWhile() {
		needs(Ability.CHANGES, Ability.EXPIRY, Ability.SELF_PRESERVATION);
		DirectoryEngine watcher = node("watcher");
		Watch watch = watch(watcher, SERVICE);
		List<DirectoryEngine> dying = new ArrayList<>();
		String[] all = new String[5];
		for (int i = 0; i < all.length; i++) {
			all[i] = "n" + i;
			dying.add(node(all[i]));
			tell(dying.get(i), instance(all[i], 1), SERVICE);
		}
		watch.awaitIds(all);
		dying.forEach(harness()::kill);
		pass(LEASE.plus(harness().expirySlack()));
		Awaitility.await().atMost(LEASE).untilAsserted(() -> {
			assertThat(watcher.state().selfPreservation()).isTrue();
			assertThat(watcher.state().overdue()).containsExactlyInAnyOrder(all);
			assertThat(watch.ids()).containsExactly(all);
		});
		Awaitility.await().atMost(LEASE.multipliedBy(5).plus(SOON)).until(() -> watch.ids().isEmpty());
	}

	@Row
	void whenTheSystemLosesItsDataThenAllIsAdvertisedAgain() {
		needs(Ability.REGISTRY, Ability.WIPE);
		tell(node("a"), instance("a", 1), SERVICE, OTHER).awaitState(Lease.State.GRANTED);
		harness().wipe();
		pass(LEASE.plus(harness().expirySlack()));
		watch(node("client"), SERVICE).awaitIds("a");
		watch(node("client2"), OTHER).awaitIds("a");
	}

	@Row
	@ResourceLock(Row.MACHINE)
	void aChangeOfWeightIsSeenWithinASecond() {
		needs(Ability.REGISTRY, Ability.DETAILS);
		Watch watch = watch(node("client"), SERVICE);
		DirectoryEngine provider = node("a");
		Told first = tell(provider, instance("a", 1), SERVICE);
		watch.awaitIds("a");
		first.awaitState(Lease.State.GRANTED);
		Instance heavier = new Instance("a", 1, new Endpoint("10.0.0.1", 9443), null, 0, 500, Map.of());
		Told second = tell(provider, advertisement(heavier, SERVICE));
		Awaitility.await().atMost(AT_ONCE).until(() -> watch.latest().instances().get(0).weight() == 500);
		second.awaitState(Lease.State.GRANTED);
		assertThat(first.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(watch.seen.stream().filter((snapshot) -> snapshot.instances().isEmpty()).count()).as("it never left")
			.isLessThanOrEqualTo(1);
	}

}
