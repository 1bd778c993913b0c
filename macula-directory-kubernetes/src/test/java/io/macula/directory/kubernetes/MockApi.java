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
import java.util.HashMap;
import java.util.Map;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.macula.Realm;

/**
 * An API server that keeps what it is given, behind a gate.
 */
final class MockApi implements AutoCloseable {

	static final String NAMESPACE = "shop";

	static final Realm REALM = new Realm("test");

	private final KubernetesMockServer server;

	private final ApiConnection connection;

	private final TcpGate gate;

	private MockApi(KubernetesMockServer server) throws IOException {
		this.server = server;
		server.init();
		this.connection = ApiConnection.open(config(server.getPort()), null);
		this.gate = new TcpGate(server.getPort());
	}

	static MockApi crud() throws IOException {
		return new MockApi(new KubernetesMockServer(new Context(), new MockWebServer(),
				new HashMap<ServerRequest, java.util.Queue<ServerResponse>>(), new KubernetesCrudDispatcher(), false));
	}

	/** One that answers as it is told. */
	static MockApi scripted() throws IOException {
		return new MockApi(new KubernetesMockServer(false));
	}

	KubernetesMockServer server() {
		return this.server;
	}

	TcpGate gate() {
		return this.gate;
	}

	KubernetesClient client() {
		return this.connection.client();
	}

	NonNamespaceOperation<EndpointSlice, ?, Resource<EndpointSlice>> slices() {
		return client().discovery().v1().endpointSlices().inNamespace(NAMESPACE);
	}

	void put(Slices slice) {
		slices().resource(slice.build()).createOr((present) -> present.update());
	}

	void delete(String name) {
		slices().withName(name).delete();
	}

	SliceClient sliceClient(Map<String, String> mapped) {
		Config config = config(this.gate.port());
		return new SliceClient(() -> ApiConnection.open(config, null), NAMESPACE, config.getMasterUrl(),
				new ServiceLabels(REALM, mapped), new SliceReader("macula", AddressFamily.IPV4, null));
	}

	KubernetesEngine engine() {
		return new KubernetesEngine(sliceClient(Map.of()));
	}

	static Config config(int port) {
		return new ConfigBuilder(Config.empty()).withMasterUrl("http://127.0.0.1:" + port + "/").build();
	}

	@Override
	public void close() {
		this.gate.close();
		this.connection.close();
		this.server.destroy();
	}

}
