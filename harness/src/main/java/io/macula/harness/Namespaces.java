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

package io.macula.harness;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Hosts on one machine, each a network namespace, and the cables between them. Closed,
 * they are gone. Needs Linux, root and iproute2.
 */
public final class Namespaces implements AutoCloseable {

	private static final String BRIDGE_DEVICE = "br0";

	private static final String SIX_PREFIX = "/64";

	private static final int SOLICITED_BYTES = 3;

	private static final Duration JOINED_LIMIT = Duration.ofSeconds(10);

	private final String prefix;

	/**
	 * No hosts yet.
	 * @param prefix begins the names of the namespaces; unique on the machine
	 */
	public Namespaces(String prefix) {
		this.prefix = prefix;
	}

	/**
	 * Add a host, which has nothing but a loopback interface.
	 * @param host its name
	 */
	public void add(String host) {
		Shell.run("ip", "netns", "add", this.prefix + host);
		ip(host, "link", "set", "lo", "up");
	}

	/**
	 * Join two hosts.
	 * @param host a host
	 * @param device name of its end
	 * @param otherHost the other host
	 * @param otherDevice name of the other end
	 */
	public void cable(String host, String device, String otherHost, String otherDevice) {
		Shell.run("ip", "link", "add", device, "netns", this.prefix + host, "type", "veth", "peer", "name", otherDevice,
				"netns", this.prefix + otherHost);
		ip(host, "link", "set", device, "up");
		ip(otherHost, "link", "set", otherDevice, "up");
	}

	/**
	 * Let each packet travel alone over a device, as over a real cable. Without it a
	 * virtual one carries what the kernel would cut (GSO, TSO) in one piece, so that a
	 * filter behind it judges the size of 64 KiB, and loses them all at once.
	 * @param host name of the host
	 * @param device name of its device
	 */
	public void cut(String host, String device) {
		ip(host, "link", "set", "dev", device, "gso_max_segs", "1");
	}

	/**
	 * Add a host that is nothing but a bridge.
	 * @param host its name
	 */
	public void addBridge(String host) {
		add(host);
		ip(host, "link", "add", BRIDGE_DEVICE, "type", "bridge");
		ip(host, "link", "set", BRIDGE_DEVICE, "up");
	}

	/**
	 * Add a host behind a bridge: its {@code eth0} is joined to it by {@code v-<host>}.
	 * @param host its name, of at most 13 characters
	 * @param bridge a host of {@link #addBridge}
	 */
	public void addBehind(String host, String bridge) {
		add(host);
		cable(host, "eth0", bridge, "v-" + host);
		ip(bridge, "link", "set", "v-" + host, "master", BRIDGE_DEVICE);
	}

	/**
	 * Join this machine itself to a bridge, until that is gone.
	 * @param bridge a host of {@link #addBridge}
	 * @param address address of this machine there, with the length of its prefix
	 */
	public void joinThisMachine(String bridge, String address) {
		String device = this.prefix + "here";
		Shell.run("ip", "link", "add", device, "type", "veth", "peer", "name", "v-here", "netns", this.prefix + bridge);
		ip(bridge, "link", "set", "v-here", "up", "master", BRIDGE_DEVICE);
		Shell.run("ip", "addr", "add", address, "dev", device);
		Shell.run("ip", "link", "set", device, "up");
	}

	/**
	 * Configure the network of a host.
	 * @param host its name
	 * @param args arguments of {@code ip}
	 */
	public void ip(String host, String... args) {
		List<String> command = new ArrayList<>(List.of("ip", "-n", this.prefix + host));
		command.addAll(List.of(args));
		Shell.run(command.toArray(String[]::new));
	}

	/**
	 * Give a host an IPv6 address, at once, without looking for another host that has it.
	 * The kernel would send from such an address a moment before it listens for those who
	 * look for it, and they look again only a second later: so nothing is sent from it
	 * until it can be found, as it is where addresses are looked for first (RFC 4862,
	 * section 5.4).
	 * @param host its name
	 * @param device name of the interface
	 * @param address the address, which no other host has
	 */
	public void addSix(String host, String device, String address) {
		ip(host, "addr", "add", address + SIX_PREFIX, "dev", device, "nodad", "preferred_lft", "0");
		String group = solicitedNode(address);
		Clock.await(address + " of '" + host + "' can be found", JOINED_LIMIT,
				() -> in(host, "cat", "/proc/net/igmp6").contains(group));
		ip(host, "addr", "change", address + SIX_PREFIX, "dev", device, "preferred_lft", "forever");
	}

	/** The group to which questions for an address are sent (RFC 4291, section 2.7.1). */
	private static String solicitedNode(String address) {
		try {
			byte[] bytes = InetAddress.getByName(address).getAddress();
			return "ff0200000000000000000001ff"
					+ HexFormat.of().formatHex(bytes, bytes.length - SOLICITED_BYTES, bytes.length);
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException("'" + address + "' is not an IPv6 address", ex);
		}
	}

	/**
	 * A command that runs on a host.
	 * @param host its name
	 * @param command the command and its arguments
	 * @return the command to start
	 */
	public List<String> on(String host, List<String> command) {
		List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", this.prefix + host));
		all.addAll(command);
		return all;
	}

	/**
	 * Run a short command on a host.
	 * @param host its name
	 * @param command the command and its arguments
	 * @return what it printed
	 */
	public String in(String host, String... command) {
		return Shell.run(on(host, List.of(command)).toArray(String[]::new));
	}

	@Override
	public void close() {
		List<String> kept = new ArrayList<>();
		for (String line : Shell.run("ip", "netns", "list").split("\n")) {
			String name = line.split(" ")[0];
			if (name.startsWith(this.prefix) && !Shell.succeeds("ip", "netns", "del", name)) {
				kept.add(name);
			}
		}
		if (!kept.isEmpty()) {
			throw new IllegalStateException("Network namespaces " + kept + " cannot be removed");
		}
	}

}
