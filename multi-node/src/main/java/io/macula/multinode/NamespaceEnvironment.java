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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.harness.Arguments;
import io.macula.harness.Link;
import io.macula.harness.Namespaces;
import io.macula.harness.Shell;
import io.macula.multinode.ProcessProviders.Place;

/**
 * Hosts on this machine: each provider, and the clients, in a network namespace with an
 * address of its own, some milliseconds away from the others. Needs Linux and root.
 */
final class NamespaceEnvironment implements Environment {

	static final String NAME = "netns";

	private static final String BRIDGE = "sw";

	private static final String CLIENT = "client";

	private static final List<String> NODES = List.of("node1", "node2", "node3");

	/** Of the block for tests of networks (RFC 2544), which nobody else routes. */
	private static final String NETWORK = "198.18.9.";

	private static final String LENGTH = "/24";

	private static final int CLIENT_NUMBER = 100;

	private static final int THIS_MACHINE = 254;

	private static final int PORT = 9443;

	private static final String MTU = "1500";

	/** Each way, so that a round trip takes twice as long. */
	private static final Link LINK = new Link(0.5, 0.1, 0, 0);

	private static final String QUEUE = "1";

	/** Directories whose server is one on this machine. */
	private static final Set<String> SERVED_HERE = Set.of("dns", "zookeeper", "etcd");

	private final ExecutableJar provider;

	private final StartedProcesses processes;

	private final Namespaces hosts;

	private final Path linkd;

	private final Path directory;

	private final String engine;

	private final List<Process> daemons = new ArrayList<>();

	/** Whether there may be any. */
	private boolean made;

	private boolean closed;

	/**
	 * Hosts that were not made yet.
	 * @param arguments {@code --prefix=} for the names of the namespaces,
	 * {@code --linkd=} for the daemon that delays packets, {@code --out=} and
	 * {@code --directory=} as the runner has them
	 * @param provider the sample provider
	 * @param processes where processes are started
	 */
	NamespaceEnvironment(Arguments arguments, ExecutableJar provider, StartedProcesses processes) {
		this.provider = provider;
		this.processes = processes;
		this.hosts = new Namespaces(arguments.required("prefix"));
		this.linkd = Path.of(arguments.required("linkd"));
		this.directory = Path.of(arguments.required("out")).toAbsolutePath();
		this.engine = arguments.optional("directory", EmbeddedEngine.TYPE);
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public synchronized void prepare() {
		if (this.engine.equals("kubernetes")) {
			throw new CannotRunException(
					"Directory 'kubernetes' cannot be had in network namespaces, which do not reach"
							+ " the API server: take the environment local or kubernetes");
		}
		if (!Files.isExecutable(this.linkd)) {
			throw new CannotRunException("The daemon that delays packets could not be built, see " + this.linkd
					+ ".log: install what it needs (Debian: apt-get install gcc libc6-dev libnetfilter-queue-dev)");
		}
		if (this.closed) {
			throw new CannotRunException("The run was ended");
		}
		this.made = true;
		try {
			this.hosts.addBridge(BRIDGE);
			int number = 1;
			for (String node : NODES) {
				host(node, number++);
			}
			host(CLIENT, CLIENT_NUMBER);
			if (SERVED_HERE.contains(this.engine)) {
				joinThisMachine();
			}
		}
		catch (IllegalStateException ex) {
			throw new CannotRunException(
					"Network namespaces cannot be made: expected root, iproute2 and iptables with NFQUEUE: "
							+ String.valueOf(ex.getMessage()).replace('\n', ' '),
					ex);
		}
	}

	private void host(String host, int number) {
		this.hosts.addBehind(host, BRIDGE);
		this.hosts.ip(host, "link", "set", "eth0", "mtu", MTU);
		this.hosts.ip(host, "addr", "add", NETWORK + number + LENGTH, "dev", "eth0");
		this.daemons.add(LINK.hold(this.linkd, this.hosts, host, QUEUE, "-i", "eth0"));
	}

	private void joinThisMachine() {
		if (Shell.run("ip", "-o", "-4", "addr", "show").contains(" " + NETWORK)) {
			throw new CannotRunException("The addresses " + NETWORK + "0" + LENGTH
					+ " are taken on this machine: wait for the other run to end, or take them away (ip -o -4 addr show)");
		}
		this.hosts.joinThisMachine(BRIDGE, address() + LENGTH);
	}

	@Override
	public String address() {
		return NETWORK + THIS_MACHINE;
	}

	@Override
	public Providers providers(Engine behind) {
		Map<String, Place> places = new LinkedHashMap<>();
		int number = 1;
		for (String node : NODES) {
			places.put(node, new Place(NETWORK + number++, PORT, (command) -> this.hosts.on(node, command)));
		}
		return new ProcessProviders(this.provider, places, this.processes);
	}

	@Override
	public List<String> client(List<String> arguments) {
		List<String> all = new ArrayList<>(arguments);
		all.add("--out=" + this.directory);
		return this.hosts.on(CLIENT, ExecutableJar.running().command(all));
	}

	@Override
	public Map<String, String> facts() {
		Map<String, String> facts = new LinkedHashMap<>();
		facts.put("hosts", "each provider and the client in a network namespace of its own, behind one bridge");
		facts.put("delay", LINK.delayMillis() + " ms each way, give or take " + LINK.jitterMillis() + " ms");
		facts.put("MTU", MTU);
		return facts;
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		this.daemons.forEach(Process::destroyForcibly);
		this.daemons.clear();
		if (this.made) {
			this.hosts.close();
		}
	}

}
