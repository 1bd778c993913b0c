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

package io.macula.multinode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.macula.harness.FreePorts;
import io.macula.harness.Jvm;
import io.macula.harness.LoggedProcess;

/**
 * A server of ZooKeeper on this machine: that of the client's jar, with what only a
 * server needs beside it.
 */
final class ZooKeeperEngine implements Engine {

	private static final String NAME = "zookeeper";

	private static final String LOGGING = """
			<configuration>
				<appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
					<encoder><pattern>%d %-5level %logger{0} %msg%n</pattern></encoder>
				</appender>
				<root level="INFO"><appender-ref ref="OUT"/></root>
			</configuration>
			""";

	private final StartedProcesses processes;

	private final LoggedProcess server;

	private final String classPath;

	private final String host;

	private final int port = FreePorts.tcp();

	/**
	 * A server.
	 * @param processes where it is started
	 * @param classPath jars of the server
	 * @param host address of this machine where nodes reach it
	 */
	ZooKeeperEngine(StartedProcesses processes, String classPath, String host) {
		this.host = host;
		this.processes = processes;
		this.classPath = classPath;
		this.server = processes.process(NAME, "binding to port");
	}

	@Override
	public String type() {
		return NAME;
	}

	@Override
	public void start() {
		Path directory = this.processes.directory("zookeeper-data");
		Path settings = write(directory.resolve("zoo.cfg"), """
				tickTime=2000
				dataDir=%s
				clientPortAddress=%s
				clientPort=%d
				admin.enableServer=false
				maxClientCnxns=0
				""".formatted(directory, this.host, this.port));
		Path logging = write(directory.resolve("logback.xml"), LOGGING);
		this.processes.start(this.server, Jvm.command(List.of("-Xmx256m", "-Dlogback.configurationFile=" + logging,
				"-cp", this.classPath, "org.apache.zookeeper.server.ZooKeeperServerMain", settings.toString())));
		this.processes.awaitServer(NAME, this.server, this::serves);
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		return List.of("--macula.directory.zookeeper.connect-string=" + this.host + ":" + this.port);
	}

	@Override
	public void close() {
		this.server.kill();
	}

	/** Asked as its operators do. */
	private boolean serves() {
		try (Socket socket = new Socket(this.host, this.port)) {
			socket.setSoTimeout(2000);
			socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
			return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).contains("Mode:");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static Path write(Path file, String text) {
		try {
			return Files.writeString(file, text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(file + " cannot be written", ex);
		}
	}

}
