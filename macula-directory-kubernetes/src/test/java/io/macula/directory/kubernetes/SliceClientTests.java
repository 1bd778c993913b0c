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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import io.fabric8.mockwebserver.http.MockResponse;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class SliceClientTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private MockApi api;

	private final List<DirectoryEngine> engines = new ArrayList<>();

	@BeforeEach
	void open() throws IOException {
		this.api = MockApi.crud();
	}

	@AfterEach
	void close() throws IOException {
		this.engines.forEach((engine) -> engine.close().block(SOON));
		this.api.close();
	}

	private KubernetesEngine engine() {
		KubernetesEngine engine = this.api.engine();
		this.engines.add(engine);
		engine.start(null);
		return engine;
	}

	private long lists() {
		return this.api.requests()
			.stream()
			.filter((path) -> path.contains("limit=500") && path.contains("labelSelector"))
			.count();
	}

	/** Those that were asked for; the last one is open a moment later. */
	private long watches() {
		return this.api.requests().stream().filter((path) -> path.contains("watch=true")).count();
	}

	@Test
	void onlyTheSlicesOfTheServiceAreAskedFor() {
		this.api.put(Slices.of("s-1", "one").carrying("test.orders").pod("a", "10.0.0.1"));
		this.api.put(Slices.of("s-2", "two").carrying("test.other").pod("b", "10.0.0.2"));
		Seen seen = new Seen(engine(), "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> watches() == 1);
		assertThat(this.api.requests().stream().filter((path) -> path.contains("labelSelector"))).isNotEmpty()
			.allMatch((path) -> path.contains("labelSelector=service.macula.io%2Ftest.orders"))
			.anyMatch((path) -> path.contains("watch=true") && path.contains("allowWatchBookmarks=true"));
	}

	@Test
	void aServiceWithoutLabelsCarriesWhatHasItsName() {
		this.api.put(Slices.of("s-1", "orders").pod("a", "10.0.0.1"));
		this.api.put(Slices.of("s-2", "renamed").carrying("orders").pod("b", "10.0.0.2"));
		this.api.put(Slices.of("s-3", "orders").label("macula.io/realm", "other").pod("c", "10.0.0.3"));
		Seen seen = new Seen(engine(), "orders");
		seen.await("a", "b");
		this.api.put(Slices.of("s-1", "orders").carrying("something.else").pod("a", "10.0.0.1"));
		seen.await("b");
	}

	/** As one whose connection is dead though nobody said so. */
	@ParameterizedTest
	@ValueSource(strings = { "kubernetes.io%2Fservice-name", "service.macula.io%2Forders" })
	void whatBothSelectorsSelectIsTakenFromTheWatchThatIsAhead(String silent) {
		this.api.put(Slices.of("s-1", "orders").carrying("orders").pod("a", "10.0.0.1"));
		this.api
			.answer((path) -> (path.contains("watch=true") && path.contains(silent)) ? MockApi.silentWatch() : null);
		Seen seen = new Seen(engine(), "orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> watches() == 2);
		this.api.put(Slices.of("s-1", "orders").carrying("orders").pod("a", "10.0.0.1").pod("b", "10.0.0.2"));
		seen.await("a", "b");
	}

	@Test
	void aWatchThatEndsGoesOnWhereItWas() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		AtomicInteger left = new AtomicInteger(1);
		this.api.answer(
				(path) -> path.contains("watch=true") && left.getAndDecrement() > 0 ? MockApi.watchThatEnds() : null);
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> watches() == 2);
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		seen.await("a", "b");
		assertThat(lists()).as("listed once").isOne();
		assertThat(engine.trouble()).isNull();
	}

	@Test
	void whatGoesBetweenTheListAndTheWatchIsNotMissed() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		AtomicInteger left = new AtomicInteger(1);
		this.api.answer((path) -> {
			if (path.contains("watch=true") && left.getAndDecrement() > 0) {
				this.api.deleteNow("s-1");
			}
			return null;
		});
		Seen seen = new Seen(engine(), "test.orders");
		seen.await("b");
		assertThat(lists()).as("listed once").isOne();
	}

	@Test
	void whenTheVersionIsForgottenThenAllIsListedAnew() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		AtomicInteger left = new AtomicInteger(1);
		this.api.answer((path) -> path.contains("watch=true") && left.getAndDecrement() > 0
				? MockApi.watchWithError(410, "too old resource version") : null);
		Seen seen = new Seen(engine(), "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> lists() == 2 && watches() == 2);
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		seen.await("a", "b");
	}

	@Test
	void whenTheVersionIsRefusedThenAllIsListedAnew() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		AtomicInteger left = new AtomicInteger(1);
		this.api.answer((path) -> path.contains("watch=true") && left.getAndDecrement() > 0
				? MockApi.status(410, "too old resource version") : null);
		Seen seen = new Seen(engine(), "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> lists() == 2 && watches() == 2);
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		seen.await("a", "b");
	}

	/**
	 * As one whose etcd was restored, or lost its data: it would tell nothing until it
	 * has counted as far.
	 */
	@Test
	void whenVersionsAreCountedAnewThenAllIsListedAnew() throws IOException {
		for (int i = 0; i < 20; i++) {
			this.api.put(Slices.of("noise", "x").carrying("test.noise").pod("n" + i, "10.0.0.1"));
		}
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		Seen seen = new Seen(engine(), "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> this.api.watching() == 1);
		// A watch that ends before it told anything is taken for one of a forgotten
		// version.
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("old", "10.0.0.2"));
		seen.await("a", "old");
		try (MockApi restored = MockApi.crud()) {
			restored.put(Slices.of("s-1", "x").carrying("test.orders").pod("b", "10.0.0.2"));
			this.api.gate().lead(restored.port());
			seen.await("b");
			restored.put(Slices.of("s-2", "x").carrying("test.orders").pod("c", "10.0.0.3"));
			seen.await("b", "c");
			this.api.gate().lead(this.api.port());
		}
	}

	@Test
	void aSlipInALabelTakesNoPodAway() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		seen.await("a");
		this.api.put(Slices.of("s-1", "x")
			.carrying("test.orders")
			.label("macula.io/weight", "O.5")
			.pod("a", "10.0.0.1")
			.pod("b", "10.0.0.2"));
		seen.await("a", "b");
		assertThat(fault(engine)).contains("label macula.io/weight is 'O.5'", "100 is taken");
	}

	@Test
	void whoMayNotReadIsToldWhatIsMissing() {
		this.api.answer((path) -> path.contains("labelSelector") ? MockApi.status(403,
				"endpointslices.discovery.k8s.io is forbidden: User system:serviceaccount:shop:default cannot list")
				: null);
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		Awaitility.await().atMost(SOON).until(() -> engine.obstacle() != null);
		assertThat(engine.obstacle().code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(engine.obstacle().message()).contains(
				"not allowed to list endpointslices.discovery.k8s.io in namespace 'shop'", "Role and RoleBinding",
				"system:serviceaccount:shop:default");
		Awaitility.await().atMost(SOON).until(() -> engine.trouble() != null);
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		this.api.answer((path) -> null);
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> engine.obstacle() == null && engine.trouble() == null);
	}

	@Test
	void whoIsNotKnownIsTold() {
		this.api.answer((path) -> path.contains("endpointslices") ? MockApi.status(401, "Unauthorized") : null);
		KubernetesEngine engine = engine();
		try (Seen seen = new Seen(engine, "test.orders")) {
			Awaitility.await().atMost(SOON).until(() -> engine.obstacle() != null);
			assertThat(engine.obstacle().code()).isEqualTo(Code.UNAUTHENTICATED);
			assertThat(engine.obstacle().message()).contains("does not accept the credentials");
			assertThat(seen.count()).isZero();
		}
	}

	@Test
	void afterAnOutageListsFollowAProbeSpread() {
		this.api.answer((path) -> path.contains("labelSelector") ? MockApi.status(503, "starting") : null);
		KubernetesEngine engine = engine();
		List<Seen> seen = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			seen.add(new Seen(engine, "test.s" + i));
		}
		Awaitility.await().atMost(SOON).until(() -> seen.stream().allMatch((each) -> asked(each, "").size() > 2));
		int before = this.api.asked().size();
		this.api.answer((path) -> null);
		Awaitility.await().atMost(SOON).until(() -> seen.stream().allMatch((each) -> each.count() > 0));
		List<Long> pauses = new ArrayList<>();
		for (Seen each : seen) {
			List<MockApi.Asked> probes = asked(each, "limit=1&");
			List<MockApi.Asked> lists = asked(each, "limit=500");
			pauses.add(lists.get(lists.size() - 1).nanos() - probes.get(probes.size() - 1).nanos());
		}
		assertThat(this.api.asked()).hasSizeGreaterThan(before);
		assertThat(pauses).allMatch((pause) -> pause > 0);
		assertThat(Collections.max(pauses) - Collections.min(pauses)).isGreaterThan(500_000_000L);
	}

	private List<MockApi.Asked> asked(Seen seen, String part) {
		String selector = "labelSelector=service.macula.io%2F" + seen.service() + "&";
		return this.api.asked()
			.stream()
			.filter((asked) -> asked.path().contains(selector) && asked.path().contains(part))
			.toList();
	}

	/** As of a proxy or a portal. */
	@ParameterizedTest
	@ValueSource(strings = { "", "null", "{}", "<html>Log in</html>",
			"{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"items\":null,\"metadata\":{}}",
			"{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"items\":[null],\"metadata\":{}}" })
	void anAnswerThatIsNoListIsToldAsSuch(String answer) {
		this.api.answer((path) -> path.contains("labelSelector")
				? new MockResponse().setResponseCode(200).setBody(answer) : null);
		KubernetesEngine engine = engine();
		try (Seen seen = new Seen(engine, "test.orders")) {
			Awaitility.await().atMost(SOON).until(() -> engine.trouble() != null);
			assertThat(engine.trouble())
				.contains("answers, but with no list of EndpointSlices: check that it is an API server")
				.doesNotContain("Cannot invoke");
			this.api.answer((path) -> null);
			seen.await();
		}
	}

	@Test
	void anApiServerThatIsNotThereIsTold() throws IOException {
		this.api.gate().close();
		KubernetesEngine engine = engine();
		try (Seen seen = new Seen(engine, "test.orders")) {
			Awaitility.await().atMost(SOON).until(() -> engine.trouble() != null);
			assertThat(engine.trouble())
				.contains("no answer from the API server at http://127.0.0.1:" + this.api.gate().port())
				.endsWith("connection refused");
			assertThat(engine.obstacle()).isNull();
			assertThat(seen.count()).isZero();
		}
	}

	@Test
	void aSliceOfNoUseIsSkippedAndShown() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		this.api.put(Slices.of("s-2", "x")
			.carrying("test.orders")
			.ports(Slices.port("http", "TCP", 80))
			.pod("b", "10.0.0.2"));
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		seen.await("a");
		assertThat(engine.state().fault()).contains("EndpointSlice 's-2' of Service 'x'");
		assertThat(engine.state().engines()).singleElement().satisfies((report) -> {
			assertThat(report.corruptRecords()).isOne();
			assertThat(report.details()).containsEntry("namespace", "shop").containsEntry("slices", "2");
		});
		this.api.delete("s-2");
		Awaitility.await().atMost(SOON).until(() -> engine.state().fault() == null);
	}

	@Test
	void whenTooManyPodsGoWithoutAWordThenTheyAreKept() {
		Slices slice = Slices.of("s-1", "x").carrying("test.orders");
		for (int i = 0; i < 5; i++) {
			slice.pod("p" + i, "10.0.0." + i);
		}
		this.api.put(slice);
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		seen.await("p0", "p1", "p2", "p3", "p4");
		this.api.delete("s-1");
		Awaitility.await().atMost(SOON).until(() -> engine.state().selfPreservation());
		seen.await("p0", "p1", "p2", "p3", "p4");
	}

	@Test
	void whenManyPodsAreNotReadyThenAllLeaveAtOnce() {
		Slices ready = Slices.of("s-1", "x").carrying("test.orders");
		Slices unready = Slices.of("s-1", "x").carrying("test.orders");
		for (int i = 0; i < 5; i++) {
			ready.pod("p" + i, "10.0.0." + i);
			unready.pod("p" + i, "p" + i + "-uid", "10.0.0." + i, false, false, false);
		}
		this.api.put(ready);
		KubernetesEngine engine = engine();
		Seen seen = new Seen(engine, "test.orders");
		seen.await("p0", "p1", "p2", "p3", "p4");
		this.api.put(unready);
		seen.await(Duration.ofSeconds(2));
		this.api.delete("s-1");
		assertThat(engine.state().selfPreservation()).isFalse();
	}

	private Lease advertise(KubernetesEngine engine, String... services) {
		Set<ServiceName> names = Set.copyOf(java.util.stream.Stream.of(services).map(ServiceName::new).toList());
		Instance self = new Instance("pod-a", 7, new Endpoint("10.0.0.1", 9443), null, 0, 100, Map.of());
		return engine.registry().advertise(new Advertisement(self, names, Duration.ofSeconds(15)));
	}

	@Test
	void furtherAddressesThatKubernetesDoesNotShowAreTold(CapturedOutput output) {
		Instance self = new Instance("pod-a", 7, new Endpoint("10.0.0.1", 9443), null, 0, 100, Map.of())
			.withFurther(List.of(new Endpoint("192.0.2.1", 30443)));
		engine().registry()
			.advertise(new Advertisement(self, Set.of(new ServiceName("test.orders")), Duration.ofSeconds(15)));
		assertThat(output.getAll().lines()).anyMatch((line) -> line.contains("[192.0.2.1:30443]")
				&& line.contains("macula.provider.further-addresses") && line.contains("label macula.io/host-port"));
	}

	private static @Nullable String fault(DirectoryEngine engine) {
		return engine.state().fault();
	}

	@Test
	void aProviderIsGrantedItsLeaseOnceItIsShownForAllItsServices() {
		KubernetesEngine engine = engine();
		Lease lease = advertise(engine, "test.orders", "test.stock");
		// What is known of one service is told before that of the other.
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(fault(engine)).contains("no Service of namespace 'shop' lists this node",
					"pod 'pod-a'", "label service.macula.io/test.orders", "label service.macula.io/test.stock"));
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
		this.api.put(Slices.of("s-1", "x")
			.carrying("test.orders", "test.stock", "test.gone")
			.pod("pod-a", "u", "10.0.0.1", false, false, false));
		Awaitility.await().atMost(SOON).until(() -> lease.state() == Lease.State.GRANTED);
		assertThat(fault(engine)).as("readiness may wait for the lease")
			.contains("Service 'x' says by its label service.macula.io/test.gone that this node serves test.gone");
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("pod-a", "u", "10.0.0.1", true, true, false));
		Awaitility.await().atMost(SOON).until(() -> lease.state() == Lease.State.PENDING);
		assertThat(fault(engine)).contains("service test.stock").doesNotContain("service test.orders");
		lease.withdraw().block(SOON);
		assertThat(lease.state()).isEqualTo(Lease.State.RELEASED);
		assertThat(fault(engine)).isNull();
	}

	/** What nobody was told of is not said to be missing. */
	@Test
	void aProviderThatWasToldNothingYetSaysNothingOfServices() {
		this.api.gate().cut();
		KubernetesEngine engine = engine();
		Lease lease = advertise(engine, "test.orders", "test.stock");
		Awaitility.await().atMost(SOON).until(() -> engine.trouble() != null);
		assertThat(fault(engine)).contains("no answer from the API server").doesNotContain("no Service of namespace");
		assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
	}

	@Test
	void whatIsAdvertisedAfterTheCloseIsReleased() {
		KubernetesEngine engine = engine();
		engine.close().block(SOON);
		assertThat(advertise(engine, "test.orders").state()).isEqualTo(Lease.State.RELEASED);
	}

	@Test
	void aNewAdvertisementReleasesTheOneBefore() {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("other-name", "10.0.0.1"));
		KubernetesEngine engine = engine();
		Lease first = advertise(engine, "test.orders");
		Awaitility.await().atMost(SOON).until(() -> first.state() == Lease.State.GRANTED);
		Lease second = advertise(engine, "test.orders");
		Awaitility.await().atMost(SOON).until(() -> second.state() == Lease.State.GRANTED);
		assertThat(first.state()).isEqualTo(Lease.State.RELEASED);
		engine.close().block(SOON);
		assertThat(second.state()).isEqualTo(Lease.State.RELEASED);
	}

}
