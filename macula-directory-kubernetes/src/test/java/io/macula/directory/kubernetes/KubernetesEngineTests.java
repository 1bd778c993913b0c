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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.Lease;
import io.macula.directory.tck.Figures;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static io.macula.directory.kubernetes.RealApi.SOON;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The engine {@code kubernetes} against a real API server, whose kubeconfig is named by
 * the system property {@code engines.kubeconfig}; run by {@code scripts/engines.sh}.
 */
@Tag("engines")
@Timeout(900)
class KubernetesEngineTests {

	@RegisterExtension
	final Figures figures = Figures.of("kubernetes");

	private RealApi api;

	@BeforeEach
	void open() throws IOException {
		this.api = RealApi.open();
	}

	@AfterEach
	void close() {
		if (this.api != null) {
			this.api.close();
		}
	}

	@Test
	void podsOfTheRealController() {
		this.api.node();
		this.api.service("calculator", "test.calculator", "test.other");
		KubernetesEngine engine = this.api.engine();
		Seen seen = new Seen(engine, "test.calculator");
		seen.await(SOON);
		this.api.pod("calculator", "calc-0", "10.1.0.1");
		this.api.pod("calculator", "calc-1", "10.1.0.2");
		seen.await(SOON, "calc-0", "calc-1");
		long begin = System.nanoTime();
		this.api.ready("calc-0", "10.1.0.1", false);
		seen.await(SOON, "calc-1");
		long unready = Figures.millisSince(begin);
		this.figures.row("pod that is not ready leaves", "< 2 s", unready + " ms", unready < 2000);
		this.api.ready("calc-0", "10.1.0.1", true);
		seen.await(SOON, "calc-0", "calc-1");
		begin = System.nanoTime();
		this.api.client().pods().inNamespace(this.api.namespace()).withName("calc-1").delete();
		seen.await(SOON, "calc-0");
		long ending = Figures.millisSince(begin);
		this.figures.row("pod that ends (grace period of 30 s) leaves", "< 2 s", ending + " ms", ending < 2000);
		Lease lease = engine.registry()
			.advertise(
					new Advertisement(new Instance("calc-0", 1, new Endpoint("10.1.0.1", 9443), null, 0, 100, Map.of()),
							Set.of(new ServiceName("test.calculator"), new ServiceName("test.missing")),
							Duration.ofSeconds(15)));
		Awaitility.await()
			.atMost(SOON)
			.until(() -> String.valueOf(engine.state().fault()).contains("service test.missing (expected a Service")
					&& engine.state().fault().contains("label service.macula.io/test.other"));
		this.figures.row("provider that does not match its Service", "is told", engine.state().fault(),
				lease.state() == Lease.State.PENDING);
		lease.withdraw().block(SOON);
	}

