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

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLContext;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import org.awaitility.Awaitility;

/**
 * Watches of EndpointSlices as streams of a few HTTP/2 connections, in place of as many
 * clients.
 */
final class WatchStreams implements AutoCloseable {

	/** What each of them waits for. */
	private static final String TOLD = "\"terminating\":true";

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger opened = new AtomicInteger();

	private final AtomicInteger told = new AtomicInteger();

	private final int count;

	private WatchStreams(int count) {
		this.count = count;
	}

	static WatchStreams open(RealApi api, String service, int clients, int each) throws Exception {
		WatchStreams streams = new WatchStreams(clients * each);
		SSLContext context = SSLUtils.sslContext(api.admin());
		String version = api.slices().list().getMetadata().getResourceVersion();
		HttpRequest request = request(api, service, version);
		List<HttpClient> all = new ArrayList<>();
		for (int i = 0; i < clients; i++) {
			HttpClient client = HttpClient.newBuilder().sslContext(context).executor(streams.threads).build();
			all.add(client);
			// All others go over the connection of the first.
			streams.watch(client, request, i * each + 1);
			for (int j = 1; j < each; j++) {
				client.sendAsync(request, (info) -> streams.lines());
			}
		}
		Awaitility.await().atMost(RealApi.SOON).until(() -> streams.opened.get() == streams.count);
		return streams;
	}

	private void watch(HttpClient client, HttpRequest request, int expected) {
		client.sendAsync(request, (info) -> lines());
		Awaitility.await().atMost(RealApi.SOON).until(() -> this.opened.get() >= expected);
	}

	private static HttpRequest request(RealApi api, String service, String version) {
		Config config = api.admin();
		String selector = URLEncoder.encode(ServiceLabels.SERVICE + service, StandardCharsets.UTF_8);
		String token = (config.getOauthToken() != null) ? config.getOauthToken() : config.getAutoOAuthToken();
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(config.getMasterUrl())
			.resolve("/apis/discovery.k8s.io/v1/namespaces/" + api.namespace()
					+ "/endpointslices?watch=true&timeoutSeconds=300&resourceVersion=" + version + "&labelSelector="
					+ selector));
		if (token != null) {
			request.header("Authorization", "Bearer " + token);
		}
		return request.build();
	}

	/** Called with the head of an answer: the stream is open. */
	private HttpResponse.BodySubscriber<Void> lines() {
		this.opened.incrementAndGet();
		return HttpResponse.BodySubscribers.fromLineSubscriber(new Flow.Subscriber<String>() {

			@Override
			public void onSubscribe(Flow.Subscription subscription) {
				subscription.request(Long.MAX_VALUE);
			}

			@Override
			public void onNext(String line) {
				if (line.contains(TOLD)) {
					WatchStreams.this.told.incrementAndGet();
				}
			}

			@Override
			public void onError(Throwable failure) {
				// They end with their clients.
			}

			@Override
			public void onComplete() {
				// They end with their clients.
			}

		});
	}

	void awaitTold() {
		Awaitility.await()
			.atMost(RealApi.SOON)
			.pollInterval(Duration.ofMillis(5))
			.until(() -> this.told.get() >= this.count);
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

}
