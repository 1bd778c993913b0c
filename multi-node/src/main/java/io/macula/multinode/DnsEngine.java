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

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A name server in this process, which answers as one of a cluster does for a headless
 * Service: with SRV records of the providers that are ready.
 */
final class DnsEngine implements Engine {

	private static final String NAME = "calculator.macula.test";

	private final String host;

	private final NameServer server;

	private final Map<String, String> ready = new TreeMap<>();

	/**
	 * A name server.
	 * @param host address of this machine where nodes reach it
	 */
	DnsEngine(String host) {
		this.host = host;
		this.server = new NameServer(host);
	}

	@Override
	public String type() {
		return "dns";
	}

	@Override
	public void start() {
		this.server.start();
	}

	@Override
	public List<String> settings(Map<String, String> endpoints, List<String> seeds) {
		return List.of("--macula.directory.dns.services[" + ScenarioClient.SERVICE + "]=" + NAME,
				"--macula.directory.dns.servers=" + this.host + ":" + this.server.port());
	}

	@Override
	public void ready(String node, String endpoint) {
		this.ready.put(node, endpoint);
		publish();
	}

	@Override
	public void leaving(String node, String endpoint) {
		this.ready.remove(node);
		publish();
	}

	@Override
	public void close() {
		this.server.close();
	}

	private void publish() {
		this.server.publish("_macula._udp." + NAME, NAME, this.ready);
	}

}
