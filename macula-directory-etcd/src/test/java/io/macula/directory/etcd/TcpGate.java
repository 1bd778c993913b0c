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

package io.macula.directory.etcd;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A port before a server that can be shut: connections are reset, and new ones closed at
 * once. Safe for all threads.
 */
final class TcpGate implements AutoCloseable {

	private final ServerSocket socket;

	private final int target;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final AtomicInteger passed = new AtomicInteger();

	private volatile boolean shut;

	TcpGate(int target) throws IOException {
		this.target = target;
		this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		daemon(this::accept);
	}

	String address() {
		return "127.0.0.1:" + this.socket.getLocalPort();
	}

	/** How many connections it let pass so far. */
	int passed() {
		return this.passed.get();
	}

	void shut() {
		this.shut = true;
		this.sockets.forEach(TcpGate::end);
		this.sockets.clear();
	}

	void open() {
		this.shut = false;
	}

	private void accept() {
		try {
			while (true) {
				Socket outer = this.socket.accept();
				if (this.shut) {
					end(outer);
					continue;
				}
				connect(outer);
			}
		}
		catch (IOException ex) {
			shut();
		}
	}

	/* A target that is down refuses this connection, and may take the next one. */
	private void connect(Socket outer) {
		try {
			Socket inner = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.passed.incrementAndGet();
			this.sockets.add(outer);
			this.sockets.add(inner);
			daemon(() -> pass(outer, inner));
			daemon(() -> pass(inner, outer));
		}
		catch (IOException ex) {
			end(outer);
		}
	}

	private static void pass(Socket from, Socket to) {
		try (from; to) {
			InputStream in = from.getInputStream();
			in.transferTo(to.getOutputStream());
		}
		catch (IOException ex) {
			end(to);
		}
	}

	private static void daemon(Runnable task) {
		Thread thread = new Thread(task, "gate");
		thread.setDaemon(true);
		thread.start();
	}

	private static void end(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
		shut();
	}

}
