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

package io.macula.cli.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Finds the addresses of a host, of both families, as the product does.
 */
final class NameCheck {

	static final String NAME = "name";

	private NameCheck() {
	}

	static Named of(String host, Duration patience) {
		long began = System.nanoTime();
		try {
			List<InetAddress> found = Addresses.resolve(host).block(patience);
			if (found == null || found.isEmpty()) {
				return new Named(List.of(), failed(host, null));
			}
			long millis = (System.nanoTime() - began) / 1_000_000;
			return new Named(found, Finding.ok(NAME, seen(host, found, millis)));
		}
		catch (RuntimeException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			boolean late = String.valueOf(ex.getMessage()).startsWith("Timeout");
			return new Named(List.of(), failed(host, late ? new TimeoutException() : cause));
		}
	}

	private static Finding failed(String host, @Nullable Throwable cause) {
		String seen = (cause != null) ? Addresses.unresolved(host, cause) : "host name '" + host + "' has no address";
		return Finding.failed(NAME, seen,
				"check the spelling, /etc/hosts and the name service (getent ahosts " + host + ")");
	}

	private static String seen(String host, List<InetAddress> found, long millis) {
		if (found.size() == 1 && host.equals(found.get(0).getHostAddress())) {
			return "an address, no name: " + family(found.get(0));
		}
		return found.stream()
			.map((address) -> Addresses.text(address) + " (" + family(address) + ")")
			.collect(Collectors.joining(", ", "", " within " + millis + " ms"));
	}

	static String family(InetAddress address) {
		return (address instanceof Inet4Address) ? "IPv4" : "IPv6";
	}

	/**
	 * What a name leads to.
	 *
	 * @param addresses none if it is not known
	 * @param finding for people
	 */
	record Named(List<InetAddress> addresses, Finding finding) {

	}

}
