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

package io.macula.directory.zookeeper;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between one client and a server, which can be torn.
 */
final class TestProxy implements AutoCloseable {

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final ServerSocket listening;

	private final int target;

	private volatile boolean torn;

	private volatile boolean cut;

	TestProxy(int target) {
		this.target = target;
		try {
			this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		run("accept", this::accept);
	}

	String address() {
		return "127.0.0.1:" + this.listening.getLocalPort();
	}

	private void accept() throws IOException {
		while (true) {
			Socket near = this.listening.accept();
			if (this.cut) {
				near.close();
				continue;
			}
			this.sockets.add(near);
			try {
				Socket far = new Socket(InetAddress.getLoopbackAddress(), this.target);
				this.sockets.add(far);
				run("out", () -> pump(near, far));
				run("in", () -> pump(far, near));
			}
			catch (IOException ex) {
				near.close();
			}
			if (this.torn) {
				tear();
			}
		}
	}

	private static void pump(Socket from, Socket to) throws IOException {
		try (from; to) {
			InputStream in = from.getInputStream();
			OutputStream out = to.getOutputStream();
			byte[] buffer = new byte[64 * 1024];
			for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
				out.write(buffer, 0, read);
			}
		}
	}

	/** Nothing gets through until it is healed. */
	void cut() {
		this.cut = true;
		this.sockets.forEach(TestProxy::close);
	}

	void heal() {
		this.cut = false;
	}

	/** From now on nothing gets through. */
	void tear() {
		this.torn = true;
		close(this.listening);
		this.sockets.forEach(TestProxy::close);
	}

	@Override
	public void close() {
		tear();
	}

	private static void close(AutoCloseable closed) {
		try {
			closed.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void run(String name, Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				/* A socket was closed: that is what it is for. */
			}
		}, "junit-proxy-" + name);
		thread.setDaemon(true);
		thread.start();
	}

	private interface Work {

		void run() throws IOException;

	}

}
