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

package io.macula.udp;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import io.macula.log.PrintableLogger;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import reactor.core.publisher.Mono;

/**
 * Addresses of both families: what a host name stands for, in the order in which it is to
 * be tried, and which addresses a bound socket serves.
 */
public final class Addresses {

	private static final Logger logger = PrintableLogger.of(Addresses.class);

	private static final byte[] MAPPED = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1 };

	public static final InetAddress ANY_4 = ofBytes(new byte[4]);

	public static final InetAddress ANY_6 = ofBytes(new byte[16]);

	private Addresses() {
	}

	/**
	 * Resolve a host; an address as text at once, a name off the event loops, on threads
	 * that nobody else uses: those that Reactor has for blocking code may all be occupied
	 * by callers who wait for this very name.
	 * @param host name or address
	 * @return all its addresses, families alternating (RFC 8305, section 4); fails with
	 * {@link UnknownHostException}
	 */
	public static Mono<List<InetAddress>> resolve(String host) {
		InetAddress literal = (host.indexOf('%') < 0) ? literal(host) : null;
		if (literal != null) {
			return Mono.just(List.of(literal));
		}
		return Mono.fromCallable(() -> alternating(Arrays.asList(InetAddress.getAllByName(host))))
			.subscribeOn(NameThreads.SCHEDULER);
	}

	/**
	 * Threads that may wait for what this class asks, and that no application occupies.
	 * @return runs tasks, each on one of few threads; nobody closes it
	 */
	public static Executor threads() {
		return NameThreads.EXECUTOR;
	}

	/**
	 * An address as text, without asking any name service.
	 * @param host name or address
	 * @return the address, without its zone, or {@code null} if it is a name
	 */
	public static @Nullable InetAddress literal(String host) {
		int zone = host.indexOf('%');
		return NetUtil.createInetAddressFromIpAddressString((zone < 0) ? host : host.substring(0, zone));
	}

	/**
	 * Where to bind in order to listen at all addresses of this machine: at {@code ::},
	 * which serves both families, or at 0.0.0.0 where IPv6 is off.
	 * @return a wildcard address
	 */
	public static InetAddress everywhere() {
		if (NetUtil.isIpV4StackPreferred()) {
			return ANY_4;
		}
		try (DatagramChannel trial = DatagramChannel.open(StandardProtocolFamily.INET6)) {
			trial.bind(new InetSocketAddress(ANY_6, 0));
			return ANY_6;
		}
		catch (IOException | UnsupportedOperationException ex) {
			logger.debug("IPv6 is off here: {}", String.valueOf(ex));
			return ANY_4;
		}
	}

	/**
	 * Whether a socket can get what is sent to an address of this machine.
	 * @param bound where the socket is bound; {@code ::} serves both families
	 * @param address an address
	 * @return whether it is bound there or everywhere in that family
	 */
	public static boolean serves(InetAddress bound, InetAddress address) {
		if (bound.isAnyLocalAddress()) {
			return !(bound instanceof Inet4Address) || address instanceof Inet4Address;
		}
		return bound.equals(address);
	}

	/**
	 * Addresses of this machine that others may dial: of interfaces that are up, neither
	 * loopback nor link-local ones.
	 * @return a new set, empty if they cannot be listed
	 */
	public static Set<InetAddress> ofThisMachine() {
		return byInterface().keySet();
	}

	/**
	 * The same, each with its interface.
	 * @return a new map, empty if they cannot be listed
	 */
	public static Map<InetAddress, NetworkInterface> byInterface() {
		Map<InetAddress, NetworkInterface> found = new LinkedHashMap<>();
		try {
			for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
				if (network.isUp() && !network.isLoopback()) {
					Collections.list(network.getInetAddresses())
						.forEach((address) -> found.putIfAbsent(address, network));
				}
			}
		}
		catch (SocketException ex) {
			logger.debug("The network interfaces cannot be listed", ex);
		}
		found.keySet().removeIf((address) -> address.isLinkLocalAddress() || address.isLoopbackAddress());
		return found;
	}

	/**
	 * Those addresses from which a socket at a wildcard address might not answer whoever
	 * dials them: the kernel chooses one of the family.
	 * @param bound where the socket is bound
	 * @param present addresses of this machine
	 * @return those that are not the only one of their family; none for another socket
	 */
	public static List<InetAddress> withRivals(InetAddress bound, Collection<InetAddress> present) {
		Map<Boolean, List<InetAddress>> families = present.stream()
			.filter((address) -> bound.isAnyLocalAddress() && serves(bound, address))
			.collect(Collectors.groupingBy((address) -> address instanceof Inet4Address));
		return families.values().stream().filter((family) -> family.size() > 1).flatMap(List::stream).toList();
	}

	/**
	 * An address with its port, for people: IPv6 in its short form (RFC 5952) and in
	 * brackets.
	 * @param address a resolved address
	 * @return for example {@code [fd00:77::1]:9443} or {@code 10.0.0.1:9443}
	 */
	public static String text(InetSocketAddress address) {
		String host = text(address.getAddress());
		return ((host.indexOf(':') >= 0) ? "[" + host + "]" : host) + ":" + address.getPort();
	}

	/**
	 * An address for people: IPv6 in its short form, without its zone.
	 * @param address the address
	 * @return for example {@code fd00:77::1} or {@code 10.0.0.1}
	 */
	public static String text(InetAddress address) {
		return NetUtil.toAddressString(address);
	}

	/**
	 * The address that a peer has in its own eyes: sockets of both families tell IPv4
	 * addresses mapped into IPv6 (RFC 4291, section 2.5.5.2).
	 * @param address as a socket tells it
	 * @return the same, but IPv4 as IPv4
	 */
	public static @Nullable SocketAddress plain(@Nullable SocketAddress address) {
		if (address instanceof InetSocketAddress socket && socket.getAddress() != null) {
			return new InetSocketAddress(plain(socket.getAddress()), socket.getPort());
		}
		return address;
	}

	/**
	 * The same for an address without a port.
	 * @param address as a socket tells it
	 * @return the same, but IPv4 as IPv4
	 */
	public static InetAddress plain(InetAddress address) {
		byte[] bytes = address.getAddress();
		boolean mapped = bytes.length == 16 && Arrays.equals(bytes, 0, MAPPED.length, MAPPED, 0, MAPPED.length);
		return mapped ? ofBytes(Arrays.copyOfRange(bytes, MAPPED.length, bytes.length)) : address;
	}

	/**
	 * What one host may have all to itself: an address of IPv4, a /64 of IPv6.
	 * @param address as a socket tells it
	 * @return equal for all addresses that may be one host's
	 */
	public static Object share(InetAddress address) {
		InetAddress plain = plain(address);
		return (plain instanceof Inet6Address) ? ByteBuffer.wrap(plain.getAddress()).getLong() : plain;
	}

	/**
	 * The host that a peer is at, as far as its address tells: a member can have as many
	 * connections, node ids and certificates as it likes, but hardly more hosts.
	 * @param address as a socket tells it
	 * @return as {@link #share} has it; {@code null} if it tells nothing, as on the
	 * loopback interface
	 */
	public static @Nullable Object host(@Nullable SocketAddress address) {
		InetAddress host = (address instanceof InetSocketAddress internet) ? internet.getAddress() : null;
		return (host != null && !plain(host).isLoopbackAddress()) ? share(host) : null;
	}

	/**
	 * Why a host was not resolved, for people; what the exceptions say by themselves is
	 * at times no more than the name.
	 * @param host name or address
	 * @param cause how {@link #resolve} failed, or that it was not waited for any longer
	 * @return a sentence without an end, such as {@code host name 'x' cannot be resolved}
	 */
	public static String unresolved(String host, Throwable cause) {
		String text = "host name '" + host + "' cannot be resolved";
		if (cause instanceof TimeoutException) {
			return text + " (the name service did not answer in time)";
		}
		if (!(cause instanceof UnknownHostException)) {
			return text + " (" + cause + ")";
		}
		String told = cause.getMessage();
		if (told == null || !told.startsWith(host + ": ")) {
			return text;
		}
		return text + " (" + told.substring(host.length() + 2) + ")";
	}

	/** The first address keeps its place, then the families take turns. */
	static List<InetAddress> alternating(List<InetAddress> addresses) {
		Deque<InetAddress> first = new ArrayDeque<>();
		Deque<InetAddress> other = new ArrayDeque<>();
		boolean four = addresses.get(0) instanceof Inet4Address;
		for (InetAddress address : addresses) {
			((address instanceof Inet4Address == four) ? first : other).add(address);
		}
		List<InetAddress> ordered = new ArrayList<>(addresses.size());
		while (!first.isEmpty() || !other.isEmpty()) {
			if (!first.isEmpty()) {
				ordered.add(first.remove());
			}
			if (!other.isEmpty()) {
				ordered.add(other.remove());
			}
		}
		return ordered;
	}

	private static InetAddress ofBytes(byte[] bytes) {
		try {
			return InetAddress.getByAddress(bytes);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
