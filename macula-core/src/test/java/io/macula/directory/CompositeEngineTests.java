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

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.Status;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Tests for {@link CompositeEngine}.
 */
class CompositeEngineTests {

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	private static final Endpoint SELF = new Endpoint("10.0.0.9", 9443);

	private final ScriptedEngine first = new ScriptedEngine();

	private final ScriptedEngine second = new ScriptedEngine();

	private final List<List<String>> told = new ArrayList<>();

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final CompositeDirectory directory = new CompositeDirectory(parts(), this.time, Schedulers.immediate());

	private final CompositeEngine engine = new CompositeEngine(parts());

	@AfterEach
	void stopTime() {
		this.time.dispose();
	}

	private List<CompositeEngine.Part> parts() {
		return List.of(new CompositeEngine.Part("embedded", this.first), new CompositeEngine.Part("etcd", this.second));
	}

	private Disposable watch() {
		return this.directory.watch(ORDERS)
			.subscribe((snapshot) -> this.told.add(snapshot.instances().stream().map(Instance::nodeId).toList()));
	}

	@Test
	void instancesAreThoseOfTheFirstDirectoryThatHasAny() {
		watch();
		this.second.tell(ORDERS, "b");
		this.first.tell(ORDERS);
		assertThat(this.told).containsExactly(List.of("b"));
		this.first.tell(ORDERS, "a");
		this.second.tell(ORDERS, "b", "c");
		assertThat(this.told).containsExactly(List.of("b"), List.of("a"), List.of("a"));
		this.first.tell(ORDERS);
		assertThat(this.told).last().isEqualTo(List.of("b", "c"));
	}

