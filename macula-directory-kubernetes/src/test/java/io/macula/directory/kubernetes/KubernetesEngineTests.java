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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The engine {@code kubernetes} against a real API server, whose kubeconfig is named by
 * the system property {@code engines.kubeconfig}; run by {@code scripts/engines.sh}.
 * Where files with the process ids of the control plane are beside it, these processes
 * are stopped and started, too.
 */
@Tag("engines")
class KubernetesEngineTests {

	private static final Duration SOON = Duration.ofSeconds(60);

	private final List<KubernetesEngine> engines = new ArrayList<>();

	private final String namespace = "macula-" + Long.toString(System.nanoTime(), 36);

	private Config admin;

	private ApiConnection connection;

	private KubernetesClient client;

	@BeforeEach
	void open() throws IOException {
		String file = System.getProperty("engines.kubeconfig", "");
		Assumptions.assumeFalse(file.isEmpty(), "engines.kubeconfig names no kubeconfig of a real API server");
		this.admin = Config.fromKubeconfig(null, Files.readString(Path.of(file)), file);
		this.connection = ApiConnection.open(this.admin, null);
		this.client = this.connection.client();
		this.client.namespaces()
			.resource(new NamespaceBuilder().withNewMetadata().withName(this.namespace).endMetadata().build())
			.create();
		Awaitility.await()
			.atMost(SOON)
			.until(() -> this.client.serviceAccounts().inNamespace(this.namespace).withName("default").get() != null);
	}

	@AfterEach
	void close() {
		this.engines.forEach((engine) -> engine.close().block(SOON));
		if (this.connection != null) {
			this.client.nodes().withName(this.namespace).delete();
			this.client.namespaces().withName(this.namespace).delete();
			this.connection.close();
		}
	}

	private KubernetesEngine engine(Config config) {
		KubernetesEngine engine = new KubernetesEngine(new SliceClient(config, () -> null, this.namespace,
				new ServiceLabels(new Realm("test"), Map.of()),
				new SliceReader("macula", AddressFamily.IPV4, null)));
		this.engines.add(engine);
		engine.start(null);
		return engine;
	}

	private void service(String name, String... carried) {
		Map<String, String> labels = new java.util.HashMap<>();
		for (String service : carried) {
			labels.put(ServiceLabels.SERVICE + service, "");
		}
		this.client.services()
			.inNamespace(this.namespace)
			.resource(new ServiceBuilder().withNewMetadata()
				.withName(name)
				.withLabels(labels)
				.endMetadata()
				.withNewSpec()
				.withClusterIP("None")
				.withSelector(Map.of("app", name))
				.addNewPort()
				.withName("macula")
				.withPort(9443)
				.withProtocol("UDP")
				.endPort()
				.endSpec()
				.build())
			.create();
	}

	private void pod(String app, String name, String address) {
		this.client.pods()
			.inNamespace(this.namespace)
			.resource(new PodBuilder().withNewMetadata()
				.withName(name)
				.withLabels(Map.of("app", app))
				.endMetadata()
				.withNewSpec()
				.withNodeName(this.namespace)
				.withTerminationGracePeriodSeconds(30L)
				.addNewContainer()
				.withName("c")
				.withImage("x")
				.endContainer()
				.endSpec()
				.build())
			.create();
		ready(name, address, true);
	}

	/** Plays the kubelet. */
	private void ready(String name, String address, boolean ready) {
		this.client.pods().inNamespace(this.namespace).withName(name).editStatus((pod) -> {
			pod.setStatus(new io.fabric8.kubernetes.api.model.PodStatusBuilder().withPhase("Running")
				.withPodIP(address)
				.addNewPodIP(address)
				.withConditions(
						new PodConditionBuilder().withType("Ready").withStatus(ready ? "True" : "False").build())
				.build());
			return pod;
		});
	}

	private static void row(String what, String bound, Object figure, boolean ok) {
		System.out
			.println("ENGINE-ROW|kubernetes|" + what + "|" + bound + "|" + figure + "|" + (ok ? "holds" : "FAILS"));
		assertThat(ok).as("%s: %s, expected %s", what, figure, bound).isTrue();
	}

	private static long millis(long begin) {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
	}

