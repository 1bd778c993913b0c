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
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
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
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

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

	private final @Nullable SslBundle trust;

	private MockApi(boolean https) throws IOException {
		MockWebServer web = new MockWebServer();
		// The JDK's client would take the offer, and the frames that follow are now and
		// then not as it expects.
		web.setHttp2ClearTextEnabled(false);
		this.script = new Script();
		this.server = new KubernetesMockServer(new Context(), web, new HashMap<ServerRequest, Queue<ServerResponse>>(),
				this.script, https);
		this.server.init();
		this.trust = https ? trust(web.getSelfSignedCertificate().certificatePath()) : null;
		this.gate = new TcpGate(this.server.getPort());
		this.connection = ApiConnection.open(config(this.server.getPort()), this.trust);
	}

	static MockApi crud() throws IOException {
		return new MockApi(false);
	}

	static MockApi https() throws IOException {
		MockApi api = new MockApi(true);
		// The first handshake of a runtime may take longer than a client waits.
		Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> api.slices().list() != null);
		return api;
	}

	private static SslBundle trust(String certificate) {
		return SslBundle.of(new PemSslStoreBundle(null,
				PemSslStoreDetails.forCertificate(Path.of(certificate).toUri().toString())));
	}

	/** What a client must trust; only over TLS. */
	SslBundle trust() {
		return Objects.requireNonNull(this.trust);
	}

	/** Answers instead of the server, if it wants to. */
	void answer(Function<String, @Nullable MockResponse> answers) {
		this.script.answers = (request) -> answers.apply(request.getPath());
	}

	/** Lets nobody read by a selector whose bearer token is another one. */
	void onlyFor(String token) {
		this.script.answers = (request) -> (request.getPath().contains("labelSelector")
				&& !("Bearer " + token).equals(request.getHeader("Authorization"))) ? status(401, "Unauthorized")
						: null;
	}

	/** Takes an EndpointSlice away at this very moment, on behalf of nobody. */
	void deleteNow(String name) {
		this.script.handleDelete("/apis/discovery.k8s.io/v1/namespaces/" + NAMESPACE + "/endpointslices/" + name);
	}

	/** The paths of all requests for EndpointSlices so far. */
	List<String> requests() {
		return this.script.requests.stream().map(Asked::path).toList();
	}

	/** All requests for EndpointSlices so far. */
	List<Asked> asked() {
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

	/** A watch that is open, and never tells anything. */
	static MockResponse silentWatch() {
		return new MockResponse().withWebSocketUpgrade(new WebSocketListener() {

			@Override
			public void onClosing(WebSocket closing, int code, String reason) {
				closing.close(code, reason);
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

	/** How many watches are open. */
	int watching() {
		return this.script.watching();
	}

	/** Of the API server itself. */
	int port() {
		return this.server.getPort();
	}

	TcpGate gate() {
		return this.gate;
	}

	KubernetesClient client() {
		return this.connection.client();
	}

	NonNamespaceOperation<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> slices() {
		return client().discovery().v1().endpointSlices().inNamespace(NAMESPACE);
	}

	void put(Slices slice) {
		slices().resource(slice.build()).createOr((present) -> present.update());
	}

	void delete(String name) {
		slices().withName(name).delete();
	}

	SliceClient sliceClient(Map<String, String> mapped) {
		return new SliceClient(config(this.gate.port()), () -> null, NAMESPACE, new ServiceLabels(REALM, mapped),
				new SliceReader("macula", AddressFamily.IPV4, null));
	}

	KubernetesEngine engine() {
		return new KubernetesEngine(sliceClient(Map.of()));
	}

	/** Of the API server, behind the gate. */
	String url() {
		return ((this.trust != null) ? "https" : "http") + "://127.0.0.1:" + this.gate.port() + "/";
	}

	private Config config(int port) {
		return config(((this.trust != null) ? "https" : "http") + "://127.0.0.1:" + port + "/");
	}

	static Config config(String url) {
		return new ConfigBuilder(Config.empty()).withMasterUrl(url).build();
	}

	/* The server waits for 10 seconds for those who do not end their watches. */
	@Override
	public void close() throws IOException {
		this.gate.close();
		this.connection.close();
		this.server.destroy();
	}

	/** One request, and when it was answered. */
	record Asked(String path, long nanos) {

	}

	/** Keeps what it is given, unless it was told what to answer. */
	private static final class Script extends VersionedCrud {

		private final Queue<Asked> requests = new ConcurrentLinkedQueue<>();

		private volatile Function<RecordedRequest, @Nullable MockResponse> answers = (request) -> null;

		@Override
		public MockResponse dispatch(RecordedRequest request) {
			MockResponse answer = this.answers.apply(request);
			MockResponse given = (answer != null) ? answer : super.dispatch(request);
			this.requests.add(new Asked(request.getPath(), System.nanoTime()));
			return given;
		}

	}

}