	@Test
	void aLessPreferredDirectoryIsHeardOnceThosePreferredHadTime() {
		watch();
		this.second.tell(ORDERS, "b");
		this.time.advanceTimeBy(CompositeDirectory.PATIENCE.minusMillis(1));
		assertThat(this.told).isEmpty();
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.told).containsExactly(List.of("b"));
		this.first.tell(ORDERS, "a");
		assertThat(this.told).last().isEqualTo(List.of("a"));
	}

	/** Those that left are called no more, whatever another directory may know. */
	@Test
	void whenTheDirectoryThatWasToldHasNoneAnyMoreThenThatIsToldWhoeverIsSilent() {
		watch();
		this.first.tell(ORDERS, "a");
		this.first.tell(ORDERS);
		assertThat(this.told).containsExactly(List.of("a"));
		this.time.advanceTimeBy(CompositeDirectory.PATIENCE);
		assertThat(this.told).containsExactly(List.of("a"), List.of());
		this.second.tell(ORDERS, "b");
		assertThat(this.told).last().isEqualTo(List.of("b"));
	}

	@Test
	void anErrorOfOneEngineIsNothingToTheOthers() {
		this.first.startError = new NoClassDefFoundError("expected/by/the/Test");
		this.engine.start(SELF);
		assertThat(this.second.started).containsExactly(SELF);
		assertThat(this.engine.trouble()).contains("embedded: it could not be started")
			.contains("expected/by/the/Test");
		assertThat(this.engine.state().fault()).isEqualTo(this.engine.trouble());
	}

	@Test
	void thePreferredDirectoryNeedsToWaitForNobody() {
		watch();
		this.first.tell(ORDERS, "a");
		assertThat(this.told).containsExactly(List.of("a"));
	}

	@Test
	void thatNobodyServesIsToldOnceAllHaveSaidSo() {
		watch();
		this.second.tell(ORDERS);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(this.told).isEmpty();
		this.first.tell(ORDERS);
		assertThat(this.told).containsExactly(List.of());
	}

	@Test
	void aWatchThatFailsIsWatchedAgainAndTheOtherGoesOn() {
		watch();
		this.first.tell(ORDERS);
		this.second.tell(ORDERS, "b");
		this.first.fail(ORDERS);
		this.second.tell(ORDERS, "c");
		assertThat(this.told).last().isEqualTo(List.of("c"));
		this.first.tell(ORDERS, "a");
		this.directory.watch(ORDERS)
			.map((snapshot) -> snapshot.instances().get(0).nodeId())
			.filter("a"::equals)
			.blockFirst(Duration.ofSeconds(10));
	}

	/** Neither of them, nor the timer of all. */
	@Test
	void aSubscriberThatBlocksHoldsUpNoDirectory() {
		CountDownLatch forEver = new CountDownLatch(1);
		Disposable blocked = this.engine.directory().watch(ORDERS).subscribe((snapshot) -> awaits(forEver));
		assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
			this.first.tell(ORDERS, "a");
			this.first.tell(ORDERS, "b");
		});
		Snapshot latest = this.engine.directory().watch(ORDERS).blockFirst(Duration.ofSeconds(5));
		assertThat(latest).isNotNull();
		assertThat(latest.instances()).extracting(Instance::nodeId).containsExactly("b");
		blocked.dispose();
	}

	@Test
	void theEndOfAWatchEndsThoseOfAllDirectories() {
		Disposable watch = watch();
		assertThat(this.first.watchers(ORDERS)).isOne();
		watch.dispose();
		assertThat(this.first.watchers(ORDERS)).isZero();
		assertThat(this.second.watchers(ORDERS)).isZero();
	}

	@Test
	void aSnapshotIsAsOldAsTheDirectoryThatTellsItSays() {
		watch();
		Snapshot other = new Snapshot(ORDERS, List.of(), 7);
		assertThat(this.directory.confirmedNanoTime(other)).isEqualTo(7);
		long now = System.nanoTime();
		this.first.confirmed = now - 5_000;
		this.second.confirmed = now - 9_000;
		this.first.tell(ORDERS);
		this.second.tell(ORDERS, "b");
		assertThat(this.directory.confirmedNanoTime(other)).isEqualTo(now - 9_000);
		this.first.tell(ORDERS, "a");
		assertThat(this.directory.confirmedNanoTime(other)).isEqualTo(now - 5_000);
		this.first.tell(ORDERS);
		this.second.tell(ORDERS);
		assertThat(this.directory.confirmedNanoTime(other)).isEqualTo(now - 9_000);
	}

	@Test
	void aNodeIsAdvertisedInAllDirectoriesAndGrantedOnceInAny() {
		Lease lease = registry().advertise(advertisement());
		List<Lease.State> states = new ArrayList<>();
		List<String> end = new ArrayList<>();
		lease.states().subscribe(states::add, null, () -> end.add("completed"));
		assertThat(lease.advertisement()).isEqualTo(advertisement());
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		this.second.leases.get(0).become(Lease.State.GRANTED);
		assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(leases()).containsExactly("pending", "granted");
		this.first.leases.get(0).become(Lease.State.GRANTED);
		this.second.leases.get(0).become(Lease.State.RELEASED);
		assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
		this.first.leases.get(0).become(Lease.State.PENDING);
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		this.first.leases.get(0).become(Lease.State.RELEASED);
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(states).containsExactly(Lease.State.PENDING, Lease.State.GRANTED, Lease.State.PENDING,
				Lease.State.RELEASED);
		assertThat(end).containsExactly("completed");
	}

	private List<String> leases() {
		return this.engine.state().engines().stream().map((report) -> String.valueOf(report.lease())).toList();
	}

	@Test
	void aDirectoryThatRefusesANodeDoesNotKeepItFromTheOthers() {
		this.first.advertiseFailure = new IllegalStateException("refused");
		Lease lease = registry().advertise(advertisement());
		this.second.leases.get(0).become(Lease.State.GRANTED);
		assertThat(lease.state()).isEqualTo(Lease.State.GRANTED);
		assertThat(leases()).containsExactly("null", "granted");
		this.second.advertiseFailure = new IllegalStateException("refused, too");
		assertThatIllegalStateException().isThrownBy(() -> registry().advertise(advertisement()))
			.withMessage("refused, too");
	}

	@Test
	void aDirectoryThatDoesNotHearOfAWithdrawalDoesNotKeepTheOthersFromIt() throws InterruptedException {
		Lease lease = registry().advertise(advertisement());
		CountDownLatch forEver = new CountDownLatch(1);
		this.first.leases.get(0).withdrawal = Mono.fromRunnable(() -> awaits(forEver));
		StepVerifier.create(lease.withdraw()).expectComplete().verify(Duration.ofSeconds(5));
		assertThat(this.second.leases.get(0).state()).isEqualTo(Lease.State.RELEASED);
		assertThat(forEver.await(10, TimeUnit.SECONDS)).as("interrupted").isTrue();
	}

	/** Blocks until it is interrupted, and says so. */
	private static void awaits(CountDownLatch forEver) {
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			forEver.countDown();
		}
	}

	/** It may be the user's. */
	@Test
	void whatAnEngineCannotTellOfItselfHidesNothingOfTheOthers() {
		this.first.telling = new IllegalStateException("confused");
		this.second.trouble = "no server answers";
		this.second.awaited = "asked";
		assertThat(this.engine.trouble())
			.isEqualTo("embedded: it cannot tell its state: confused; etcd: no server answers");
		assertThat(this.engine.awaited()).isEqualTo("etcd: asked");
		assertThat(this.engine.hint()).isEqualTo("embedded: it cannot tell its state: confused; etcd: a script");
		assertThat(this.engine.obstacle()).isNull();
		DirectoryState state = this.engine.state();
		assertThat(state.fault()).isEqualTo("embedded: it cannot tell its state: confused");
		assertThat(state.engines()).extracting(DirectoryReport::trouble)
			.containsExactly("it cannot tell its state: confused", "no server answers");
	}

	/** Say, a class of its library is missing. */
	@Test
	void anErrorOfAnEngineKeepsTheOthersFromNothing() {
		this.first.startError = new NoClassDefFoundError("a/b/C");
		this.engine.start(SELF);
		assertThat(this.second.started).containsExactly(SELF);
		assertThat(this.engine.trouble())
			.isEqualTo("embedded: it could not be started: java.lang.NoClassDefFoundError: a/b/C");
		assertThat(this.engine.state().fault())
			.isEqualTo("embedded: it could not be started: java.lang.NoClassDefFoundError: a/b/C");
	}

	@Test
	void allAreStartedAndThoseThatFailAreTold() {
		this.first.startFailure = new IllegalStateException("no memory");
		this.engine.start(SELF);
		assertThat(this.second.started).containsExactly(SELF);
		assertThat(this.engine.trouble()).isEqualTo("embedded: it could not be started: no memory");
		assertThat(this.engine.state().engines()).extracting(DirectoryReport::reachable).containsExactly(false, true);
		this.engine.stopServing();
		assertThat(this.first.stopped).isOne();
		assertThat(this.second.stopped).isOne();
	}

	@Test
	void noneThatStartsFailsTheNode() {
		this.first.startFailure = new IllegalStateException("no memory");
		this.second.startFailure = new IllegalStateException("no thread");
		assertThatIllegalStateException().isThrownBy(() -> this.engine.start(SELF)).withMessage("no thread");
	}

	@Test
	void allAreClosedWhateverOneDoes() throws InterruptedException {
		CountDownLatch forEver = new CountDownLatch(1);
		this.first.onClose = () -> {
			awaits(forEver);
			return Mono.empty();
		};
		long before = System.nanoTime();
		StepVerifier.create(this.engine.close()).expectComplete().verify(Duration.ofSeconds(10));
		assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
		assertThat(this.second.closed).isOne();
		assertThat(forEver.await(10, TimeUnit.SECONDS)).as("interrupted").isTrue();
	}

	@Test
	void whatIsSaidNamesTheEngine() {
		assertThat(this.engine.hint()).isEqualTo("embedded: a script; etcd: a script");
		assertThat(this.engine.trouble()).isNull();
		assertThat(this.engine.awaited()).isNull();
		this.second.trouble = "no member answers";
		this.second.awaited = "waiting";
		assertThat(this.engine.trouble()).isEqualTo("etcd: no member answers");
		assertThat(this.engine.awaited()).isEqualTo("etcd: waiting");
	}

	@Test
	void anObstacleIsOneIfAllHaveOne() {
		this.first.obstacle = Status.notProcessed(Code.UNAUTHENTICATED, "all seeds refuse");
		assertThat(this.engine.obstacle()).isNull();
		assertThat(this.engine.trouble()).isEqualTo("embedded: all seeds refuse");
		this.second.obstacle = Status.notProcessed(Code.PERMISSION_DENIED, "wrong password");
		assertThat(this.engine.obstacle())
			.isEqualTo(Status.notProcessed(Code.UNAUTHENTICATED, "embedded: all seeds refuse; etcd: wrong password"));
	}

	@Test
	void theStateTellsEachEngine() {
		this.first.state = new DirectoryState(Map.of("10.0.0.1:9443", "linked"), 3, false, List.of(), "clock");
		DirectoryReport etcd = new DirectoryReport("etcd", 5, null, true, null, null, null, 1, true, List.of("x"),
				Map.of());
		this.second.state = DirectoryState.of(etcd);
		assertThat(this.engine.state()).isEqualTo(new DirectoryState(Map.of("10.0.0.1:9443", "linked"), 5, true,
				List.of("x"), "embedded: clock", List.of(DirectoryReport.of("embedded", 3, null), etcd)));
	}

	@Test
	void itHasARegistryIfAnyHas() {
		this.first.writable = false;
		CompositeEngine mixed = new CompositeEngine(parts());
		Registry registry = mixed.registry();
		assertThat(registry).isNotNull();
		registry.advertise(advertisement());
		assertThat(mixed.state().engines()).extracting(DirectoryReport::lease).containsExactly(null, "pending");
		this.second.writable = false;
		assertThat(new CompositeEngine(parts()).registry()).isNull();
	}

	@Test
	void itServesWhatAnyServesAndUsesConnectionsIfAnyDoes() {
		DirectoryEngine.Service service = new DirectoryEngine.Service("macula.directory", Runnable.class, "handler");
		this.second.services = List.of(service);
		assertThat(this.engine.services()).containsExactly(service);
		assertThat(this.engine.usesConnections()).isFalse();
		this.second.connected = true;
		assertThat(this.engine.usesConnections()).isTrue();
	}

	@Test
	void aTypeIsGivenOnce() {
		DirectoryEngineFactory etcd = DirectoryEngineFactory.of("etcd", (context) -> this.first);
		assertThatIllegalArgumentException().isThrownBy(() -> DirectoryEngineFactory.composite(List.of(etcd, etcd)))
			.withMessage("Directory 'etcd' is given twice: expected each type once");
		assertThatIllegalArgumentException().isThrownBy(() -> DirectoryEngineFactory.composite(List.of()));
		assertThat(DirectoryEngineFactory.composite(List.of(etcd))).isSameAs(etcd);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> DirectoryEngineFactory.of("Etcd!", (context) -> this.first))
			.withMessageContaining("lower-case letters");
	}

	@Test
	void whatWasMadeIsClosedIfALaterEngineCannotBe() throws InterruptedException {
		DirectoryEngineFactory made = DirectoryEngineFactory.of("embedded", (context) -> this.first);
		DirectoryEngineFactory refused = DirectoryEngineFactory.of("etcd", (context) -> {
			throw new IllegalArgumentException("endpoints");
		});
		CountDownLatch closed = new CountDownLatch(1);
		this.first.onClose = () -> Mono.fromRunnable(closed::countDown);
		DirectoryEngineFactory both = DirectoryEngineFactory.composite(List.of(made, refused));
		assertThat(both.type()).isEqualTo("embedded,etcd");
		assertThatIllegalArgumentException().isThrownBy(() -> both.create(context())).withMessage("endpoints");
		assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void engineOfFixedInstancesTellsOfWhichServicesTheyAre() {
		StaticDirectory fixed = StaticDirectory.empty().with(ORDERS, SELF).with(new ServiceName("shop.stock"), SELF);
		DirectoryEngine fixedEngine = DirectoryEngineFactory.fixed(fixed).create(context());
		assertThat(fixedEngine.registry()).isNull();
		assertThat(fixedEngine.state().engines()).containsExactly(DirectoryReport.of("static", 1, null));
		assertThat(fixedEngine.hint()).isEqualTo(
				"fixed instances of services " + ORDERS.value() + ", shop.stock: see macula.directory.static.services");
		StepVerifier.create(fixedEngine.directory().watch(ORDERS).map((snapshot) -> snapshot.instances().size()))
			.expectNext(1)
			.thenCancel()
			.verify(Duration.ofSeconds(5));
	}

	private static DirectoryEngineFactory.Context context() {
		return new DirectoryEngineFactory.Context(new Realm("shop"), "node", 1, true, null, Duration.ofSeconds(15));
	}

	private Registry registry() {
		Registry registry = this.engine.registry();
		assertThat(registry).isNotNull();
		return registry;
	}

	private static Advertisement advertisement() {
		return new Advertisement(Instance.of("node", SELF), Set.of(ORDERS), Duration.ofSeconds(15));
	}

}