	@Test
	void rightsRefusedAndGranted() {
		this.api.client()
			.serviceAccounts()
			.inNamespace(this.api.namespace())
			.resource(new ServiceAccountBuilder().withNewMetadata().withName("orders").endMetadata().build())
			.create();
		String token = this.api.client()
			.serviceAccounts()
			.inNamespace(this.api.namespace())
			.withName("orders")
			.tokenRequest(new TokenRequestBuilder().withNewSpec().withExpirationSeconds(3600L).endSpec().build())
			.getStatus()
			.getToken();
		Config plain = new ConfigBuilder(Config.empty()).withMasterUrl(this.api.admin().getMasterUrl())
			.withCaCertFile(this.api.admin().getCaCertFile())
			.withOauthToken(token)
			.build();
		this.api.slice("calc-0", "10.1.0.1");
		KubernetesEngine engine = this.api.engine(plain);
		Seen seen = new Seen(engine, "test.calculator");
		Awaitility.await().atMost(SOON).until(() -> engine.obstacle() != null);
		assertThat(engine.obstacle().code()).isEqualTo(Code.PERMISSION_DENIED);
		this.figures.row("no right to read", "names verb, resource and namespace", engine.obstacle().message(), engine
			.obstacle()
			.message()
			.contains(
					"not allowed to list endpointslices.discovery.k8s.io in namespace '" + this.api.namespace() + "'"));
		grant("list");
		Awaitility.await()
			.atMost(SOON)
			.until(() -> engine.obstacle() != null
					&& engine.obstacle().message().contains("not allowed to watch endpointslices.discovery.k8s.io"));
		this.figures.row("right to list, none to watch", "names verb, resource and namespace",
				engine.obstacle().message(), true);
		this.api.client().rbac().roles().inNamespace(this.api.namespace()).withName("read").delete();
		this.api.client().rbac().roleBindings().inNamespace(this.api.namespace()).withName("read").delete();
		long begin = System.nanoTime();
		grant("list", "watch");
		// It was listed before.
		this.api.slice("calc-1", "10.1.0.2");
		seen.await(SOON, "calc-0", "calc-1");
		Awaitility.await()
			.atMost(SOON)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> engine.obstacle() == null && engine.trouble() == null);
		long granted = Figures.millisSince(begin);
		this.figures.row("rights granted", "< 10 s without a restart", granted + " ms", granted < 10_000);
		Config unknown = new ConfigBuilder(plain).withOauthToken("nobody").build();
		KubernetesEngine stranger = this.api.engine(unknown);
		Seen nothing = new Seen(stranger, "test.calculator");
		Awaitility.await().atMost(SOON).until(() -> stranger.obstacle() != null);
		this.figures.row("wrong token", "UNAUTHENTICATED", stranger.obstacle().code(),
				stranger.obstacle().code() == Code.UNAUTHENTICATED && nothing.count() == 0);
	}

	private void grant(String... verbs) {
		this.api.client()
			.rbac()
			.roles()
			.inNamespace(this.api.namespace())
			.resource(new RoleBuilder().withNewMetadata()
				.withName("read")
				.endMetadata()
				.addNewRule()
				.withApiGroups("discovery.k8s.io")
				.withResources("endpointslices")
				.withVerbs(verbs)
				.endRule()
				.build())
			.create();
		this.api.client()
			.rbac()
			.roleBindings()
			.inNamespace(this.api.namespace())
			.resource(new RoleBindingBuilder().withNewMetadata()
				.withName("read")
				.endMetadata()
				.withNewRoleRef("rbac.authorization.k8s.io", "Role", "read")
				.addNewSubject("", "ServiceAccount", "orders", this.api.namespace())
				.build())
			.create();
	}

	@Test
	void tenThousandEndpoints() {
		// 500 nodes with 20 services each, 100 endpoints a slice as the controller makes
		// them.
		for (int service = 0; service < 20; service++) {
			for (int part = 0; part < 5; part++) {
				Slices slice = Slices.of("s-" + service + "-" + part, "svc-" + service).carrying("test.s" + service);
				for (int i = 0; i < 100; i++) {
					int pod = part * 100 + i;
					slice.pod("pod-" + pod, "10.2." + pod / 250 + "." + (pod % 250 + 1));
				}
				this.api.slices().resource(slice.build()).create();
			}
		}
		load(this.api.engine(), 20);
		KubernetesEngine all = this.api.engine();
		new Seen(all, "test.connect").await(SOON);
		long whole = load(all, 20);
		this.figures.row("10,000 endpoints loaded by a fresh client after connect", "< 1 s", whole + " ms",
				whole < 1000);
		KubernetesEngine few = this.api.engine();
		new Seen(few, "test.connect").await(SOON);
		long three = load(few, 3);
		this.figures.row("a client of 3 services loads only theirs", "< 200 ms",
				three + " ms, " + few.state().nodes() + " nodes", three < 200);
	}

	private static long load(KubernetesEngine engine, int services) {
		long begin = System.nanoTime();
		List<Seen> seen = new ArrayList<>();
		for (int i = 0; i < services; i++) {
			seen.add(new Seen(engine, "test.s" + i));
		}
		Awaitility.await()
			.atMost(SOON)
			.pollInterval(Duration.ofMillis(2))
			.until(() -> seen.stream().allMatch((one) -> one.size() == 500));
		return Figures.millisSince(begin);
	}

	/* As many streams as so many clients have; their connections are shared by some. */
	@Test
	void graceIsKnownToAThousandWatchers() throws Exception {
		this.api.slice("calc-0", "10.1.0.1");
		this.api.slice("calc-1", "10.1.0.2");
		List<Seen> watchers = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			watchers.add(new Seen(this.api.engine(), "test.calculator"));
		}
		try (WatchStreams streams = WatchStreams.open(this.api, "test.calculator", 10, 95)) {
			all(watchers, List.of("calc-0", "calc-1"));
			long begin = System.nanoTime();
			this.api.slices().withName("calc-1").edit((slice) -> {
				slice.getEndpoints().get(0).getConditions().setReady(false);
				slice.getEndpoints().get(0).getConditions().setTerminating(true);
				return slice;
			});
			all(watchers, List.of("calc-0"));
			streams.awaitTold();
			long known = Figures.millisSince(begin);
			this.figures.row(
					"graceful change known to 1,000 watchers (simulated: 50 engines, and 950 streams of 10 clients)",
					"< 1 s", known + " ms", known < 1000);
		}
	}

	private static void all(List<Seen> watchers, List<String> ids) {
		Awaitility.await()
			.atMost(SOON)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> watchers.stream().allMatch((one) -> one.ids().equals(ids)));
	}

	/*
	 * From the moment at which Kubernetes knows: how soon a kubelet sees that a process
	 * has ended, and the control plane that a machine has, is set there. Enough of them
	 * stay that those which are lost are never taken for a loss of many at once.
	 */
	@Test
	void killedPod() {
		this.api.node();
		this.api.service("calculator", "test.calculator");
		int times = Figures.SHORT ? 5 : 20;
		List<String> staying = new ArrayList<>();
		for (int i = 1; i <= 8 * times; i++) {
			staying.add("calc-%03d".formatted(i));
			this.api.pod("calculator", staying.get(i - 1), "10.1.0." + i);
		}
		List<Seen> watchers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			watchers.add(new Seen(this.api.engine(), "test.calculator"));
		}
		long worst = 0;
		for (int i = 1; i <= times; i++) {
			String pod = "calc-killed-" + i;
			this.api.pod("calculator", pod, "10.1.1." + i);
			all(watchers, Stream.concat(staying.stream(), Stream.of(pod)).toList());
			long begin = System.nanoTime();
			this.api.client().pods().inNamespace(this.api.namespace()).withName(pod).withGracePeriod(0).delete();
			all(watchers, staying);
			worst = Math.max(worst, Figures.millisSince(begin));
		}
		this.figures.row(
				"killed instance (pod deleted by force, one of " + (staying.size() + 1)
						+ ") leaves every snapshot of 10 engines (there are no leases; the worst of " + times + ")",
				"<= 3 s", worst + " ms", worst <= 3000);
	}

	@Test
	void massLoss() {
		for (int part = 0; part < 2; part++) {
			Slices slice = Slices.of("s-" + part, "calculator").carrying("test.calculator");
			for (int i = 0; i < 10; i++) {
				slice.pod("calc-" + part + "-" + i, "10.1." + part + "." + (i + 1));
			}
			this.api.slices().resource(slice.build()).create();
		}
		KubernetesEngine engine = this.api.engine();
		Seen seen = new Seen(engine, "test.calculator");
		Awaitility.await().atMost(SOON).until(() -> seen.size() == 20);
		this.api.slices().withName("s-1").delete();
		Awaitility.await().atMost(SOON).until(() -> engine.state().selfPreservation());
		this.figures.row("half of 20 endpoints gone at once, without a word: instances in snapshots",
				"all 20, and said", seen.size() + ", overdue " + engine.state().overdue().size(), seen.size() == 20);
	}

}
