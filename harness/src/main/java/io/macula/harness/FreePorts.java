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

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback interface for servers that are told to others before they are
 * bound, and bound again after a restart. They are below those that the kernel gives to
 * sockets that ask for any port (RFC 6335, section 6; Linux begins at 32768), so that no
 * such socket takes them meanwhile.
 */
public final class FreePorts {

	static final int FIRST = 20_000;

	static final int LAST = 32_000;

	private static final int TRIES = 1_000;

	private FreePorts() {
	}

	/**
	 * Free UDP ports.
	 * @param count how many
	 * @return different ports
	 */
	public static List<Integer> udp(int count) {
		return find(count, DatagramSocket::new);
	}

	/**
	 * A free TCP port.
	 * @return the port
	 */
	public static int tcp() {
		return find(1, (address) -> {
			ServerSocket socket = new ServerSocket();
			socket.bind(address);
			return socket;
		}).get(0);
	}

	/**
	 * Whether a UDP port is free.
	 * @param port the port
	 * @return whether it could be bound
	 */
	public static boolean isFreeUdp(int port) {
		return free(port, DatagramSocket::new);
	}

	private static List<Integer> find(int count, Binding binding) {
		List<Integer> ports = new ArrayList<>();
		for (int i = 0; i < TRIES && ports.size() < count; i++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
			if (!ports.contains(port) && free(port, binding)) {
				ports.add(port);
			}
		}
		if (ports.size() < count) {
			throw new IllegalStateException(count + " free ports from " + FIRST + " to " + LAST + " cannot be found");
		}
		return ports;
	}

	private static boolean free(int port, Binding binding) {
		try (Closeable bound = binding.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
			return bound != null;
		}
		catch (IOException ex) {
			return false;
		}
	}

	@FunctionalInterface
	private interface Binding {

		Closeable bind(InetSocketAddress address) throws IOException;

	}

}
