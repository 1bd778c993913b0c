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

package io.macula.testing;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that are told to others before they are bound, and bound again after
 * a restart. They are below those that the kernel gives to sockets that ask for any port
 * (RFC 6335, section 6; Linux begins at 32768), so that nobody takes them meanwhile.
 */
public final class TestPorts {

	private static final int FIRST = 20_000;

	private static final int LAST = 32_000;

	private static final int TRIES = 1_000;

	private TestPorts() {
	}

	/**
	 * Free UDP ports of the loopback interface.
	 * @param count how many
	 * @return them
	 */
	public static List<Integer> udp(int count) {
		List<Integer> ports = new ArrayList<>();
		for (int i = 0; i < TRIES && ports.size() < count; i++) {
			int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
			if (!ports.contains(port) && free(port)) {
				ports.add(port);
			}
		}
		if (ports.size() < count) {
			throw new IllegalStateException("No " + count + " free UDP ports from " + FIRST + " to " + LAST);
		}
		return ports;
	}

	private static boolean free(int port) {
		try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", port))) {
			return socket.isBound();
		}
		catch (SocketException ex) {
			return false;
		}
	}

}
