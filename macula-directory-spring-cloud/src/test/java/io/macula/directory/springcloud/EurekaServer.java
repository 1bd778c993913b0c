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
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * A real server of Eureka in a JVM of its own, which can be killed and started again on
 * the same port, without what it knew.
 */
final class EurekaServer implements AutoCloseable {

	/** For conditions of tests. */
	static final String PRESENT = "io.macula.directory.springcloud.EurekaServer#present";

	/* A JVM that has nothing to itself takes minutes. */
	private static final Duration STARTING = Duration.ofMinutes(8);

	private final HttpClient http = HttpClient.newHttpClient();

	private final Path log;

	private final int port;

	private @Nullable Process process;

	EurekaServer(Path log) {
		this.log = log;
		try (ServerSocket free = new ServerSocket(0)) {
			this.port = free.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static boolean present() {
		return ClassUtils.isPresent("org.springframework.cloud.netflix.eureka.server.EurekaServerMarkerConfiguration",
				null);
	}

	/**
	 * A JVM with the class path of the tests.
	 * @param log where its output goes
	 * @param main its class
	 * @param arguments of its main method
	 * @return its process, which the caller ends
	 */
	static Process jvm(Path log, Class<?> main, String... arguments) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
						main.getName()));
		command.addAll(List.of(arguments));
		try {
			return new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String url() {
		return "http://127.0.0.1:" + this.port + "/eureka/";
	}

	void start() {
		this.process = jvm(this.log, EurekaServerMain.class, String.valueOf(this.port));
	}

	/** Until it says that it is healthy, and answers. */
	void awaitHealthy() {
		Awaitility.await().atMost(STARTING).pollInterval(Duration.ofMillis(100)).until(this::healthy);
	}

	private boolean healthy() {
		Process running = this.process;
		if (running == null || !running.isAlive()) {
			throw new IllegalStateException("Eureka's server has ended:\n" + tail());
		}
		return status("GET", "../actuator/health", null) == 200 && status("GET", "apps", null) == 200;
	}

	private String tail() {
		try {
			List<String> lines = Files.readAllLines(this.log);
			return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

	void kill() {
		Process running = this.process;
		if (running != null) {
			running.destroyForcibly();
			try {
				running.waitFor(10, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	/** As an application would be, which then is silent for ten minutes. */
	void register(String application, String instanceId, Map<String, String> metadata) {
		String texts = metadata.entrySet()
			.stream()
			.map((entry) -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
			.collect(Collectors.joining(",", "{", "}"));
		String body = """
				{"instance":{"instanceId":"%s","app":"%s","hostName":"10.0.0.1","ipAddr":"10.0.0.1","vipAddress":"%s",
				"status":"UP","port":{"$":8080,"@enabled":"true"},"dataCenterInfo":{"name":"MyOwn",
				"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"},
				"leaseInfo":{"renewalIntervalInSecs":600,"durationInSecs":600},"metadata":%s}}""".formatted(instanceId,
				application.toUpperCase(Locale.ROOT), application, texts);
		int status = status("POST", "apps/" + application.toUpperCase(Locale.ROOT), body);
		if (status != 204) {
			throw new IllegalStateException("Eureka answered " + status + " to the registration of " + instanceId);
		}
	}

	void cancel(String application, String instanceId) {
		status("DELETE", "apps/" + application.toUpperCase(Locale.ROOT) + "/" + instanceId, null);
	}

	/** All that it tells. */
	String applications() {
		return send("GET", "apps", null).body();
	}

	private int status(String method, String path, @Nullable String body) {
		try {
			return send(method, path, body).statusCode();
		}
		catch (UncheckedIOException ex) {
			return 0;
		}
	}

	private HttpResponse<String> send(String method, String path, @Nullable String body) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(url()).resolve(path))
			.timeout(Duration.ofSeconds(30))
			.header("Accept", "application/json")
			.header("Content-Type", "application/json")
			.method(method, (body != null) ? BodyPublishers.ofString(body) : BodyPublishers.noBody())
			.build();
		try {
			return this.http.send(request, BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		kill();
	}

}
