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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

import io.macula.Endpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The host that other nodes dial, with the reason why it was chosen, for the log.
 * Immutable.
 *
 * @param host name or address
 * @param reason for people
 */
record AdvertisedHost(String host, String reason) {

	private static final Logger logger = LoggerFactory.getLogger(AdvertisedHost.class);

	/** Any port will do: nothing is sent. */
	private static final int DISCARD = 9;

	/**
	 * Choose: what is configured, else the address that is bound, else the address that
	 * leads to a seed, else one of a network interface, else loopback. Looks up the hosts
	 * of the seeds, so it may block.
	 * @param configured the configured host, or {@code null}
	 * @param bound the configured address to bind, or {@code null} for all
	 * @param seeds configured seeds
	 * @return the choice
	 */
	static AdvertisedHost choose(@Nullable String configured, @Nullable String bound, List<Endpoint> seeds) {
		if (configured != null && !configured.isBlank()) {
			return new AdvertisedHost(configured, "configured");
		}
		if (bound != null && !bound.isBlank() && !isWildcard(bound)) {
			return new AdvertisedHost(bound, "the address that is bound");
		}
		AdvertisedHost loopback = null;
		for (Endpoint seed : seeds) {
			InetAddress local = localAddressTowards(seed);
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
		return interfaceAddresses().stream()
			.findFirst()
			.map((found) -> new AdvertisedHost(text(found.address),
					"the address of interface " + found.name
							+ "; set macula.provider.advertised-host if others cannot reach it"))
			.orElseGet(() -> new AdvertisedHost(text(InetAddress.getLoopbackAddress()),
					"no network interface is up, so only this machine can reach it"));
	}

	private static String text(InetAddress address) {
		return Endpoint.of(address, DISCARD).host();
	}

	private static boolean isWildcard(String bound) {
		try {
			return InetAddress.getByName(bound).isAnyLocalAddress();
		}
		catch (IOException ex) {
			logger.debug("Bound address {} is not known", bound, ex);
			return false;
		}
	}

	/** Connecting a UDP socket asks the routing table and sends no packet. */
	private static @Nullable InetAddress localAddressTowards(Endpoint seed) {
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.connect(new InetSocketAddress(InetAddress.getByName(seed.host()), DISCARD));
			InetAddress local = socket.getLocalAddress();
			return local.isAnyLocalAddress() ? null : local;
		}
		catch (IOException | UncheckedIOException ex) {
			logger.debug("No local address leads to seed {}", seed, ex);
			return null;
		}
	}

	/** IPv4 before IPv6, private addresses before public ones, never link-local ones. */
	private static List<Found> interfaceAddresses() {
		List<Found> found = new ArrayList<>();
		try {
			for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
				if (network.isUp() && !network.isLoopback()) {
					for (InetAddress address : Collections.list(network.getInetAddresses())) {
						if (!address.isLinkLocalAddress() && !address.isLoopbackAddress()) {
							found.add(new Found(network.getName(), network.getIndex(), address));
						}
					}
				}
			}
		}
		catch (SocketException ex) {
			logger.debug("The network interfaces cannot be listed", ex);
		}
		found.sort(Comparator.<Found, Boolean>comparing((one) -> !(one.address instanceof Inet4Address))
			.thenComparing((one) -> !one.address.isSiteLocalAddress())
			.thenComparingInt(Found::index));
		return found;
	}

	private record Found(String name, int index, InetAddress address) {

	}

}
