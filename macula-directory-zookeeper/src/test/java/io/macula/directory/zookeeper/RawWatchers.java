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

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.jspecify.annotations.Nullable;

/**
 * Many clients of ZooKeeper, each with a session and a connection of its own, as a server
 * tells watches that share a session once: they watch the records of a service, and read
 * a record that changed. They speak the protocol by themselves, all with one thread.
 */
final class RawWatchers implements AutoCloseable {

	private static final int SESSION_MILLIS = 10_000;

	private static final int PING_XID = -2;

	private static final int EVENT_XID = -1;

	private static final int WATCH_XID = 1;

	private static final int READ_XID = 2;

	private final Selector selector = Selector.open();

	private final List<Watcher> watchers = new ArrayList<>();

	private final byte[] path;

	private final Thread thread = new Thread(this::run, "raw-watchers");

	private volatile Predicate<byte @Nullable []> expected = (record) -> false;

	private volatile boolean closed;

	private volatile @Nullable IOException failure;

	/**
	 * Connect and watch.
	 * @param ports of the servers
	 * @param count how many there shall be
	 * @param path of the service
	 */
	RawWatchers(List<Integer> ports, int count, String path) throws IOException {
		this.path = path.getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < count; i++) {
			this.watchers.add(new Watcher(ports.get(i % ports.size())));
		}
		this.thread.start();
	}

	boolean watching() {
		return all((watcher) -> watcher.watching);
	}

	/**
	 * From now on wait for something.
	 * @param record what is read of any record then; {@code null} if it is gone
	 */
	void expect(Predicate<byte @Nullable []> record) {
		this.watchers.forEach((watcher) -> watcher.knownNanos = 0);
		this.expected = record;
	}

	/** Whether all of them have read it. */
	boolean known() {
		return all((watcher) -> watcher.knownNanos != 0);
	}

	/** When the last of them had read it. */
	long knownNanos() {
		return this.watchers.stream().mapToLong((watcher) -> watcher.knownNanos).max().orElseThrow();
	}

	private boolean all(Predicate<Watcher> condition) {
		IOException failed = this.failure;
		if (failed != null) {
			throw new IllegalStateException(failed);
		}
		return this.watchers.stream().allMatch(condition);
	}

	private void run() {
		try {
			long pinged = System.nanoTime();
			while (!this.closed) {
				this.selector.select((key) -> ((Watcher) key.attachment()).ready(), 500);
				if (System.nanoTime() - pinged > TimeUnit.MILLISECONDS.toNanos(SESSION_MILLIS / 4)) {
					pinged = System.nanoTime();
					for (Watcher watcher : this.watchers) {
						watcher.send(PING_XID, OpCode.ping, new byte[0]);
					}
				}
			}
		}
		catch (IOException ex) {
			this.failure = ex;
		}
	}

	@Override
	public void close() throws IOException, InterruptedException {
		this.closed = true;
		this.thread.join();
		for (Watcher watcher : this.watchers) {
			watcher.channel.close();
		}
		this.selector.close();
	}

	/** Its methods are called by the one thread. */
	private final class Watcher {

		private final SocketChannel channel;

		private final ByteBuffer received = ByteBuffer.allocate(4096);

		private boolean connected;

		private volatile boolean watching;

		private volatile long knownNanos;

		Watcher(int port) throws IOException {
			this.channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			this.channel.configureBlocking(false);
			this.channel.register(RawWatchers.this.selector, SelectionKey.OP_READ, this);
			/* Protocol, last transaction seen, timeout, session, password, read only. */
			ByteBuffer connect = ByteBuffer.allocate(45);
			connect.putInt(0).putLong(0).putInt(SESSION_MILLIS).putLong(0).putInt(16).put(new byte[16]).put((byte) 0);
			write(connect.array());
		}

		private void write(byte[] frame) throws IOException {
			ByteBuffer whole = ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).flip();
			this.channel.write(whole);
			if (whole.hasRemaining()) {
				throw new IOException("the server does not read");
			}
		}

		void send(int xid, int type, byte[] body) throws IOException {
			if (this.connected) {
				write(ByteBuffer.allocate(8 + body.length).putInt(xid).putInt(type).put(body).array());
			}
		}

		void ready() {
			try {
				if (this.channel.read(this.received) < 0) {
					throw new IOException("the server closed a connection");
				}
				this.received.flip();
				while (this.received.remaining() >= 4
						&& this.received.remaining() >= 4 + this.received.getInt(this.received.position())) {
					int length = this.received.getInt();
					ByteBuffer frame = this.received.slice(this.received.position(), length);
					this.received.position(this.received.position() + length);
					heard(frame);
				}
				this.received.compact();
			}
			catch (IOException ex) {
				RawWatchers.this.failure = ex;
			}
		}

		private void heard(ByteBuffer frame) throws IOException {
			if (!this.connected) {
				this.connected = true;
				send(WATCH_XID, OpCode.addWatch,
						body(RawWatchers.this.path, AddWatchMode.PERSISTENT_RECURSIVE.getMode()));
				return;
			}
			int xid = frame.getInt();
			frame.getLong();
			int error = frame.getInt();
			if (xid == EVENT_XID) {
				frame.getInt();
				frame.getInt();
				send(READ_XID, OpCode.getData, body(bytes(frame), null));
			}
			else if (xid == WATCH_XID) {
				if (error != 0) {
					throw new IOException("the watch was refused: " + error);
				}
				this.watching = true;
			}
			else if (xid == READ_XID && error != 0 && error != Code.NONODE.intValue()) {
				throw new IOException("a read was refused: " + error);
			}
			else if (xid == READ_XID && this.knownNanos == 0) {
				byte[] record = (error == Code.NONODE.intValue()) ? null : bytes(frame);
				if (RawWatchers.this.expected.test(record)) {
					this.knownNanos = System.nanoTime();
				}
			}
		}

		private static byte[] bytes(ByteBuffer frame) {
			byte[] bytes = new byte[Math.max(0, frame.getInt())];
			frame.get(bytes);
			return bytes;
		}

		/* A path, and the mode of a watch or that there is none. */
		private static byte[] body(byte[] path, @Nullable Integer mode) throws IOException {
			ByteArrayOutputStream body = new ByteArrayOutputStream();
			DataOutputStream out = new DataOutputStream(body);
			out.writeInt(path.length);
			out.write(path);
			if (mode != null) {
				out.writeInt(mode);
			}
			else {
				out.writeBoolean(false);
			}
			return body.toByteArray();
		}

	}

}
