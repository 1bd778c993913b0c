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
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.springframework.util.FileSystemUtils;

/**
 * A server of ZooKeeper within the test, on a port of its own that it keeps.
 */
final class TestServer implements AutoCloseable {

	static {
		/* What is lost with a machine is none of these tests' business. */
		System.setProperty("zookeeper.forceSync", "no");
	}

	private static final int TICK_MILLIS = 500;

	private final Path directory;

	private final int port;

	private ServerCnxnFactory connections;

	private ZooKeeperServer server;

	/** Keeps the port while the server is stopped; who connects is refused. */
	private Socket kept = new Socket();

	private final Map<String, String> tls;

	TestServer() {
		this(Map.of());
	}

	/** With these system properties of ZooKeeper's TLS, if there are any. */
	TestServer(Map<String, String> tls) {
		this.tls = tls;
		try {
			this.directory = Files.createTempDirectory("zookeeper");
			this.port = freePort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		start();
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	void start() {
		try {
			this.kept.close();
			File data = Files.createDirectories(this.directory.resolve("data")).toFile();
			this.server = new ZooKeeperServer(data, data, TICK_MILLIS);
			this.tls.forEach(System::setProperty);
			if (!this.tls.isEmpty()) {
				/* The registry may have been made by a server without TLS. */
				ProviderRegistry.addOrUpdateProvider("zookeeper.authProvider.x509");
			}
			this.connections = ServerCnxnFactory.createFactory();
			this.connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 0, -1,
					!this.tls.isEmpty());
			this.connections.startup(this.server);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	void stop() {
		this.connections.shutdown();
		try {
			this.kept.close();
			this.kept = new Socket();
			this.kept.setReuseAddress(true);
			this.kept.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	void wipe() {
		stop();
		FileSystemUtils.deleteRecursively(this.directory.resolve("data").toFile());
		start();
	}

	/** Sessions to which anything is bound. */
	int writingSessions() {
		return this.server.getZKDatabase().getDataTree().getSessions().size();
	}

	int port() {
		return this.port;
	}

	String address() {
		return "127.0.0.1:" + this.port;
	}

	@Override
	public void close() {
		this.connections.shutdown();
		try {
			this.kept.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		this.tls.keySet().forEach(System::clearProperty);
		FileSystemUtils.deleteRecursively(this.directory.toFile());
	}

}
