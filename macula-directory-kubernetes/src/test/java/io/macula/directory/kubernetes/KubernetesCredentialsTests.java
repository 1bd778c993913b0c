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
import java.util.Map;

import io.macula.Code;
import io.macula.directory.DirectoryEngineFactory.Context;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Credentials that change while a node runs.
 */
class KubernetesCredentialsTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final String PREFIX = "macula.directory.kubernetes";

	private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();

	private MockApi api;

	private KubernetesEngine engine;

	@TempDir
	private Path folder;

	@AfterEach
	void close() throws IOException {
		if (this.engine != null) {
			this.engine.close().block(SOON);
		}
		this.api.close();
	}

	private void start(Map<String, String> settings) {
		this.api.put(Slices.of("s-1", "x").carrying("test.orders").pod("a", "10.0.0.1"));
		Map<String, String> all = new HashMap<>();
		all.put(PREFIX + ".namespace", MockApi.NAMESPACE);
		settings.forEach((key, value) -> all.put(PREFIX + "." + key, value));
		KubernetesProperties properties = new Binder(new MapConfigurationPropertySource(all)).bindOrCreate(PREFIX,
				KubernetesProperties.class);
		this.engine = KubernetesDirectoryAutoConfiguration.kubernetes(
				new Context(MockApi.REALM, "node", 1, false, null, Duration.ofSeconds(15)),
				new PropertiesKubernetesConnectionDetails(properties, this.bundles), properties);
		this.engine.start(null);
	}

	/* One that opens after a reset is not hit by it. */
	private Seen watching() {
		Seen seen = new Seen(this.engine, "test.orders");
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> this.api.watching() == 1);
		return seen;
	}

	private void awaitTrouble(String text) {
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(this.engine.trouble()).isNotNull().contains(text));
	}

	@Test
	void aBundleThatIsReloadedIsUsedWithoutARestart() throws IOException {
		this.api = MockApi.https();
		this.bundles.registerBundle("api", SslBundle.systemDefault());
		start(Map.of("url", this.api.url(), "ssl.bundle", "api"));
		Seen seen = new Seen(this.engine, "test.orders");
		awaitTrouble("unable to find valid certification path");
		assertThat(seen.count()).isZero();
		this.bundles.updateBundle("api", this.api.trust());
		seen.await("a");
		Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() == null);
	}

	@Test
	void aBundleThatIsReloadedEndsNoWatch() throws IOException {
		this.api = MockApi.https();
		this.bundles.registerBundle("api", this.api.trust());
		start(Map.of("url", this.api.url(), "ssl.bundle", "api"));
		Seen seen = watching();
		this.bundles.updateBundle("api", SslBundle.systemDefault());
		Seen other = new Seen(this.engine, "test.other");
		awaitTrouble("unable to find valid certification path");
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		seen.await("a", "b");
		assertThat(other.count()).isZero();
	}

	@Test
	void aTokenFileIsReadAnewForEachRequest() throws IOException {
		this.api = MockApi.crud();
		Path file = Files.writeString(this.folder.resolve("token"), "one\n");
		this.api.onlyFor("one");
		start(Map.of("url", this.api.url(), "token-file", file.toString()));
		Seen seen = watching();
		Files.writeString(file, "two\n");
		this.api.onlyFor("two");
		this.api.gate().reset();
		this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
		seen.await("a", "b");
		assertThat(this.engine.obstacle()).isNull();
	}

	@Test
	void aTokenFileThatIsGoneIsTold() throws IOException {
		this.api = MockApi.crud();
		Path file = Files.writeString(this.folder.resolve("token"), "one\n");
		start(Map.of("url", this.api.url(), "token-file", file.toString()));
		Seen seen = watching();
		Files.delete(file);
		this.api.gate().reset();
		awaitTrouble(PREFIX + ".token-file '" + file + "'");
		assertThat(seen.ids()).containsExactly("a");
		Files.writeString(file, "two\n");
		Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() == null);
	}

	/* The client does so itself, once a minute and when it is refused. */
	@Test
	void theTokenOfAPodIsReadAnewWhenItIsRefused() throws IOException {
		this.api = MockApi.crud();
		Path file = Files.writeString(this.folder.resolve("token"), "one");
		this.api.onlyFor("one");
		Map<String, String> pod = Map.of("kubernetes.auth.tryKubeConfig", "false", "kubernetes.master", this.api.url(),
				"kubernetes.auth.serviceAccount.token", file.toString());
		pod.forEach(System::setProperty);
		try {
			start(Map.of());
			Seen seen = watching();
			Files.writeString(file, "two");
			this.api.onlyFor("two");
			this.api.gate().reset();
			this.api.put(Slices.of("s-2", "x").carrying("test.orders").pod("b", "10.0.0.2"));
			seen.await("a", "b");
			assertThat(this.engine.obstacle()).isNull();
			this.api.onlyFor("three");
			this.api.gate().reset();
			Awaitility.await().atMost(SOON).until(() -> this.engine.obstacle() != null);
			assertThat(this.engine.obstacle().code()).isEqualTo(Code.UNAUTHENTICATED);
		}
		finally {
			pod.keySet().forEach(System::clearProperty);
		}
	}

}