	@Test
	void podsOfTheRealController() {
		// Pods of an unknown node are taken away.
		this.client.nodes()
			.resource(new NodeBuilder().withNewMetadata()
				.withName(this.namespace)
				.endMetadata()
				.withNewStatus()
				.addNewCondition()
				.withType("Ready")
				.withStatus("True")
				.endCondition()
				.endStatus()
				.build())
			.create();
		service("calculator", "test.calculator", "test.other");
		KubernetesEngine engine = engine(this.admin);
		Seen seen = new Seen(engine, "test.calculator");
		seen.await(SOON);
		pod("calculator", "calc-0", "10.1.0.1");
		pod("calculator", "calc-1", "10.1.0.2");
		seen.await(SOON, "calc-0", "calc-1");
		long begin = System.nanoTime();
		ready("calc-0", "10.1.0.1", false);
		seen.await(SOON, "calc-1");
		long unready = millis(begin);
		row("pod that is not ready leaves", "< 2 s", unready + " ms", unready < 2000);
		ready("calc-0", "10.1.0.1", true);
		seen.await(SOON, "calc-0", "calc-1");
		begin = System.nanoTime();
		this.client.pods().inNamespace(this.namespace).withName("calc-1").delete();
		seen.await(SOON, "calc-0");
		long ending = millis(begin);
		row("pod that ends (grace period of 30 s) leaves", "< 2 s", ending + " ms", ending < 2000);
		Lease lease = engine.registry()
			.advertise(
					new Advertisement(new Instance("calc-0", 1, new Endpoint("10.1.0.1", 9443), null, 0, 100, Map.of()),
							Set.of(new ServiceName("test.calculator"), new ServiceName("test.missing")),
							Duration.ofSeconds(15)));
		Awaitility.await()
			.atMost(SOON)
			.until(() -> String.valueOf(engine.state().fault()).contains("service test.missing (expected a Service")
					&& engine.state().fault().contains("label service.macula.io/test.other"));
		row("provider that does not match its Service", "is told", engine.state().fault(),
				lease.state() == Lease.State.PENDING);
		lease.withdraw().block(SOON);
	}

	@Test
	void rightsRefusedAndGranted() {
		this.client.serviceAccounts()
			.inNamespace(this.namespace)
			.resource(new ServiceAccountBuilder().withNewMetadata().withName("orders").endMetadata().build())
			.create();
		String token = this.client.serviceAccounts()
			.inNamespace(this.namespace)
			.withName("orders")
			.tokenRequest(new TokenRequestBuilder().withNewSpec().withExpirationSeconds(3600L).endSpec().build())
			.getStatus()
			.getToken();
		Config plain = new ConfigBuilder(Config.empty()).withMasterUrl(this.admin.getMasterUrl())
			.withCaCertFile(this.admin.getCaCertFile())
			.withOauthToken(token)
			.build();
		slice("calc-0", "10.1.0.1");
		KubernetesEngine engine = engine(plain);
		Seen seen = new Seen(engine, "test.calculator");
		Awaitility.await().atMost(SOON).until(() -> engine.obstacle() != null);
		assertThat(engine.obstacle().code()).isEqualTo(Code.PERMISSION_DENIED);
		row("no right to read", "names verb, resource and namespace", engine.obstacle().message(), engine.obstacle()
			.message()
			.contains("not allowed to list endpointslices.discovery.k8s.io in namespace '" + this.namespace + "'"));
		grant("list");
		Awaitility.await()
			.atMost(SOON)
			.until(() -> engine.obstacle() != null
					&& engine.obstacle().message().contains("not allowed to watch endpointslices.discovery.k8s.io"));
		row("right to list, none to watch", "names verb, resource and namespace", engine.obstacle().message(), true);
		this.client.rbac().roles().inNamespace(this.namespace).withName("read").delete();
		this.client.rbac().roleBindings().inNamespace(this.namespace).withName("read").delete();
		long begin = System.nanoTime();
		grant("list", "watch");
		seen.await(SOON, "calc-0");
		long granted = millis(begin);
		row("rights granted", "< 10 s without a restart", granted + " ms", granted < 10_000);
		Config unknown = new ConfigBuilder(plain).withOauthToken("nobody").build();
		KubernetesEngine stranger = engine(unknown);
		Seen nothing = new Seen(stranger, "test.calculator");
		Awaitility.await().atMost(SOON).until(() -> stranger.obstacle() != null);
		row("wrong token", "UNAUTHENTICATED", stranger.obstacle().code(),
				stranger.obstacle().code() == Code.UNAUTHENTICATED && nothing.count() == 0);
	}

