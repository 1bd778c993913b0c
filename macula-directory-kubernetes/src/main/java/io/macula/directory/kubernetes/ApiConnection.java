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
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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

	/** Of a thread that has nothing to do. */
	private static final long IDLE_SECONDS = 2;

	private final KubernetesClient client;

	private final @Nullable SslBundle bundle;

	private ApiConnection(KubernetesClient client, @Nullable SslBundle bundle) {
		this.client = client;
		this.bundle = bundle;
	}

	/**
	 * A client; connects with the first request.
	 * @param config where and as whom
	 * @param bundle trust and certificate instead of those of {@code config}, or
	 * {@code null}
	 */
	static ApiConnection open(Config config, @Nullable SslBundle bundle) {
		Executor threads = threads();
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
		return new ApiConnection(builder.build(), bundle);
	}

	/*
	 * Never shut down: watches that are being closed still wait for the API server's
	 * answer, and without a thread for it their connections would stay. Whoever is idle
	 * ends.
	 */
	private static Executor threads() {
		AtomicInteger number = new AtomicInteger();
		return new ThreadPoolExecutor(0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
				(task) -> {
					Thread thread = new Thread(task, "macula-directory-kubernetes-http-" + number.incrementAndGet());
					thread.setDaemon(true);
					return thread;
				});
	}

	/**
	 * Whether it was opened with this trust and certificate.
	 * @param present those of this moment
	 */
	boolean isOf(@Nullable SslBundle present) {
		return this.bundle == present;
	}

	KubernetesClient client() {
		return this.client;
	}

	@Override
	public void close() {
		this.client.close();
	}

}
