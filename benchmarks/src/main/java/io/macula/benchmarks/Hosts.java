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

package io.macula.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.macula.harness.Link;
import io.macula.harness.Namespaces;
import io.macula.harness.Shell;
import org.jspecify.annotations.Nullable;

/**
 * Two hosts, each a network namespace, joined by a cable with an MTU of 1,500 or 9,000
 * bytes. What goes to and from {@link #SERVER} can be delayed and lost; {@link #CONTROL}
 * is another address of the same host, whose packets never are. Needs Linux and root.
 */
final class Hosts implements AutoCloseable {

	/** Address of the server's host. */
	static final String SERVER = "10.79.0.1";

	/** Address of the server's host for the questions of this benchmark. */
	static final String CONTROL = "10.79.1.1";

	private static final Link LOSSY = new Link(10, 0, 1, 0);

	private static final String SERVER_HOST = "s";

	private static final String CLIENT_HOST = "c";

	private final Namespaces namespaces = new Namespaces("mb" + ProcessHandle.current().pid() + "-");

	private final List<Process> daemons = new ArrayList<>();

	private final Thread hook = new Thread(this::remove);

	private Hosts() {
	}

	/** Make the hosts. */
	static Hosts create(Workload.Link link) {
		Hosts hosts = new Hosts();
		Runtime.getRuntime().addShutdownHook(hosts.hook);
		try {
			hosts.cable((link == Workload.Link.MTU_9000) ? "9000" : "1500");
			if (link == Workload.Link.LOSSY) {
				Path linkd = Objects.requireNonNull(linkd(), "missing() told of no linkd");
				hosts.impair(linkd, "1", "INPUT", "-s");
				hosts.impair(linkd, "2", "OUTPUT", "-d");
			}
			return hosts;
		}
		catch (RuntimeException ex) {
			hosts.close();
			throw ex;
		}
	}

	/** Why a link cannot be made on this machine, or {@code null} if it can. */
	static @Nullable String missing(Workload.Link link) {
		if (link == Workload.Link.LOOPBACK) {
			return null;
		}
		if (!System.getProperty("os.name").equals("Linux") || !"root".equals(System.getProperty("user.name"))) {
			return "network namespaces need Linux and root";
		}
		try {
			Shell.run("ip", "netns", "list");
			Shell.run("unshare", "-n", "true");
			if (link == Workload.Link.LOSSY) {
				Shell.run("iptables", "--version");
			}
		}
		catch (RuntimeException ex) {
			return "network namespaces need iproute2, iptables and the right to make them: " + ex.getMessage();
		}
		return (link == Workload.Link.LOSSY && linkd() == null)
				? "delay and loss need linkd, which could not be built (gcc, libnetfilter-queue-dev)" : null;
	}

	/** Prefix of a command that is to run on the server's host. */
	List<String> onServer() {
		return this.namespaces.on(SERVER_HOST, List.of());
	}

	/** Prefix of a command that is to run on the client's host. */
	List<String> onClient() {
		return this.namespaces.on(CLIENT_HOST, List.of());
	}

	@Override
	public void close() {
		remove();
		Runtime.getRuntime().removeShutdownHook(this.hook);
	}

	private void remove() {
		this.daemons.forEach(Process::destroy);
		this.namespaces.close();
	}

	private void cable(String mtu) {
		this.namespaces.add(SERVER_HOST);
		this.namespaces.add(CLIENT_HOST);
		this.namespaces.cable(SERVER_HOST, "eth0", CLIENT_HOST, "eth0");
		for (String host : List.of(SERVER_HOST, CLIENT_HOST)) {
			String number = host.equals(SERVER_HOST) ? "1" : "2";
			this.namespaces.ip(host, "addr", "add", "10.79.0." + number + "/24", "dev", "eth0");
			this.namespaces.ip(host, "addr", "add", "10.79.1." + number + "/24", "dev", "eth0");
			this.namespaces.ip(host, "link", "set", "eth0", "mtu", mtu);
		}
	}

	private void impair(Path linkd, String queue, String chain, String side) {
		this.daemons.add(LOSSY.begin(linkd, this.namespaces, CLIENT_HOST, queue));
		this.namespaces.in(CLIENT_HOST, "iptables", "-I", chain, side, SERVER, "-j", "NFQUEUE", "--queue-num", queue);
	}

	private static @Nullable Path linkd() {
		Path linkd = Path.of(System.getProperty("benchmark.linkd", "target/benchmark/linkd"));
		return Files.isExecutable(linkd) ? linkd : null;
	}

}
