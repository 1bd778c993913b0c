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

package io.macula.directory.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port of this machine that leads to another one, while it is open.
 */
final class TcpGate implements AutoCloseable {

	private volatile int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final ServerSocket server;

	private volatile boolean shut;

	TcpGate(int target) throws IOException {
		this.target = target;
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		daemon(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	/** Lead to another port from now on. */
	void lead(int other) {
		this.target = other;
		reset();
	}

	/** End all connections, and those that come. */
	void cut() {
		this.shut = true;
		reset();
	}

	/** End the connections that there are. */
	void reset() {
		this.sockets.forEach(TcpGate::end);
		this.sockets.clear();
	}

	void restore() {
		this.shut = false;
	}

	private static void end(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept() {
		try {
			while (true) {
				connect(this.server.accept());
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void connect(Socket in) {
		try {
			if (this.shut) {
				in.close();
				return;
			}
			Socket out = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(in);
			this.sockets.add(out);
			if (this.shut) {
				reset();
				return;
			}
			daemon(() -> copy(in, out));
			daemon(() -> copy(out, in));
		}
		catch (IOException ex) {
			// Nobody is at the target.
			end(in);
		}
	}

	private void copy(Socket from, Socket to) {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			in.transferTo(out);
		}
		catch (IOException ex) {
			// Cut.
		}
		finally {
			this.sockets.remove(from);
			this.sockets.remove(to);
		}
	}

	private static void daemon(Runnable task) {
		// Named like the threads that tests look for no leak in.
		Thread thread = new Thread(task, "junit-gate");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		cut();
		this.server.close();
	}

}