	private void grant(String... verbs) {
		this.client.rbac()
			.roles()
			.inNamespace(this.namespace)
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
		this.client.rbac()
			.roleBindings()
			.inNamespace(this.namespace)
			.resource(new RoleBindingBuilder().withNewMetadata()
				.withName("read")
				.endMetadata()
				.withNewRoleRef("rbac.authorization.k8s.io", "Role", "read")
				.addNewSubject("", "ServiceAccount", "orders", this.namespace)
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
				this.client.discovery()
					.v1()
					.endpointSlices()
					.inNamespace(this.namespace)
					.resource(slice.build())
					.create();
			}
		}
		load(engine(this.admin), 20);
		KubernetesEngine all = engine(this.admin);
		new Seen(all, "test.connect").await(SOON);
		long whole = load(all, 20);
		row("10,000 endpoints loaded by a fresh client after connect", "< 1 s", whole + " ms", whole < 1000);
		KubernetesEngine few = engine(this.admin);
		new Seen(few, "test.connect").await(SOON);
		long three = load(few, 3);
		row("a client of 3 services loads only theirs", "< 200 ms", three + " ms, " + few.state().nodes() + " nodes",
				three < 200);
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
		return millis(begin);
	}

	@Test
	void graceIsKnownToAThousandWatchers() {
		slice("calc-0", "10.1.0.1");
		slice("calc-1", "10.1.0.2");
		List<Seen> watchers = new ArrayList<>();
		// 50 nodes, each with 20 clients: what each node asks of the API server is one
		// watch.
		for (int i = 0; i < 50; i++) {
			KubernetesEngine engine = engine(this.admin);
			for (int j = 0; j < 20; j++) {
				watchers.add(new Seen(engine, "test.calculator"));
			}
		}
		all(watchers, List.of("calc-0", "calc-1"));
		long begin = System.nanoTime();
		this.client.discovery().v1().endpointSlices().inNamespace(this.namespace).withName("calc-1").edit((slice) -> {
			slice.getEndpoints().get(0).getConditions().setReady(false);
			slice.getEndpoints().get(0).getConditions().setTerminating(true);
			return slice;
		});
		all(watchers, List.of("calc-0"));
		long known = millis(begin);
		row("graceful change known to 1,000 watchers of 50 nodes", "< 1 s", known + " ms", known < 1000);
	}

	private static void all(List<Seen> watchers, List<String> ids) {
		Awaitility.await()
			.atMost(SOON)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> watchers.stream().allMatch((one) -> one.ids().equals(ids)));
	}

	@Test
	void controlPlaneGone() throws Exception {
		Path run = Path.of(System.getProperty("engines.kubeconfig")).toAbsolutePath().getParent();
		Assumptions.assumeTrue(Files.exists(run.resolve("kube-apiserver.pid")),
				"no process ids of a control plane that may be stopped are beside the kubeconfig");
		Duration outage = Duration.ofSeconds(Boolean.getBoolean("engines.short") ? 20 : 120);
		// Without a kubelet the control plane takes its pods away in the long run: not
		// these.
		slice("calc-0", "10.1.0.1");
		KubernetesEngine engine = engine(this.admin);
		Seen seen = new Seen(engine, "test.calculator");
		seen.await(SOON, "calc-0");
		KubeProcess etcd = new KubeProcess(run, "etcd");
		KubeProcess api = new KubeProcess(run, "kube-apiserver");
		etcd.pause();
		long begin = System.nanoTime();
		pass(outage);
		boolean kept = seen.ids().equals(List.of("calc-0"));
		etcd.resume();
		row("etcd behind it stopped for " + outage.toSeconds() + " s", "snapshot stays", "kept: " + kept, kept);
		slice("calc-1", "10.1.0.2");
		seen.await(SOON, "calc-0", "calc-1");
		api.kill();
		Awaitility.await().atMost(SOON).until(() -> engine.trouble() != null);
		String trouble = engine.trouble();
		pass(outage);
		kept = seen.ids().equals(List.of("calc-0", "calc-1")) && engine.trouble() != null;
		row("API server killed for " + outage.toSeconds() + " s", "snapshot stays, trouble is told",
				"kept: " + kept + "; " + trouble, kept);
		KubernetesEngine late = engine(this.admin);
		Seen fresh = new Seen(late, "test.calculator");
		pass(Duration.ofSeconds(1));
		assertThat(fresh.count()).isZero();
		begin = System.nanoTime();
		api.start();
		Awaitility.await().atMost(SOON).until(() -> engine.trouble() == null);
		fresh.await(SOON, "calc-0", "calc-1");
		long back = millis(begin);
		row("API server started again", "in touch < 30 s, also who started meanwhile", back + " ms with its start",
				back < 30_000);
		Awaitility.await().atMost(SOON).ignoreExceptions().untilAsserted(() -> slice("calc-2", "10.1.0.3"));
		seen.await(SOON, "calc-0", "calc-1", "calc-2");
	}

	private void slice(String pod, String address) {
		this.client.discovery()
			.v1()
			.endpointSlices()
			.inNamespace(this.namespace)
			.resource(Slices.of(pod, "calculator").carrying("test.calculator").pod(pod, address).build())
			.create();
	}

	private static void pass(Duration duration) {
		Awaitility.await().pollDelay(duration).atMost(duration.plusSeconds(5)).until(() -> true);
	}

}
