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

package io.macula.directory.springcloud;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.Lease;
import io.macula.directory.Snapshot;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SpringCloudEngine}: how it asks, and what it makes of answers.
 */
@Timeout(60)
class SpringCloudEngineTests {

	private static final Realm REALM = new Realm("shop");

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final TestRegistry registry = new TestRegistry();

	private final AtomicReference<@Nullable String> stale = new AtomicReference<>();

	private final AtomicReference<@Nullable Snapshot> seen = new AtomicReference<>();

	private @Nullable SpringCloudEngine engine;

	@AfterEach
	void close() {
		if (this.engine != null) {
			this.engine.close().block(Duration.ofSeconds(10));
		}
	}

	@Test
	void onlyTheNamedApplicationsAreAsked() {
		this.registry.put("orders", "a", node("a"));
		this.registry.put("other", "b", node("b"));
		open(Duration.ofMillis(100), Map.of(ORDERS, List.of("orders")));
		await("a");
		assertThat(this.registry.asked("orders")).isPositive();
		assertThat(this.registry.asked("other")).isZero();
	}

	@Test
	void whatTheClientTellsIsAskedForAtOnce() {
		SpringCloudEngine opened = open(Duration.ofMinutes(10), Map.of());
		await();
		this.registry.put("orders", "a", node("a"));
		opened.refresh();
		await("a");
	}

	@Test
	void aClientThatHangsHoldsUpNothingAndIsAskedAgain() {
		this.registry.put("orders", "a", node("a"));
		SpringCloudEngine opened = open(Duration.ofMillis(100), Map.of());
		await("a");
		CountDownLatch latch = new CountDownLatch(1);
		this.registry.silence(latch);
		Awaitility.await().until(() -> String.valueOf(opened.trouble()).contains("has not answered for"));
		assertThat(ids()).containsExactly("a");
		this.registry.silence(null);
		latch.countDown();
		this.registry.put("orders", "b", node("b"));
		await("a", "b");
		Awaitility.await().until(() -> opened.trouble() == null);
	}

	/** As one that reads from a peer that is silent for ever. */
	@Test
	void aClientThatIsDeafToInterruptsIsAskedAgainAllTheSame() {
		this.registry.put("orders", "a", node("a"));
		SpringCloudEngine opened = open(Duration.ofMillis(100), Map.of());
		await("a");
		CountDownLatch latch = new CountDownLatch(1);
		this.registry.hang(latch);
		Awaitility.await().until(() -> String.valueOf(opened.trouble()).contains("has not answered for"));
		this.registry.put("orders", "b", node("b"));
		await("a", "b");
		Awaitility.await().until(() -> opened.trouble() == null);
		latch.countDown();
	}

