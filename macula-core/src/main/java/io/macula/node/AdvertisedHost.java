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

package io.macula.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.log.PrintableLogger;
import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The host that other nodes dial, with the reason why it was chosen, for the log.
 * Immutable.
 *
 * @param host name or address
 * @param reason for people
 */
record AdvertisedHost(String host, String reason) {

	private static final Logger logger = PrintableLogger.of(AdvertisedHost.class);

	private static final String SETTING = "macula.provider.advertised-host";

	private static final String FURTHER = "macula.provider.further-addresses";

	private static final String OTHER_FAMILY = "advertise an address of the family that is bound, or a name that "
			+ "stands for addresses of both";

	/** Any port will do: nothing is sent. */
	private static final int DISCARD = 9;

	/**
	 * Choose: what is configured, else the address that is bound, else the address that
	 * leads to a seed, else one of a network interface, else loopback; of the families
	 * that are bound. Looks up the hosts of the seeds, so it may block.
	 * @param configured the configured host, or {@code null}
	 * @param address the configured address to bind, or {@code null} for all
	 * @param bound where the socket is bound
	 * @param seeds configured seeds
	 * @return the choice
	 * @throws IllegalArgumentException if others can never dial what is configured
	 */
	static AdvertisedHost choose(@Nullable String configured, @Nullable String address, InetAddress bound,
			List<Endpoint> seeds) {
		if (configured != null && !configured.isBlank()) {
			return new AdvertisedHost(dialable(SETTING, configured), "configured");
		}
		if (address != null && !bound.isAnyLocalAddress()) {
			return new AdvertisedHost(dialable("macula.provider.address", address), "the address that is bound");
		}
		AdvertisedHost loopback = null;
		for (Endpoint seed : seeds) {
			InetAddress local = localAddressTowards(seed, bound);
			if (local != null && !local.isLoopbackAddress()) {
				return new AdvertisedHost(text(local), "the address that leads to seed " + seed);
			}
			if (local != null && loopback == null) {
				loopback = new AdvertisedHost(text(local), "seed " + seed + " is on this machine");
			}
		}
		if (loopback != null) {
			return loopback;
		}
		return interfaceAddresses(bound).stream()
			.findFirst()
			.map((found) -> new AdvertisedHost(text(found.address),
					"the address of interface " + found.name + "; set " + SETTING + " if others cannot reach it"))
			.orElseGet(() -> new AdvertisedHost(text(InetAddress.getLoopbackAddress()),
					"no network interface has an address, so only this machine can reach it"));
	}

	/**
	 * Demand further addresses that others can dial.
	 * @throws IllegalArgumentException if others can never dial one of them
	 */
	static void requireDialable(List<Endpoint> further) {
		for (int i = 0; i < further.size(); i++) {
			dialable(FURTHER + "[" + i + "]", further.get(i).host());
		}
	}

	/**
	 * Whether others may reach this host at an address of this machine.
	 * @param present all addresses of this machine that others may dial
	 */
	boolean among(Set<InetAddress> present) {
		return present.contains(Addresses.literal(this.host));
	}

	/** Whether this machine alone can reach it. */
	boolean loopback() {
		InetAddress literal = Addresses.literal(this.host);
		return literal != null && literal.isLoopbackAddress();
	}

	/**
	 * Why others may fail to reach this host, as far as this machine can know. Looks up a
	 * name, so it may block.
	 * @param bound where the socket is bound
	 * @return what is wrong and what to do about it, or {@code null} if nothing is
	 */
	@Nullable String doubt(InetAddress bound) {
		InetAddress literal = Addresses.literal(this.host);
		if (literal == null) {
			List<InetAddress> known = lookUp(this.host);
			return (known.isEmpty() || known.stream().anyMatch((each) -> sameFamily(bound, each))) ? null
					: complaint("stands for " + known.stream().map(AdvertisedHost::text).toList() + " only, but "
							+ at(bound) + " is bound", OTHER_FAMILY);
		}
		if (!sameFamily(bound, literal)) {
			return complaint("is an IPv" + ((literal instanceof Inet4Address) ? 4 : 6) + " address, but " + at(bound)
					+ " is bound", OTHER_FAMILY);
		}
		if (!isLocal(literal)) {
			return complaint("is no address of this machine",
					"that is right only where a NAT or a container engine forwards its port to this process; else "
							+ "correct the setting, or leave it out");
		}
		if (!Addresses.serves(bound, literal)) {
			return complaint("is another address than the one that is bound, " + text(bound),
					"correct it or macula.provider.address");
		}
		return null;
	}

