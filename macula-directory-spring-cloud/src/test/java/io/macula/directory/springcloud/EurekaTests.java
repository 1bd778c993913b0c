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

package io.macula.directory.springcloud;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.macula.client.RealmClient;
import io.macula.directory.DirectoryReport;
import io.macula.node.RealmNode;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that are registered in a real Eureka, whose server has its own JVM. Prints
 * what it measured as lines {@code ENGINE-ROW|engine|what|bound|figure|ok}.
 */
@Tag("engines")
@Timeout(900)
class EurekaTests {

	private static final String SECRET = "macula.realm.secret="
			+ Base64.getEncoder().encodeToString("a secret of thirty-two characters".getBytes());

	private static final Duration SHORTLY = Duration.ofSeconds(60);

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private static Path directory;

	private final List<ConfigurableApplicationContext> started = new ArrayList<>();

	private static @Nullable Process server;

	private static int port;

	@BeforeAll
	static void startServer() throws IOException {
		Assumptions
			.assumeTrue(
					ClassUtils.isPresent(
							"org.springframework.cloud.netflix.eureka.server.EurekaServerMarkerConfiguration", null),
					"Eureka's server is not on the class path: run with -Peureka -Denforcer.skip");
		try (ServerSocket free = new ServerSocket(0)) {
			port = free.getLocalPort();
		}
		server = start();
		awaitServer();
	}

	private static Process start() throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp",
				System.getProperty("java.class.path"), EurekaServerMain.class.getName(), String.valueOf(port))
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("eureka.log").toFile()))
			.start();
	}

	private static void awaitServer() {
		HttpClient http = HttpClient.newHttpClient();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/eureka/apps")).build();
		Awaitility.await()
			.atMost(Duration.ofMinutes(5))
			.ignoreExceptionsMatching((ex) -> ex instanceof ConnectException || ex instanceof IOException)
			.until(() -> http.send(request, BodyHandlers.discarding()).statusCode() == 200);
	}

	@AfterEach
	void close() {
		for (int i = this.started.size() - 1; i >= 0; i--) {
			this.started.get(i).close();
		}
	}

	@AfterAll
	static void stopServer() throws InterruptedException {
		Process process = server;
		if (process != null) {
			process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void aClientCallsWhatIsRegisteredAndGoesOnWhileTheServerIsGone() throws Exception {
		RealmNode provider = run(Applications.Provider.class, "shop").getBean(RealmNode.class);
		ConfigurableApplicationContext client = run(Applications.Client.class, "web");
		long begin = System.nanoTime();
		Awaitility.await().atMost(SHORTLY).ignoreExceptions().until(() -> echo(client).equals("echo x"));
		row("a provider that is started is called", "60 s", begin, true);
		assertThat(report(provider).engine()).isEqualTo("discovery-client");
		assertThat(report(provider).lease()).isEqualTo("granted");
		int failed = 0;
		stopServer();
		long down = System.nanoTime();
		RealmNode node = client.getBean(RealmNode.class);
		Duration outage = Duration.ofSeconds(Boolean.getBoolean("macula.engines.long") ? 120 : 20);
		boolean said = false;
		while (System.nanoTime() - down < outage.toNanos()) {
			failed += echo(client).equals("echo x") ? 0 : 1;
			said = said || !report(node).reachable();
			LockSupport.parkNanos(50_000_000);
		}
		row("calls while the server is gone for " + outage.toSeconds() + " s", "0 failed", failed + " failed",
				failed == 0);
		row("the state says so meanwhile, trouble: " + report(node).trouble(), "yes", said ? "yes" : "no", said);
		server = start();
		awaitServer();
		long back = System.nanoTime();
		Awaitility.await().atMost(SHORTLY).until(() -> report(node).reachable());
		row("the server is back: the state says so", "60 s", back, true);
		assertThat(failed).isZero();
		assertThat(said).isTrue();
	}

	@Test
	void aNodeThatLeavesIsForgotten() {
		ConfigurableApplicationContext provider = run(Applications.Provider.class, "shop");
		ConfigurableApplicationContext client = run(Applications.Client.class, "web");
		Awaitility.await().atMost(SHORTLY).ignoreExceptions().until(() -> echo(client).equals("echo x"));
		RealmNode node = client.getBean(RealmNode.class);
		assertThat(report(node).nodes()).isOne();
		long begin = System.nanoTime();
		provider.close();
		Awaitility.await().atMost(SHORTLY).until(() -> report(node).nodes() == 0);
		row("a provider that is closed leaves the snapshots", "60 s", begin, true);
	}

	private static DirectoryReport report(RealmNode node) {
		return node.report().directory().engines().get(0);
	}

	private static void row(String what, String bound, long beginNanos, boolean ok) {
		row(what, bound, Duration.ofNanos(System.nanoTime() - beginNanos).toMillis() + " ms", ok);
	}

	private static void row(String what, String bound, String figure, boolean ok) {
		System.out.println("ENGINE-ROW|eureka|" + what + "|" + bound + "|" + figure + "|" + ok);
	}

	private static String echo(ConfigurableApplicationContext client) {
		return client.getBean(RealmClient.class).proxy(Applications.Echo.class, "test.echo").echo("x");
	}

	private ConfigurableApplicationContext run(Class<?> configuration, String name, String... settings) {
		String[] arguments = Stream.of(settings).map((setting) -> "--" + setting).toArray(String[]::new);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration, Setup.class)
			.web(WebApplicationType.NONE)
			.properties("macula.realm.name=test", SECRET, "macula.provider.port=0", "macula.provider.address=127.0.0.1",
					"macula.provider.grace=2s", "macula.directory.type=discovery-client", "spring.main.banner-mode=off",
					"spring.jmx.enabled=false", "spring.application.name=" + name,
					"eureka.client.service-url.defaultZone=http://127.0.0.1:" + port + "/eureka/",
					"eureka.client.jersey.enabled=false", "eureka.client.registry-fetch-interval-seconds=2",
					"eureka.client.instance-info-replication-interval-seconds=2",
					"eureka.client.initial-instance-info-replication-interval-seconds=2",
					"eureka.instance.lease-renewal-interval-in-seconds=1",
					"eureka.instance.lease-expiration-duration-in-seconds=3",
					"eureka.instance.instance-id=" + name + "-1", "macula.directory.discovery-client.interval=500ms")
			.run(arguments);
		this.started.add(context);
		return context;
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Setup {

	}

}
