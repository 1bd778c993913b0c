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

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

import io.netty.util.NetUtil;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Host names to addresses, in the order in which they are to be tried.
 */
public final class Addresses {

	public static final InetAddress ANY_4 = ofBytes(new byte[4]);

	public static final InetAddress ANY_6 = ofBytes(new byte[16]);

	private Addresses() {
	}

	/**
	 * Resolve a host; an address as text at once, a name off the event loops.
	 * @param host name or address
	 * @return all its addresses, families alternating (RFC 8305, section 4); fails with
	 * {@link UnknownHostException}
	 */
	public static Mono<List<InetAddress>> resolve(String host) {
		InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
		if (literal != null) {
			return Mono.just(List.of(literal));
		}
		return Mono.fromCallable(() -> alternating(Arrays.asList(InetAddress.getAllByName(host))))
			.subscribeOn(Schedulers.boundedElastic());
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
