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

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A way to a node of this machine that loses datagrams beyond a size. */
final class Narrow implements AutoCloseable {

	private final DatagramSocket front = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));

	private final DatagramSocket back = new DatagramSocket();

	private volatile SocketAddress client = new InetSocketAddress("127.0.0.1", 9);

	Narrow(int port, int most) throws IOException {
		this.back.connect(new InetSocketAddress("127.0.0.1", port));
		pump(() -> {
			DatagramPacket packet = receive(this.front);
			this.client = packet.getSocketAddress();
			if (packet.getLength() <= most) {
				this.back.send(new DatagramPacket(packet.getData(), packet.getLength()));
			}
		});
		pump(() -> {
			DatagramPacket packet = receive(this.back);
			this.front.send(new DatagramPacket(packet.getData(), packet.getLength(), this.client));
		});
	}

	int port() {
		return this.front.getLocalPort();
	}

	private static DatagramPacket receive(DatagramSocket socket) throws IOException {
		DatagramPacket packet = new DatagramPacket(new byte[20_000], 20_000);
		socket.receive(packet);
		return packet;
	}

	private static void pump(Step step) {
		Thread thread = new Thread(() -> {
			try {
				while (true) {
					step.run();
				}
			}
			catch (IOException ex) {
				// Closed.
			}
		}, "narrow");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		this.front.close();
		this.back.close();
	}

	private interface Step {

		void run() throws IOException;

	}

}
