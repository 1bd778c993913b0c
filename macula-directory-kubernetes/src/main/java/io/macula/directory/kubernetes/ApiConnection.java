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

import java.net.http.HttpClient;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * A client of an API server, with its threads. Safe for all threads.
 */
final class ApiConnection implements AutoCloseable {

	private static final int CONNECT_MILLIS = 5_000;

	private static final int REQUEST_MILLIS = 10_000;

	private final ExecutorService threads;

	private final KubernetesClient client;

	private ApiConnection(ExecutorService threads, KubernetesClient client) {
		this.threads = threads;
		this.client = client;
	}

	/**
	 * A client; connects with the first request.
	 * @param config where and as whom
	 * @param bundle trust and certificate instead of those of {@code config}, or
	 * {@code null}
	 */
	static ApiConnection open(Config config, @Nullable SslBundle bundle) {
		AtomicInteger number = new AtomicInteger();
		ExecutorService threads = Executors.newCachedThreadPool((task) -> {
			Thread thread = new Thread(task, "macula-directory-kubernetes-http-" + number.incrementAndGet());
			thread.setDaemon(true);
			return thread;
		});
		// What fails is told at once, and tried again by those who wait for it.
		Config bounded = new ConfigBuilder(config).withWatchReconnectLimit(0)
			.withRequestRetryBackoffLimit(0)
			.withConnectionTimeout(CONNECT_MILLIS)
			.withRequestTimeout(REQUEST_MILLIS)
			.build();
		KubernetesClientBuilder builder = new KubernetesClientBuilder().withConfig(bounded)
			.withTaskExecutor(threads)
			.withHttpClientFactory(new JdkHttpClientFactory() {

				@Override
				protected void additionalConfig(HttpClient.Builder http) {
					http.executor(threads);
				}

			});
		if (bundle != null) {
			KeyManager[] keys = bundle.getManagers().getKeyManagers();
			TrustManager[] trust = bundle.getManagers().getTrustManagers();
			builder.withHttpClientBuilderConsumer((http) -> http.sslContext(keys, trust));
		}
		return new ApiConnection(threads, builder.build());
	}

	KubernetesClient client() {
		return this.client;
	}

	@Override
	public void close() {
		this.client.close();
		this.threads.shutdown();
	}

}
