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

package io.macula.directory.etcd;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Real servers of etcd on loopback ports, with data of their own. Used by one thread.
 */
final class EtcdServers implements AutoCloseable {

	private static final Path BINARY = Path.of(System.getProperty("etcd.binary", "/usr/bin/etcd"));

	/** The condition of tests that need a server. */
	static final String INSTALLED = "io.macula.directory.etcd.EtcdServers#installed";

	private static final HttpClient HTTP = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

	private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

	private static final Pattern LEASE = Pattern.compile("\"ID\":");

	private final List<Server> servers = new ArrayList<>();

	private final Path directory;

	private EtcdServers(int count, List<String> more) throws IOException {
		this.directory = Files.createTempDirectory("macula-etcd");
		List<ServerSocket> held = new ArrayList<>();
		for (int i = 0; i < 2 * count; i++) {
			held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
		}
		List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
		for (ServerSocket socket : held) {
			socket.close();
		}
		StringBuilder cluster = new StringBuilder();
		for (int i = 0; i < count; i++) {
			cluster.append((i > 0) ? "," : "").append("s" + i + "=http://127.0.0.1:" + ports.get(2 * i + 1));
		}
		for (int i = 0; i < count; i++) {
			this.servers.add(new Server("s" + i, ports.get(2 * i), ports.get(2 * i + 1), cluster.toString(), more));
		}
	}

	/* Also where the run is ended from outside. */
	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly)));
	}

	static boolean installed() {
		return Files.isExecutable(BINARY);
	}

	/**
	 * Start servers and wait until they answer.
	 * @param count of them
	 * @param more arguments of each
	 */
	static EtcdServers of(int count, String... more) throws IOException {
		EtcdServers servers = new EtcdServers(count, List.of(more));
		for (int i = 0; i < count; i++) {
			servers.start(i);
		}
		servers.awaitHealthy();
		return servers;
	}

	void awaitHealthy() {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(50))
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.servers.stream().allMatch(Server::healthy));
	}

	List<String> addresses() {
		return this.servers.stream().map((server) -> "127.0.0.1:" + server.port).toList();
	}

	int port(int index) {
		return this.servers.get(index).port;
	}

	int size() {
		return this.servers.size();
	}

	void start(int index) {
		this.servers.get(index).start(this.directory);
	}

	void startAll() {
		startAllAndAwaitAnswer();
		awaitHealthy();
	}

	/**
	 * Start all, and wait until one of them answers a read that its majority confirmed.
	 * @return when that was
	 */
	long startAllAndAwaitAnswer() {
		for (int i = 0; i < this.servers.size(); i++) {
			start(i);
		}
		return awaitAnswer();
	}

	/**
	 * Wait until a server answers a read that its majority confirmed.
	 * @return when that was
	 */
	long awaitAnswer() {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.pollDelay(Duration.ZERO)
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.servers.stream().anyMatch(Server::healthy));
		return System.nanoTime();
	}

	void kill(int index) {
		this.servers.get(index).kill();
	}

	void killAll() {
		this.servers.forEach(Server::kill);
	}

	void freeze(int index) {
		this.servers.get(index).signal("STOP");
	}

	void thawIfRunning(int index) {
		if (this.servers.get(index).process != null) {
			thaw(index);
		}
	}

	void thaw(int index) {
		this.servers.get(index).signal("CONT");
	}

	/** All data is lost, and the servers go on. */
	void wipe() {
		lose();
		startAll();
	}

	/** All servers are killed, and all data is lost. */
	void lose() {
		killAll();
		this.servers
			.forEach((server) -> FileSystemUtils.deleteRecursively(this.directory.resolve(server.name).toFile()));
	}

	/** Which server leads. */
	int leader() {
		for (int i = 0; i < this.servers.size(); i++) {
			String status = this.servers.get(i).post("/v3/maintenance/status");
			String member = group(status, "\"member_id\":\"(\\d+)\"");
			if (member != null && member.equals(group(status, "\"leader\":\"(\\d+)\""))) {
				return i;
			}
		}
		throw new IllegalStateException("no server leads");
	}

	/** How many leases there are. */
	int leases() {
		Matcher matcher = LEASE.matcher(this.servers.get(0).post("/v3/lease/leases"));
		int leases = 0;
		while (matcher.find()) {
			leases++;
		}
		return leases;
	}

	private static @Nullable String group(String text, String pattern) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		return matcher.find() ? matcher.group(1) : null;
	}

	@Override
	public void close() {
		killAll();
		FileSystemUtils.deleteRecursively(this.directory.toFile());
	}

	private static final class Server {

		private final String name;

		private final int port;

		private final int peerPort;

		private final String cluster;

		private final List<String> more;

		private @Nullable Process process;

		Server(String name, int port, int peerPort, String cluster, List<String> more) {
			this.name = name;
			this.port = port;
			this.peerPort = peerPort;
			this.cluster = cluster;
			this.more = more;
		}

		private boolean tls() {
			return this.more.stream().anyMatch((argument) -> argument.startsWith("--cert-file"));
		}

		void start(Path directory) {
			String url = (tls() ? "https" : "http") + "://127.0.0.1:" + this.port;
			String peerUrl = "http://127.0.0.1:" + this.peerPort;
			List<String> command = new ArrayList<>(List.of(BINARY.toString(), "--name=" + this.name,
					"--data-dir=" + directory.resolve(this.name), "--listen-client-urls=" + url,
					"--advertise-client-urls=" + url, "--listen-peer-urls=" + peerUrl,
					"--initial-advertise-peer-urls=" + peerUrl, "--initial-cluster=" + this.cluster,
					"--heartbeat-interval=100", "--election-timeout=1000", "--logger=zap", "--log-level=warn"));
			command.addAll(this.more);
			ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(new File(directory.toFile(), this.name + ".log")));
			/* Debian's, of what was set for its service. */
			builder.environment().keySet().removeIf((variable) -> variable.startsWith("ETCD_"));
			try {
				Process started = builder.start();
				STARTED.add(started);
				this.process = started;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		void kill() {
			Process ended = this.process;
			if (ended == null) {
				return;
			}
			ended.destroyForcibly();
			try {
				if (!ended.waitFor(10, TimeUnit.SECONDS)) {
					throw new IllegalStateException("etcd did not end");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			STARTED.remove(ended);
			this.process = null;
		}

		void signal(String signal) {
			Process signalled = this.process;
			if (signalled == null) {
				throw new IllegalStateException("no process");
			}
			try {
				int code = new ProcessBuilder("kill", "-" + signal, Long.toString(signalled.pid())).start().waitFor();
				if (code != 0) {
					throw new IllegalStateException("kill -" + signal + " ended with " + code);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		boolean healthy() {
			if (tls()) {
				try (java.net.Socket socket = new java.net.Socket(InetAddress.getLoopbackAddress(), this.port)) {
					return socket.isConnected();
				}
				catch (IOException ex) {
					return false;
				}
			}
			return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/health")))
				.contains("true");
		}

		String post(String path) {
			return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
				.POST(HttpRequest.BodyPublishers.ofString("{}")));
		}

		private static String send(HttpRequest.Builder request) {
			try {
				return HTTP.send(request.timeout(Duration.ofSeconds(2)).build(), HttpResponse.BodyHandlers.ofString())
					.body();
			}
			catch (IOException ex) {
				return "";
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return "";
			}
		}

	}

}
