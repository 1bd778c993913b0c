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

package io.macula.faults;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Link;
import io.macula.harness.Namespaces;
import io.macula.harness.Shell;

/**
 * Hosts of the suite, each a network namespace with an address of its own behind one
 * bridge. The client sits behind a router that translates its address. Needs root.
 */
final class Network implements AutoCloseable {

	/** The client's host. */
	static final String CLIENT = "c";

	/** The router between the client and the bridge. */
	static final String ROUTER = "nat";

	private static final String BRIDGE = "sw";

	private static final String ROUTER_ADDRESS = "10.77.0.100";

	private static final int FIRST_CLIENT_ADDRESS = 2;

	private static final int LAST_CLIENT_ADDRESS = 250;

	private final Namespaces hosts;

	private final Path linkd;

	private final Map<String, String> addresses = new LinkedHashMap<>();

	private int clientAddress = FIRST_CLIENT_ADDRESS;

	Network(String prefix, Path linkd) {
		this.hosts = new Namespaces(prefix);
		this.linkd = linkd;
		this.hosts.add(BRIDGE);
		this.hosts.ip(BRIDGE, "link", "add", "br0", "type", "bridge");
		this.hosts.ip(BRIDGE, "link", "set", "br0", "up");
		host(ROUTER, ROUTER_ADDRESS);
		this.hosts.add(CLIENT);
		this.hosts.cable(CLIENT, "eth0", ROUTER, "lan");
		this.hosts.ip(ROUTER, "addr", "add", "10.78.0.1/24", "dev", "lan");
		this.hosts.ip(CLIENT, "addr", "add", clientNetwork(), "dev", "eth0");
		// Or the new address would go with the old one.
		in(CLIENT, "sysctl", "-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=1");
		this.hosts.ip(CLIENT, "route", "add", "default", "via", "10.78.0.1");
		this.addresses.put(CLIENT, ROUTER_ADDRESS);
		in(ROUTER, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
		in(ROUTER, "iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE", "--random");
	}

	/**
	 * Add a host to the bridge.
	 * @param host its name
	 * @param address its address
	 */
	void host(String host, String address) {
		this.hosts.add(host);
		this.hosts.cable(host, "eth0", BRIDGE, "v-" + host);
		this.hosts.ip(BRIDGE, "link", "set", "v-" + host, "master", "br0");
		this.hosts.ip(host, "addr", "add", address + "/24", "dev", "eth0");
		this.addresses.put(host, address);
	}

	/**
	 * Add a host unless it is there.
	 * @param host its name
	 * @param address its address
	 */
	void ensureHost(String host, String address) {
		if (!this.addresses.containsKey(host)) {
			host(host, address);
		}
	}

	/**
	 * Address of a host as others see it.
	 * @param host name of the host
	 * @return an IPv4 address
	 */
	String address(String host) {
		String address = this.addresses.get(host);
		if (address == null) {
			throw new IllegalArgumentException("Host '" + host + "' is not one of " + this.addresses.keySet());
		}
		return address;
	}

	/**
	 * A command that runs on a host.
	 * @param host name of the host
	 * @param command the command and its arguments
	 * @return the command to start
	 */
	List<String> on(String host, List<String> command) {
		return this.hosts.on(host, command);
	}

	/**
	 * Run a short command on a host.
	 * @param host name of the host
	 * @param command the command and its arguments
	 * @return what it printed
	 */
	String in(String host, String... command) {
		return this.hosts.in(host, command);
	}

	/**
	 * Drop what goes to a host, what comes from it, or both, without a word: at the
	 * bridge, since a packet that is dropped on the host itself is an error for its
	 * sender.
	 * @param host name of the host
	 * @param received whether to drop what goes to it
	 * @param sent whether to drop what comes from it
	 * @return heals the fault
	 */
	Healing drop(String host, boolean received, boolean sent) {
		String rules = (received ? "  oifname \"v-" + host + "\" ip protocol udp drop\n" : "")
				+ (sent ? "  iifname \"v-" + host + "\" ip protocol udp drop\n" : "");
		Shell.feed("table bridge fault {\n chain forward {\n  type filter hook forward priority 0; policy accept;\n"
				+ rules + " }\n}\n", on(BRIDGE, List.of("nft", "-f", "-")).toArray(String[]::new));
		return () -> in(BRIDGE, "nft", "delete", "table", "bridge", "fault");
	}

	/**
	 * Refuse what a host receives with ICMP port unreachable.
	 * @param host name of the host
	 * @return heals the fault
	 */
	Healing unreachable(String host) {
		return filter(host, chain("input", "meta l4proto udp reject with icmp type port-unreachable"));
	}

	/**
	 * Cut hosts off from others, at the bridge.
	 * @param hosts names of hosts
	 * @param others hosts they cannot reach any more, and that cannot reach them
	 * @return heals the fault
	 */
	Healing partition(List<String> hosts, List<String> others) {
		String these = String.join(", ", hosts.stream().map(this::address).toList());
		String those = String.join(", ", others.stream().map(this::address).toList());
		Shell.feed("""
				table bridge fault {
				 chain forward {
				  type filter hook forward priority 0; policy accept;
				  ip saddr { %1$s } ip daddr { %2$s } drop
				  ip saddr { %2$s } ip daddr { %1$s } drop
				 }
				}
				""".formatted(these, those), on(BRIDGE, List.of("nft", "-f", "-")).toArray(String[]::new));
		return () -> in(BRIDGE, "nft", "delete", "table", "bridge", "fault");
	}

	/**
	 * Make the client's link bad, both ways.
	 * @param link how bad
	 * @return heals the fault
	 */
	Healing link(Link link) {
		List<Process> daemons = new ArrayList<>();
		for (Direction direction : Direction.values()) {
			daemons.add(link.begin(this.linkd, this.hosts, CLIENT, direction.queue));
			in(CLIENT, "iptables", "-I", direction.chain, "-j", "NFQUEUE", "--queue-num", direction.queue,
					"--queue-bypass");
		}
		return () -> {
			for (Direction direction : Direction.values()) {
				in(CLIENT, "iptables", "-D", direction.chain, "-j", "NFQUEUE", "--queue-num", direction.queue,
						"--queue-bypass");
			}
			daemons.forEach(Process::destroy);
		};
	}

	/**
	 * Bound the rate of the client's link, both ways.
	 * @param kilobits bits per second, in thousands
	 * @return heals the fault
	 */
	Healing rate(int kilobits) {
		String rate = kilobits + "kbit";
		in(CLIENT, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", rate, "burst", "16kb", "latency",
				"100ms");
		in(ROUTER, "tc", "qdisc", "add", "dev", "lan", "root", "tbf", "rate", rate, "burst", "16kb", "latency",
				"100ms");
		return () -> {
			in(CLIENT, "tc", "qdisc", "del", "dev", "eth0", "root");
			in(ROUTER, "tc", "qdisc", "del", "dev", "lan", "root");
		};
	}

	/**
	 * Bound the packets of the way between the client and the providers, at the router,
	 * where neither end sees it.
	 * @param bytes largest packet, IP header included
	 * @return heals the fault
	 */
	Healing mtu(int bytes) {
		this.hosts.ip(ROUTER, "link", "set", "eth0", "mtu", Integer.toString(bytes));
		return () -> this.hosts.ip(ROUTER, "link", "set", "eth0", "mtu", "1500");
	}

	/**
	 * Forget the router's translations: what the client sends next comes from another
	 * port.
	 */
	void rebind() {
		in(ROUTER, "conntrack", "-F");
	}

	/**
	 * Give the client another address of its own.
	 */
	void readdress() {
		String before = clientNetwork();
		this.clientAddress = (this.clientAddress < LAST_CLIENT_ADDRESS) ? this.clientAddress + 1 : FIRST_CLIENT_ADDRESS;
		this.hosts.ip(CLIENT, "addr", "add", clientNetwork(), "dev", "eth0");
		this.hosts.ip(CLIENT, "addr", "del", before, "dev", "eth0");
	}

	@Override
	public void close() {
		this.hosts.close();
	}

	private String clientNetwork() {
		return "10.78.0." + this.clientAddress + "/24";
	}

	private Healing filter(String host, String chains) {
		Shell.feed("table inet fault {\n" + chains + "}\n", on(host, List.of("nft", "-f", "-")).toArray(String[]::new));
		return () -> in(host, "nft", "delete", "table", "inet", "fault");
	}

	private static String chain(String hook, String rule) {
		return " chain " + hook + " {\n  type filter hook " + hook + " priority 0; policy accept;\n  " + rule
				+ "\n }\n";
	}

	/** Ends a fault. */
	@FunctionalInterface
	interface Healing {

		/** End the fault. */
		void heal();

	}

	private enum Direction {

		IN("INPUT", "1"), OUT("OUTPUT", "2");

		private final String chain;

		private final String queue;

		Direction(String chain, String queue) {
			this.chain = chain;
			this.queue = queue;
		}

	}

}