	@Test
	void anAnswerThatIsOutOfDateIsNone() {
		this.stale.set("the server is silent");
		SpringCloudEngine opened = open(Duration.ofMillis(100), Map.of());
		Awaitility.await().until(() -> String.valueOf(opened.trouble()).contains("the server is silent"));
		assertThat(this.seen.get()).isNull();
		this.registry.put("orders", "a", node("a"));
		this.stale.set(null);
		await("a");
		this.stale.set("the server is silent again");
		this.registry.remove("orders", "a");
		Awaitility.await().until(() -> opened.trouble() != null);
		assertThat(ids()).containsExactly("a");
		assertThat(opened.state().engines().get(0).reachable()).isFalse();
		assertThat(opened.state().engines().get(0).age()).isNotNull();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whatCannotBeReadIsSkippedAndCountedAndLoggedOnce(CapturedOutput output) {
		this.registry.put("orders", "a", node("a"));
		this.registry.put("orders", "bad", Map.of("macula-services", "shop.orders", "macula-port", "many"));
		this.registry.put("orders", "none", Map.of("macula-services", "shop.orders"));
		this.registry.put("orders", "heavy",
				Map.of("macula-services", "shop.orders", "macula-port", "9", "macula-weight", "0"));
		SpringCloudEngine opened = open(Duration.ofMillis(100), Map.of());
		await("a");
		assertThat(opened.state().engines().get(0).corruptRecords()).isEqualTo(3);
		assertThat(opened.state().engines().get(0).reachable()).isTrue();
		assertThat(opened.state().engines().get(0).trouble()).contains("3 instances are skipped")
			.contains("'bad' of application 'orders'")
			.contains("'macula-port' is 'many': expected a whole number");
		int asked = this.registry.asked("orders");
		Awaitility.await().until(() -> this.registry.asked("orders") > asked + 3);
		assertThat(output.getAll()).containsOnlyOnce("Instance 'bad' of application 'orders' is skipped")
			.containsOnlyOnce(
					"Instance 'none' of application 'orders' is skipped: its metadata: 'macula-port' is" + " missing")
			.containsOnlyOnce("Instance 'heavy' of application 'orders' is skipped");
		this.registry.remove("orders", "bad");
		this.registry.remove("orders", "none");
		this.registry.remove("orders", "heavy");
		Awaitility.await().until(() -> opened.state().fault() == null);
		assertThat(opened.state().engines().get(0).corruptRecords()).isZero();
	}

	@Test
	void anEmptyAnswerAtOnceIsNotBelieved() {
		for (String id : List.of("a", "b", "c")) {
			this.registry.put("orders", id, node(id));
		}
		SpringCloudEngine opened = open(Duration.ofMillis(100), Map.of());
		await("a", "b", "c");
		for (String id : List.of("a", "b", "c")) {
			this.registry.remove("orders", id);
		}
		Awaitility.await().until(() -> opened.state().selfPreservation());
		await("a", "b", "c");
	}

	@Test
	void aNodeIsAdvertisedBeforeAndAfterItsApplicationIsRegistered() {
		TestRegistry.Entry registration = new TestRegistry.Entry("orders", "1");
		MetadataRegistry written = new MetadataRegistry(new ServiceRegistryWriter<>(this.registry, registration), REALM,
				TIMEOUT, false);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> "a".equals(registration.metadata().get("macula-node-id")));
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		assertThat(this.registry.metadata("orders", "1")).isEmpty();
		this.registry.register(registration);
		written.registered();
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		Lease heavier = written.advertise(advertisement("a", 500));
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		Awaitility.await().until(() -> heavier.state() == Lease.State.GRANTED);
		assertThat(this.registry.metadata("orders", "1")).containsEntry("macula-weight", "500");
		written.close().block(Duration.ofSeconds(5));
		assertThat(heavier.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(this.registry.metadata("orders", "1")).containsEntry("macula-services", "");
		assertThat(written.advertise(advertisement("a", 1)).state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void aRegistrationThatTakesNoMetadataIsTold() {
		TestRegistry.Entry registration = new TestRegistry.Entry("orders", "1", Map.of());
		MetadataRegistry written = new MetadataRegistry(new ServiceRegistryWriter<>(this.registry, registration), REALM,
				TIMEOUT, true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> String.valueOf(written.fault()).contains("cannot be changed"));
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		written.close().block(Duration.ofSeconds(5));
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
	}

	/** As after a refresh of the application's settings. */
	@Test
	void whenTheApplicationIsRegisteredAnewThenItsNodeIsAdvertisedAnew() {
		TestRegistry.Entry registration = new TestRegistry.Entry("orders", "1");
		this.registry.register(registration);
		MetadataRegistry written = new MetadataRegistry(new ServiceRegistryWriter<>(this.registry, registration), REALM,
				TIMEOUT, true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		registration.metadata().clear();
		this.registry.register(registration);
		assertThat(this.registry.metadata("orders", "1")).isEmpty();
		written.registered();
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(this.registry.metadata("orders", "1")).containsEntry("macula-node-id", "a"));
		written.close().block(Duration.ofSeconds(5));
	}

	/** Say, a class of its library is missing. */
	@Test
	void anErrorOfTheRegistryIsToldAndTriedAgain() {
		AtomicInteger writes = new AtomicInteger();
		MetadataRegistry written = new MetadataRegistry((metadata, registered) -> {
			if (writes.getAndIncrement() == 0) {
				throw new NoClassDefFoundError("a/b/C");
			}
		}, REALM, TIMEOUT, true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> String.valueOf(written.fault()).contains("a/b/C"));
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		assertThat(written.fault()).isNull();
		written.close().block(Duration.ofSeconds(5));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@ExtendWith(OutputCaptureExtension.class)
	void aRegistryThatHangsIsToldOnceAndTriedAgain(boolean deaf, CapturedOutput output) {
		CountDownLatch latch = new CountDownLatch(1);
		AtomicInteger writes = new AtomicInteger();
		MetadataRegistry written = new MetadataRegistry((metadata, registered) -> {
			if (writes.incrementAndGet() < 3) {
				TestRegistry.await(latch, deaf);
			}
		}, REALM, Duration.ofMillis(300), true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> written.fault() != null);
		assertThat(written.fault()).contains("has not answered for 300 ms",
				"macula.directory.discovery-client.timeout");
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		assertThat(written.fault()).isNull();
		assertThat(writes).hasValue(3);
		assertThat(output.getAll())
			.containsOnlyOnce("This node may not be advertised: the registry of this application");
		latch.countDown();
		written.close().block(Duration.ofSeconds(5));
	}

	@Test
	void aRegistryThatIsSlowIsBelievedWhenItAnswers() {
		CountDownLatch latch = new CountDownLatch(1);
		AtomicInteger writes = new AtomicInteger();
		MetadataRegistry written = new MetadataRegistry((metadata, registered) -> {
			writes.incrementAndGet();
			TestRegistry.await(latch, false);
		}, REALM, Duration.ofSeconds(1), true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> written.fault() != null);
		latch.countDown();
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		assertThat(written.fault()).isNull();
		assertThat(writes).hasValue(1);
		written.close().block(Duration.ofSeconds(5));
	}

	@Test
	void aRegistryThatHangsForEverTakesAFewThreadsOnly() {
		CountDownLatch latch = new CountDownLatch(1);
		AtomicInteger writes = new AtomicInteger();
		MetadataRegistry written = new MetadataRegistry((metadata, registered) -> {
			writes.incrementAndGet();
			TestRegistry.await(latch, true);
		}, REALM, Duration.ofMillis(100), true);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> writes.get() == 4);
		Awaitility.await().during(Duration.ofMillis(600)).until(() -> writes.get() == 4);
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		latch.countDown();
		Awaitility.await().until(() -> lease.state() == Lease.State.GRANTED);
		written.close().block(Duration.ofSeconds(5));
	}

	@Test
	void whatIsWithdrawnWhileTheRegistryHangsIsNotThereInTheEnd() {
		TestRegistry.Entry registration = new TestRegistry.Entry("orders", "1");
		MetadataRegistry written = new MetadataRegistry(new ServiceRegistryWriter<>(this.registry, registration), REALM,
				Duration.ofMillis(300), true);
		CountDownLatch latch = new CountDownLatch(1);
		this.registry.hang(latch);
		Lease lease = written.advertise(advertisement("a", 100));
		Awaitility.await().until(() -> written.fault() != null);
		written.close().block(Duration.ofSeconds(5));
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(written.fault()).isNull();
		latch.countDown();
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(this.registry.metadata("orders", "1")).containsEntry("macula-services", ""));
	}

	private SpringCloudEngine open(Duration interval, Map<ServiceName, List<String>> applications) {
		DiscoverySettings settings = new DiscoverySettings(REALM, interval, Duration.ofMillis(500), applications, 0,
				Duration.ofSeconds(3), true);
		SpringCloudEngine opened = new SpringCloudEngine(ClientSource.of(this.registry, this.stale::get), settings,
				null, () -> {
				});
		this.engine = opened;
		opened.directory().watch(ORDERS).subscribe(this.seen::set);
		opened.start(null);
		return opened;
	}

	private void await(String... expected) {
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.seen.get()).isNotNull();
			assertThat(ids()).containsExactly(expected);
		});
	}

	private List<String> ids() {
		Snapshot snapshot = this.seen.get();
		return (snapshot != null) ? snapshot.instances().stream().map(Instance::nodeId).toList() : List.of();
	}

	private static Map<String, String> node(String nodeId) {
		return DiscoveryMetadata.write(advertisement(nodeId, 100), REALM);
	}

	private static Advertisement advertisement(String nodeId, int weight) {
		return new Advertisement(new Instance(nodeId, 1, new Endpoint("10.0.0.1", 9443), null, 0, weight, Map.of()),
				Set.of(ORDERS), Duration.ofSeconds(3));
	}

}
