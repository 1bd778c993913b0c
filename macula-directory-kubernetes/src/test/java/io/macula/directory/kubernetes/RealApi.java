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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.macula.Realm;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import reactor.core.publisher.Mono;

/**
 * A real API server, whose kubeconfig is named by the system property
 * {@code engines.kubeconfig}, with a namespace that is taken away in the end.
 */
final class RealApi implements AutoCloseable {

	static final Duration SOON = Duration.ofSeconds(60);

	private static final Realm REALM = new Realm("test");

	private final String namespace = "macula-" + Long.toString(System.nanoTime(), 36);

	private final List<KubernetesEngine> engines = new CopyOnWriteArrayList<>();

	private final Config admin;

	private final ApiConnection connection;

	private RealApi(String kubeconfig) throws IOException {
		this.admin = Config.fromKubeconfig(null, Files.readString(Path.of(kubeconfig)), kubeconfig);
		this.connection = ApiConnection.open(this.admin, null);
		client().namespaces()
			.resource(new NamespaceBuilder().withNewMetadata().withName(this.namespace).endMetadata().build())
			.create();
		Awaitility.await()
			.atMost(SOON)
			.until(() -> client().serviceAccounts().inNamespace(this.namespace).withName("default").get() != null);
	}

	static RealApi open() throws IOException {
		String file = System.getProperty("engines.kubeconfig", "");
		Assumptions.assumeFalse(file.isEmpty(), "engines.kubeconfig names no kubeconfig of a real API server");
		return new RealApi(file);
	}

	Config admin() {
		return this.admin;
	}

	KubernetesClient client() {
		return this.connection.client();
	}

	String namespace() {
		return this.namespace;
	}

	NonNamespaceOperation<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> slices() {
		return client().discovery().v1().endpointSlices().inNamespace(this.namespace);
	}

	void awaitAnswer() {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.atMost(SOON)
			.ignoreExceptions()
			.until(() -> "ok".equals(client().raw("/readyz")));
	}

	KubernetesEngine engine() {
		return engine(this.admin);
	}

	KubernetesEngine engine(Config config) {
		KubernetesEngine engine = engine(config, REALM);
		this.engines.add(engine);
		engine.start(null);
		return engine;
	}

	/** Not started. */
	KubernetesEngine engine(Config config, Realm realm) {
		return new KubernetesEngine(new SliceClient(config, () -> null, this.namespace,
				new ServiceLabels(realm, Map.of()), new SliceReader("macula", AddressFamily.IPV4, null)));
	}

	/** An EndpointSlice that no controller takes away. */
	void slice(String pod, String address) {
		slices().resource(Slices.of(pod, "calculator").carrying("test.calculator").pod(pod, address).build()).create();
	}

	/** Where its pods are; those of an unknown node are taken away. */
	void node() {
		client().nodes()
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
	}

	void service(String name, String... carried) {
		Map<String, String> labels = new HashMap<>();
		for (String service : carried) {
			labels.put(ServiceLabels.SERVICE + service, "");
		}
		client().services()
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

	void pod(String app, String name, String address) {
		client().pods()
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
	void ready(String name, String address, boolean ready) {
		client().pods().inNamespace(this.namespace).withName(name).editStatus((pod) -> {
			pod.setStatus(new PodStatusBuilder().withPhase("Running")
				.withPodIP(address)
				.addNewPodIP(address)
				.withConditions(
						new PodConditionBuilder().withType("Ready").withStatus(ready ? "True" : "False").build())
				.build());
			return pod;
		});
	}

	@Override
	public void close() {
		Mono.when(this.engines.stream().map(KubernetesEngine::close).toList()).block(SOON);
		awaitAnswer();
		client().nodes().withName(this.namespace).delete();
		client().namespaces().withName(this.namespace).delete();
		this.connection.close();
	}

}
