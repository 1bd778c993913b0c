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
import java.util.stream.Collectors;

import io.macula.harness.Link;
import io.macula.harness.Namespaces;
import io.macula.harness.Shell;

/**
 * Hosts of the suite, each a network namespace with an address of its own behind one
 * bridge. The client sits behind a router, which translates its IPv4 address and leaves
 * its IPv6 address as it is. Needs root.
 */
final class Network implements AutoCloseable {

	/** The client's host. */
	static final String CLIENT = "c";

	/** The router between the client and the bridge. */
	static final String ROUTER = "nat";

	private static final String BRIDGE = "sw";

	private static final int ROUTER_NUMBER = 100;

	private static final int MTU = 1500;

	private static final int FIRST_CLIENT_ADDRESS = 2;

	private static final int LAST_CLIENT_ADDRESS = 250;

	private final Namespaces hosts;

	private final Path linkd;

	private final Addressing addressing;

	private final Map<String, Integer> numbers = new LinkedHashMap<>();

	private int clientAddress = FIRST_CLIENT_ADDRESS;

	Network(String prefix, Path linkd, Addressing addressing) {
		this.hosts = new Namespaces(prefix);
		this.linkd = linkd;
		this.addressing = addressing;
		this.hosts.addBridge(BRIDGE);
		host(ROUTER, ROUTER_NUMBER);
		this.hosts.add(CLIENT);
		this.hosts.cable(CLIENT, "eth0", ROUTER, "lan");
		this.hosts.cut(CLIENT, "eth0");
		this.hosts.cut(ROUTER, "lan");
		if (addressing.four()) {
			routeFour();
		}
		if (addressing.six()) {
			routeSix();
		}
	}

	private void routeFour() {
		this.hosts.ip(ROUTER, "addr", "add", "10.78.0.1/24", "dev", "lan");
		this.hosts.ip(CLIENT, "addr", "add", clientFour(), "dev", "eth0");
		// Or the new address would go with the old one.
		in(CLIENT, "sysctl", "-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=1");
		this.hosts.ip(CLIENT, "route", "add", "default", "via", "10.78.0.1");
		in(ROUTER, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
		in(ROUTER, "iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE", "--random");
	}

	private void routeSix() {
		in(ROUTER, "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1");
		this.hosts.addSix(ROUTER, "lan", "fd78::1");
		this.hosts.addSix(CLIENT, "eth0", clientSix());
		this.hosts.ip(CLIENT, "-6", "route", "add", "default", "via", "fd78::1");
	}

	/**
	 * Add a host to the bridge.
	 * @param host its name
	 * @param number its number, by which it has its addresses
	 */
	void host(String host, int number) {
		this.hosts.addBehind(host, BRIDGE);
		this.hosts.cut(host, "eth0");
		giveAddresses(host, number);
		this.numbers.put(host, number);
	}

	private void giveAddresses(String host, int number) {
		if (this.addressing.four()) {
			this.hosts.ip(host, "addr", "add", Addressing.four(number) + "/24", "dev", "eth0");
		}
		if (this.addressing.six()) {
			this.hosts.addSix(host, "eth0", Addressing.six(number));
			if (number != ROUTER_NUMBER) {
				this.hosts.ip(host, "-6", "route", "add", "default", "via", Addressing.six(ROUTER_NUMBER));
			}
		}
	}

	/**
	 * Add a host unless it is there.
	 * @param host its name
	 * @param number its number
	 */
	void ensureHost(String host, int number) {
		if (!this.numbers.containsKey(host)) {
			host(host, number);
		}
	}

	/**
	 * Give a host another address beside those it has.
	 * @param host name of the host
	 * @param number number of the address, which no other host has
	 * @return the address, in brackets if it is of IPv6
	 */
	String addAddress(String host, int number) {
		if (this.addressing.four()) {
			// Or those that were added would go with the first one.
			in(host, "sysctl", "-q", "-w", "net.ipv4.conf.eth0.promote_secondaries=1");
			this.hosts.ip(host, "addr", "add", Addressing.four(number) + "/24", "dev", "eth0");
		}
		if (this.addressing.six()) {
			this.hosts.addSix(host, "eth0", Addressing.six(number));
		}
		return this.addressing.address(number);
	}

	/**
	 * Take an address from a host.
	 * @param host name of the host
	 * @param number number of the address
	 */
	void removeAddress(String host, int number) {
		if (this.addressing.four()) {
			this.hosts.ip(host, "addr", "del", Addressing.four(number) + "/24", "dev", "eth0");
		}
		if (this.addressing.six()) {
			this.hosts.ip(host, "addr", "del", Addressing.six(number) + "/64", "dev", "eth0");
		}
	}

	/**
	 * Leave a host nothing but its loopback interface.
	 * @param host name of the host, whose addresses are those that it had at first
	 * @return gives it its network and its addresses back
	 */
	Healing disconnect(String host) {
		this.hosts.ip(host, "addr", "flush", "dev", "eth0");
		this.hosts.ip(host, "link", "set", "eth0", "down");
		return () -> {
			this.hosts.ip(host, "link", "set", "eth0", "up");
			giveAddresses(host, number(host));
		};
	}

	/**
	 * Number of a host, by which it has the address that others know at first.
	 * @param host name of the host
	 * @return its number
	 */
	int number(String host) {
		Integer number = this.numbers.get(host);
		if (number == null) {
			throw new IllegalArgumentException("Host '" + host + "' is not one of " + this.numbers.keySet());
		}
		return number;
	}

	/**
	 * Address of a host as others see it.
	 * @param host name of the host
	 * @return an address, in brackets if it is of IPv6
	 */
	String address(String host) {
		return this.addressing.address(number(host));
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
		return bridge((received ? "oifname " + cables(List.of(host)) + " meta l4proto udp drop\n" : "")
				+ (sent ? "iifname " + cables(List.of(host)) + " meta l4proto udp drop\n" : ""));
	}

	/**
	 * Cut the client off from everybody, without a word.
	 * @return heals the fault
	 */
	Healing outage() {
		return drop(ROUTER, true, true);
	}

	/**
	 * Refuse what a host receives with ICMP port unreachable.
	 * @param host name of the host
	 * @return heals the fault
	 */
	Healing unreachable(String host) {
		return filter(host, chain("input", "meta l4proto udp reject with icmpx type port-unreachable"));
	}

	/**
	 * Cut hosts off from others, at the bridge.
	 * @param hosts names of hosts
	 * @param others hosts they cannot reach any more, and that cannot reach them
	 * @return heals the fault
	 */
	Healing partition(List<String> hosts, List<String> others) {
		String these = cables(hosts);
		String those = cables(others);
		return bridge(
				"iifname %1$s oifname %2$s meta l4proto udp drop%niifname %2$s oifname %1$s meta l4proto udp drop%n"
					.formatted(these, those));
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
			queue("-I", direction);
		}
		return () -> {
			for (Direction direction : Direction.values()) {
				queue("-D", direction);
			}
			daemons.forEach(Process::destroy);
		};
	}