	private String complaint(String what, String remedy) {
		return SETTING + " = " + this.host + " " + what + ", so that others may fail to reach this node: " + remedy;
	}

	private static String at(InetAddress bound) {
		return text(bound) + ((bound.isAnyLocalAddress() && bound instanceof Inet4Address)
				? " (every IPv4 address; IPv6 is off on this machine, or macula.provider.address says so)" : "");
	}

	private static boolean sameFamily(InetAddress bound, InetAddress address) {
		return bound.isAnyLocalAddress() ? Addresses.serves(bound, address)
				: bound instanceof Inet4Address == address instanceof Inet4Address;
	}

	private static boolean isLocal(InetAddress address) {
		try {
			return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
		}
		catch (SocketException ex) {
			logger.debug("The network interfaces cannot be listed", ex);
			return true;
		}
	}

	private static String dialable(String setting, String host) {
		InetAddress literal = Addresses.literal(host);
		if (literal != null && literal.isAnyLocalAddress()) {
			throw new IllegalArgumentException(setting + " = " + host
					+ " is no address that others can dial: name one address of this machine, or leave it out");
		}
		if (literal != null && literal.isLinkLocalAddress()) {
			throw new IllegalArgumentException(setting + " = " + host + " is a link-local address, whose zone means "
					+ "nothing on other machines: set " + (setting.startsWith(FURTHER) ? setting : SETTING)
					+ " to an address or a name that they can dial");
		}
		return host;
	}

	private static String text(InetAddress address) {
		return Endpoint.of(address, DISCARD).host();
	}

	private static List<InetAddress> lookUp(String host) {
		try {
			return List.of(InetAddress.getAllByName(host));
		}
		catch (UnknownHostException ex) {
			logger.debug("No address of {} is known here", host, ex);
			return List.of();
		}
	}

	/** The first that is of use, in the order of the name service. */
	private static @Nullable InetAddress localAddressTowards(Endpoint seed, InetAddress bound) {
		for (InetAddress remote : lookUp(seed.host())) {
			InetAddress local = localAddressTowards(remote);
			if (local != null && !local.isLinkLocalAddress() && Addresses.serves(bound, local)) {
				return local;
			}
		}
		return null;
	}

	/** Connecting a UDP socket asks the routing table and sends no packet. */
	private static @Nullable InetAddress localAddressTowards(InetAddress remote) {
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.connect(new InetSocketAddress(remote, DISCARD));
			InetAddress local = socket.getLocalAddress();
			return local.isAnyLocalAddress() ? null : local;
		}
		catch (IOException | UncheckedIOException ex) {
			logger.debug("No local address leads to {}", remote, ex);
			return null;
		}
	}

	/** IPv4 before IPv6, private addresses before public ones, never link-local ones. */
	private static List<Found> interfaceAddresses(InetAddress bound) {
		List<Found> found = new ArrayList<>();
		Addresses.byInterface().forEach((address, network) -> {
			if (Addresses.serves(bound, address)) {
				found.add(new Found(network.getName(), network.getIndex(), address));
			}
		});
		found.sort(Comparator.<Found, Boolean>comparing((one) -> !(one.address instanceof Inet4Address))
			.thenComparing((one) -> !one.address.isSiteLocalAddress())
			.thenComparingInt(Found::index));
		return found;
	}

	private record Found(String name, int index, InetAddress address) {

	}

}
