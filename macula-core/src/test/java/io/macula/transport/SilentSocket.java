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

package io.macula.transport;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What comes to a socket that never answers.
 */
final class SilentSocket {

	private SilentSocket() {
	}

	/** What came before is of no interest; nothing may come later. */
	static void assertGivenUp(DatagramSocket silent) throws Exception {
		datagrams(silent, 100);
		assertThat(datagrams(silent, 1500)).isZero();
	}

	private static int datagrams(DatagramSocket socket, int millis) throws Exception {
		socket.setSoTimeout(millis);
		int count = 0;
		while (true) {
			try {
				socket.receive(new DatagramPacket(new byte[2000], 2000));
				count++;
			}
			catch (SocketTimeoutException ex) {
				return count;
			}
		}
	}

}
