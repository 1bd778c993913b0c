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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Two hosts, each a network namespace, joined by a cable with an MTU of 1,500 bytes. What
 * goes to and from {@link #SERVER} can be delayed and lost; {@link #CONTROL} is another
 * address of the same host, whose packets never are. Needs Linux and root.
 */
final class Hosts implements AutoCloseable {

	/** Address of the server's host. */
	static final String SERVER = "10.79.0.1";

	/** Address of the server's host for the questions of this benchmark. */
	static final String CONTROL = "10.79.1.1";

	private static final double DELAY_MILLIS = 10;

	private static final double LOSS_PERCENT = 1;

	private final String prefix = "mb" + ProcessHandle.current().pid() + "-";

	private final List<Process> daemons = new ArrayList<>();

	private final Thread hook = new Thread(this::remove);

	private Hosts() {
	}

	/** Make the hosts. */
	static Hosts create(Workload.Link link) throws IOException {
		Hosts hosts = new Hosts();
		Runtime.getRuntime().addShutdownHook(hosts.hook);
		try {
			hosts.cable();
			if (link == Workload.Link.LOSSY) {
				hosts.impair("1", "INPUT", "-s");
				hosts.impair("2", "OUTPUT", "-d");
			}
			return hosts;
		}
		catch (IOException | IllegalStateException ex) {
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
			run("ip", "netns", "list");
			run("unshare", "-n", "true");
			if (link == Workload.Link.LOSSY) {
				run("iptables", "--version");
			}
		}
		catch (IOException | IllegalStateException ex) {
			return "network namespaces need iproute2, iptables and the right to make them: " + ex.getMessage();
		}
		return (link == Workload.Link.LOSSY && linkd() == null)
				? "delay and loss need linkd, which could not be built (gcc, libnetfilter-queue-dev)" : null;
	}

	/** Prefix of a command that is to run on the server's host. */
	List<String> onServer() {
		return List.of("ip", "netns", "exec", this.prefix + "s");
	}

	/** Prefix of a command that is to run on the client's host. */
	List<String> onClient() {
		return List.of("ip", "netns", "exec", this.prefix + "c");
	}

	@Override
	public void close() {
		remove();
		Runtime.getRuntime().removeShutdownHook(this.hook);
	}

	private void remove() {
		this.daemons.forEach(Process::destroy);
		for (String host : List.of("s", "c")) {
			try {
				run("ip", "netns", "del", this.prefix + host);
			}
			catch (IOException | IllegalStateException ex) {
				System.err.println(ex.getMessage());
			}
		}
	}

	private void cable() throws IOException {
		run("ip", "netns", "add", this.prefix + "s");
		run("ip", "netns", "add", this.prefix + "c");
		run("ip", "link", "add", "eth0", "mtu", "1500", "netns", this.prefix + "s", "type", "veth", "peer", "name",
				"eth0", "netns", this.prefix + "c");
		for (String host : List.of("s", "c")) {
			String number = host.equals("s") ? "1" : "2";
			run("ip", "-n", this.prefix + host, "addr", "add", "10.79.0." + number + "/24", "dev", "eth0");
			run("ip", "-n", this.prefix + host, "addr", "add", "10.79.1." + number + "/24", "dev", "eth0");
			run("ip", "-n", this.prefix + host, "link", "set", "lo", "up");
			run("ip", "-n", this.prefix + host, "link", "set", "eth0", "up", "mtu", "1500");
		}
	}

	private void impair(String queue, String chain, String side) throws IOException {
		List<String> command = new ArrayList<>(onClient());
		command.addAll(List.of(String.valueOf(linkd()), queue, Double.toString(DELAY_MILLIS), "0",
				Double.toString(LOSS_PERCENT), "0", queue));
		Process daemon = new ProcessBuilder(command).redirectErrorStream(true).start();
		this.daemons.add(daemon);
		String said = daemon.inputReader().readLine();
		if (!"ready".equals(said)) {
			throw new IllegalStateException("linkd did not start: " + said);
		}
		List<String> rule = new ArrayList<>(onClient());
		rule.addAll(List.of("iptables", "-I", chain, side, SERVER, "-j", "NFQUEUE", "--queue-num", queue));
		run(rule.toArray(String[]::new));
	}

	private static @Nullable Path linkd() {
		Path linkd = Path.of(System.getProperty("benchmark.linkd", "target/benchmark/linkd"));
		return Files.isExecutable(linkd) ? linkd : null;
	}

	private static void run(String... command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		try {
			if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
				process.destroyForcibly();
				throw new IllegalStateException("'" + String.join(" ", command) + "' failed: " + output.strip());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted", ex);
		}
	}

}
