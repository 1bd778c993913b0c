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
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

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
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import io.macula.Realm;
import org.jspecify.annotations.Nullable;

/**
 * An API server that keeps what it is given, behind a gate.
 */
final class MockApi implements AutoCloseable {

	static final String NAMESPACE = "shop";

	static final Realm REALM = new Realm("test");

	private final KubernetesMockServer server;

	private final ApiConnection connection;

	private final TcpGate gate;

	private final Script script;

	private MockApi(KubernetesMockServer server, Script script) throws IOException {
		this.server = server;
		this.script = script;
		server.init();
		this.connection = ApiConnection.open(config(server.getPort()), null);
		this.gate = new TcpGate(server.getPort());
	}

	static MockApi crud() throws IOException {
		Script script = new Script();
		return new MockApi(new KubernetesMockServer(new Context(), new MockWebServer(),
				new HashMap<ServerRequest, Queue<ServerResponse>>(), script, false), script);
	}

	/** Answers instead of the server, if it wants to. */
	void answer(Function<String, @Nullable MockResponse> answers) {
		this.script.answers = answers;
	}

	/** The paths of all requests for EndpointSlices so far. */
	List<String> requests() {
		return List.copyOf(this.script.requests);
	}

	static MockResponse status(int code, String message) {
		return new MockResponse().setResponseCode(code)
			.setHeader("Content-Type", "application/json")
			.setBody(statusText(code, message));
	}

	/** A watch that the API server ends, as it does with each after a while. */
	static MockResponse watchThatEnds() {
		return new MockResponse().withWebSocketUpgrade(new WebSocketListener() {

			@Override
			public void onOpen(WebSocket socket, Response response) {
				// One that ends at once without a word is taken for one of a forgotten
				// version.
				socket.send("{\"type\":\"BOOKMARK\",\"object\":{\"apiVersion\":\"discovery.k8s.io/v1\","
						+ "\"kind\":\"EndpointSlice\",\"metadata\":{\"resourceVersion\":\"1\"}}}");
				socket.close(1000, "timeout");
			}

		});
	}

	/** A watch that is accepted, and says at once that it is over. */
	static MockResponse watchWithError(int code, String message) {
		return new MockResponse().withWebSocketUpgrade(new WebSocketListener() {

			@Override
			public void onOpen(WebSocket socket, Response response) {
				socket.send("{\"type\":\"ERROR\",\"object\":" + statusText(code, message) + "}");
			}

		});
	}

	private static String statusText(int code, String message) {
		return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"" + message
				+ "\",\"code\":" + code + "}";
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
	public void close() throws IOException {
		this.connection.close();
		this.server.destroy();
		this.gate.close();
	}

	/** Keeps what it is given, unless it was told what to answer. */
	private static final class Script extends KubernetesCrudDispatcher {

		private final Queue<String> requests = new ConcurrentLinkedQueue<>();

		private volatile Function<String, @Nullable MockResponse> answers = (path) -> null;

		@Override
		public MockResponse dispatch(RecordedRequest request) {
			MockResponse answer = this.answers.apply(request.getPath());
			MockResponse given = (answer != null) ? answer : super.dispatch(request);
			this.requests.add(request.getPath());
			return given;
		}

	}

}
