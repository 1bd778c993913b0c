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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.harness.FreePorts;
import io.macula.harness.LoggedProcess;
import io.macula.harness.Shell;

/**
 * A server of etcd on this machine.
 */
final class EtcdEngine implements Engine {

	private static final String NAME = "etcd";

	private final HttpClient http = HttpClient.newHttpClient();

	private final StartedProcesses processes;

	private final LoggedProcess server;

	private final String host;

	private final int port = FreePorts.tcp();

	/**
	 * A server.
	 * @param processes where it is started
	 * @param host address of this machine where nodes reach it
	 */
	EtcdEngine(StartedProcesses processes, String host) {
		this.processes = processes;
		this.host = host;
		this.server = processes.process(NAME, "ready to serve client requests");
	}

	@Override
	public String type() {
		return NAME;
	}

	@Override
	public void start() {
		if (!Shell.succeeds(NAME, "--version")) {
			throw new CannotRunException("The program 'etcd' is not on the PATH: install it"
					+ " (Debian: apt-get install etcd-server), or take another --directory");
		}
		String peer = "http://127.0.0.1:" + FreePorts.tcp();
		this.processes.start(this.server,
				List.of(NAME, "--name=only", "--data-dir=" + this.processes.directory("etcd-data"),
						"--listen-client-urls=" + address(), "--advertise-client-urls=" + address(),
						"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
						"--initial-cluster=only=" + peer, "--logger=zap"));
		this.processes.awaitServer(NAME, this.server, this::healthy);
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		return List.of("--macula.directory.etcd.endpoints=" + address());
	}

	@Override
	public void close() {
		this.server.kill();
	}

	private String address() {
		return "http://" + this.host + ":" + this.port;
	}

	private boolean healthy() {
		HttpRequest request = HttpRequest.newBuilder(URI.create(address() + "/health"))
			.timeout(Duration.ofSeconds(2))
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("true");
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

}
