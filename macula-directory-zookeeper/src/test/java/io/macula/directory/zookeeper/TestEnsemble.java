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

package io.macula.directory.zookeeper;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * Three servers of ZooKeeper as real processes, which can be killed. They run what is on
 * this class path, or the jar that the environment variable MACULA_ZOOKEEPER_JAR names,
 * such as that of Debian.
 */
final class TestEnsemble implements AutoCloseable {

	private static final String FOREIGN = System.getenv("MACULA_ZOOKEEPER_JAR");

	private static final int TICK_MILLIS = 500;

	private final Path directory = Files.createTempDirectory("ensemble");

	private final List<Integer> clientPorts = new ArrayList<>();

	private final List<@Nullable Process> processes = new ArrayList<>();

	private final List<Integer> tlsPorts = new ArrayList<>();

	TestEnsemble() throws IOException {
		this(Map.of());
	}

	/**
	 * With these properties of ZooKeeper's TLS, if there are any, also on ports for it.
	 */
	TestEnsemble(Map<String, String> tls) throws IOException {
		StringBuilder servers = new StringBuilder();
		for (int i = 1; i <= 3; i++) {
			servers.append("server." + i + "=127.0.0.1:" + TestServer.freePort() + ":" + TestServer.freePort() + "\n");
			this.clientPorts.add(TestServer.freePort());
			this.tlsPorts.add(TestServer.freePort());
			this.processes.add(null);
		}
		for (int i = 1; i <= 3; i++) {
			Path data = Files.createDirectories(directory(i).resolve("data"));
			Files.writeString(data.resolve("myid"), i + "\n");
			Files.writeString(directory(i).resolve("zoo.cfg"),
					"tickTime=" + TICK_MILLIS + "\ninitLimit=20\nsyncLimit=10\ndataDir=" + data
							+ "\nclientPortAddress=127.0.0.1\nclientPort=" + this.clientPorts.get(i - 1)
							+ "\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=srvr\n"
							+ tls(tls, this.tlsPorts.get(i - 1)) + servers);
		}
	}

	/* The names in a file are without the prefix that they have as system properties. */
	private static String tls(Map<String, String> tls, int port) {
		StringBuilder text = new StringBuilder(tls.isEmpty() ? "" : "secureClientPort=" + port + "\n");
		tls.forEach((name, value) -> text.append(name.substring("zookeeper.".length()) + "=" + value + "\n"));
		return text.toString();
	}

	private Path directory(int server) {
		return this.directory.resolve(String.valueOf(server));
	}

	static String version() {
		return (FOREIGN != null) ? "of " + FOREIGN : org.apache.zookeeper.Version.getVersion();
	}

	void startAll() throws IOException {
		for (int i = 1; i <= 3; i++) {
			start(i);
		}
		awaitQuorum();
	}

	void start(int server) throws IOException {
		List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-cp", (FOREIGN != null) ? FOREIGN : classPath(), QuorumPeerMain.class.getName(),
				directory(server).resolve("zoo.cfg").toString());
		File log = directory(server).resolve("log").toFile();
		this.processes.set(server - 1,
				new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start());
	}

	private static String classPath() {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> Stream.of("zookeeper", "netty", "slf4j", "snappy", "metrics-core")
				.anyMatch((name) -> Path.of(entry).getFileName().toString().contains(name)))
			.collect(Collectors.joining(File.pathSeparator));
	}

	/** As if its machine lost power. */
	void kill(int server) throws InterruptedException {
		Process process = this.processes.get(server - 1);
		if (process != null) {
			process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
			this.processes.set(server - 1, null);
		}
	}

	/** Until it answers: to a question of which its majority knows. */
	void awaitQuorum() {
		Awaitility.await().atMost(Duration.ofMinutes(3)).pollInterval(Duration.ofMillis(20)).until(() -> leader() > 0);
		try (CuratorFramework client = CuratorFrameworkFactory.newClient(address(), new RetryForever(20))) {
			client.start();
			CountDownLatch answered = new CountDownLatch(1);
			client.sync().inBackground((same, event) -> answered.countDown()).forPath("/");
			if (!answered.await(1, TimeUnit.MINUTES)) {
				throw new IllegalStateException("the ensemble does not answer");
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Number of the leader, or 0 while there is none. */
	int leader() {
		for (int i = 1; i <= 3; i++) {
			if (told(i).contains("Mode: leader")) {
				return i;
			}
		}
		return 0;
	}

	boolean follows(int server) {
		return told(server).contains("Mode: follower");
	}

	private String told(int server) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.clientPorts.get(server - 1)),
					500);
			socket.setSoTimeout(1_000);
			socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
		}
		catch (IOException ex) {
			return "";
		}
	}

	int port(int server) {
		return this.clientPorts.get(server - 1);
	}

	List<Integer> ports() {
		return List.copyOf(this.clientPorts);
	}

	String address() {
		return address(this.clientPorts);
	}

	String tlsAddress() {
		return address(this.tlsPorts);
	}

	private static String address(List<Integer> ports) {
		return ports.stream().map((port) -> "127.0.0.1:" + port).collect(Collectors.joining(","));
	}

	@Override
	public void close() throws InterruptedException {
		for (int i = 1; i <= 3; i++) {
			kill(i);
		}
		FileSystemUtils.deleteRecursively(this.directory.toFile());
	}

}