	/**
	 * Delay what a host gets from some others, so that a round trip to them takes longer.
	 * @param host name of the host
	 * @param from the others
	 * @param millis the delay
	 * @param queue number of a netfilter queue that the host does not use yet
	 * @return heals the fault
	 */
	Healing delay(String host, List<String> from, double millis, String queue) {
		String sources = from.stream().map(this::address).collect(Collectors.joining(","));
		Process daemon = new Link(millis, 0, 0, 0).hold(this.linkd, this.hosts, host, queue, "-s", sources);
		return () -> {
			Link.release(this.hosts, host, queue, "-s", sources);
			daemon.destroy();
		};
	}

	private void queue(String operation, Direction direction) {
		for (String tables : this.addressing.filters()) {
			in(CLIENT, tables, operation, direction.chain, "-j", "NFQUEUE", "--queue-num", direction.queue,
					"--queue-bypass");
		}
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
		return () -> this.hosts.ip(ROUTER, "link", "set", "eth0", "mtu", Integer.toString(MTU));
	}

	/**
	 * Swallow larger packets between the client and the providers, both ways, at the
	 * router, which tells nobody.
	 * @param bytes largest packet that gets through, IP header included
	 * @return heals the fault
	 */
	Healing blackHole(int bytes) {
		return filter(ROUTER, chain("forward", "meta l4proto udp meta length > " + bytes + " drop"));
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
		String four = clientFour();
		String six = clientSix();
		this.clientAddress = (this.clientAddress < LAST_CLIENT_ADDRESS) ? this.clientAddress + 1 : FIRST_CLIENT_ADDRESS;
		if (this.addressing.four()) {
			this.hosts.ip(CLIENT, "addr", "add", clientFour(), "dev", "eth0");
			this.hosts.ip(CLIENT, "addr", "del", four, "dev", "eth0");
		}
		if (this.addressing.six()) {
			this.hosts.addSix(CLIENT, "eth0", clientSix());
			this.hosts.ip(CLIENT, "addr", "del", six + "/64", "dev", "eth0");
		}
	}

	@Override
	public void close() {
		this.hosts.close();
	}

	private String clientFour() {
		return "10.78.0." + this.clientAddress + "/24";
	}

	private String clientSix() {
		return "fd78::" + this.clientAddress;
	}

	/** The bridge's ends of the cables to some hosts. */
	private String cables(List<String> names) {
		return names.stream()
			.map((host) -> "\"v-" + (host.equals(CLIENT) ? ROUTER : host) + "\"")
			.collect(Collectors.joining(", ", "{ ", " }"));
	}

	private Healing bridge(String rules) {
		Shell.feed("table bridge fault {\n chain forward {\n  type filter hook forward priority 0; policy accept;\n"
				+ rules + " }\n}\n", on(BRIDGE, List.of("nft", "-f", "-")).toArray(String[]::new));
		return () -> in(BRIDGE, "nft", "delete", "table", "bridge", "fault");
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
