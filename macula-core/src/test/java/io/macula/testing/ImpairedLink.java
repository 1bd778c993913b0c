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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

import org.jspecify.annotations.Nullable;

/**
 * UDP proxy between clients and one target that delays, drops, reorders and duplicates
 * datagrams as told, and behaves like a NAT: each client has an outer port, which
 * {@link #rebind()} changes. What happens to the n-th datagram of a direction depends on
 * the seed alone, so that a run can be repeated. Safe for all threads.
 */
public final class ImpairedLink implements AutoCloseable {

	/** Directions of a link. */
	public enum Direction {

		/** From the clients to the target. */
		TO_TARGET,
		/** From the target to the clients. */
		TO_CLIENT

	}

	private static final int MAX_DATAGRAM = 65_535;

	private static final int MAX_QUEUED = 50_000;

	private static final int MAX_CLIENTS = 1_000;

	private static final int SOCKET_BUFFER = 4 << 20;

	private static final long OVERTAKEN_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

	private final InetSocketAddress target;

	private final InetSocketAddress address;

	private final Selector selector;

	private final DatagramChannel inner;

	private final Map<SocketAddress, Client> clients = new HashMap<>();

	private final PriorityQueue<Datagram> queue = new PriorityQueue<>();

	private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();

	private final Way toTarget;

	private final Way toClient;

	private final Thread thread;

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM);

	private final AtomicLongArray counters = new AtomicLongArray(4);

	private long sequence;

	private volatile boolean closed;

	private ImpairedLink(InetSocketAddress address, InetSocketAddress target, long seed) throws IOException {
		this.target = target;
		this.toTarget = new Way(new Random(seed));
		this.toClient = new Way(new Random(~seed));
		this.selector = Selector.open();
		this.inner = open(address);
		this.inner.register(this.selector, SelectionKey.OP_READ);
		this.address = (InetSocketAddress) this.inner.getLocalAddress();
		this.thread = new Thread(this::run, "impaired-link-" + this.address.getPort());
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * A perfect link to the target, on a free port of the loopback address.
	 * @param target where datagrams go
	 * @param seed decides which datagrams suffer
	 * @return the link
	 */
	public static ImpairedLink to(InetSocketAddress target, long seed) {
		return at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), target, seed);
	}

	/**
	 * A perfect link to the target.
	 * @param address where clients send to
	 * @param target where datagrams go
	 * @param seed decides which datagrams suffer
	 * @return the link
	 */
	public static ImpairedLink at(InetSocketAddress address, InetSocketAddress target, long seed) {
		try {
			return new ImpairedLink(address, target, seed);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Where clients send to.
	 * @return the address
	 */
	public InetSocketAddress address() {
		return this.address;
	}

	/**
	 * Impair both directions from now on.
	 * @param impairment what happens to later datagrams
	 */
	public void impair(Impairment impairment) {
		this.toTarget.impairment = impairment;
		this.toClient.impairment = impairment;
	}

	/**
	 * Impair one direction from now on.
	 * @param direction the direction
	 * @param impairment what happens to later datagrams
	 */
	public void impair(Direction direction, Impairment impairment) {
		((direction == Direction.TO_TARGET) ? this.toTarget : this.toClient).impairment = impairment;
	}

	/**
	 * Nothing arrives any more, in both directions.
	 */
	public void blackHole() {
		impair(Impairment.BLACK_HOLE);
	}

	/**
	 * Both directions are perfect from now on.
	 */
	public void heal() {
		impair(Impairment.NONE);
	}

	/**
	 * Give each client a new outer port, as a NAT does that forgot its clients; datagrams
	 * to the old ones are lost. Returns when done.
	 */
	public void rebind() {
		CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
		this.commands.add(() -> {
			try {
				for (Client client : this.clients.values()) {
					client.rebind();
				}
				done.complete(null);
			}
			catch (IOException ex) {
				done.completeExceptionally(ex);
			}
		});
		this.selector.wakeup();
		done.orTimeout(10, TimeUnit.SECONDS).join();
	}

	/**
	 * Datagrams that arrived at the link in a direction.
	 * @param direction the direction
	 * @return 0 or more
	 */
	public long arrived(Direction direction) {
		return this.counters.get(direction.ordinal());
	}

	/**
	 * Datagrams that the link dropped in a direction.
	 * @param direction the direction
	 * @return 0 or more
	 */
	public long dropped(Direction direction) {
		return this.counters.get(2 + direction.ordinal());
	}

	@Override
	public void close() {
		this.closed = true;
		this.selector.wakeup();
		try {
			this.thread.join(10_000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void run() {
		try (Selector all = this.selector; DatagramChannel own = this.inner) {
			while (!this.closed) {
				await(all);
				runCommands();
				for (SelectionKey key : all.selectedKeys()) {
					read(key);
				}
				all.selectedKeys().clear();
				sendDue(own);
			}
			for (Client client : this.clients.values()) {
				client.outer.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void await(Selector all) throws IOException {
		Datagram first = this.queue.peek();
		if (first == null) {
			all.select();
			return;
		}
		long nanos = first.dueNanos - System.nanoTime();
		if (nanos <= 0) {
			all.selectNow();
		}
		else {
			all.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
		}
	}

	private void runCommands() {
		Runnable command = this.commands.poll();
		while (command != null) {
			command.run();
			command = this.commands.poll();
		}
	}

	private void read(SelectionKey key) throws IOException {
		if (!key.isValid()) {
			return;
		}
		DatagramChannel channel = (DatagramChannel) key.channel();
		Client owner = (Client) key.attachment();
		for (int i = 0; i < 64; i++) {
			this.buffer.clear();
			SocketAddress sender = channel.receive(this.buffer);
			if (sender == null) {
				return;
			}
			this.buffer.flip();
			if (owner != null) {
				pass(this.toClient, Direction.TO_CLIENT, owner);
			}
			else {
				Client client = client(sender);
				if (client != null) {
					pass(this.toTarget, Direction.TO_TARGET, client);
				}
			}
		}
	}

	private @Nullable Client client(SocketAddress sender) throws IOException {
		Client client = this.clients.get(sender);
		if (client == null && this.clients.size() < MAX_CLIENTS) {
			client = new Client(sender);
			this.clients.put(sender, client);
		}
		return client;
	}

	private void pass(Way way, Direction direction, Client client) {
		this.counters.incrementAndGet(direction.ordinal());
		Impairment impairment = way.impairment;
		// Always four draws, so that one setting does not change the fate under another.
		boolean lost = way.random.nextDouble() < impairment.loss();
		boolean overtaken = way.random.nextDouble() < impairment.reorder();
		boolean twice = way.random.nextDouble() < impairment.duplication();
		double jitter = way.random.nextDouble();
		if (lost || this.buffer.remaining() > impairment.maxBytes() || this.queue.size() >= MAX_QUEUED) {
			this.counters.incrementAndGet(2 + direction.ordinal());
			return;
		}
		long due = System.nanoTime() + impairment.delay().toNanos() + (long) (impairment.jitter().toNanos() * jitter);
		if (overtaken) {
			due += OVERTAKEN_NANOS;
		}
		else {
			due = Math.max(due, way.lastDueNanos);
			way.lastDueNanos = due;
		}
		byte[] bytes = new byte[this.buffer.remaining()];
		this.buffer.get(bytes);
		for (int copies = twice ? 2 : 1; copies > 0; copies--) {
			this.queue.add(new Datagram(due, this.sequence++, bytes, client, direction));
		}
	}

	private void sendDue(DatagramChannel own) throws IOException {
		long now = System.nanoTime();
		Datagram first = this.queue.peek();
		while (first != null && first.dueNanos - now <= 0) {
			this.queue.remove();
			ByteBuffer bytes = ByteBuffer.wrap(first.bytes);
			if (first.direction == Direction.TO_TARGET) {
				first.client.outer.send(bytes, this.target);
			}
			else {
				own.send(bytes, first.client.address);
			}
			first = this.queue.peek();
		}
	}

	private static DatagramChannel open(InetSocketAddress address) throws IOException {
		DatagramChannel channel = DatagramChannel.open();
		channel.configureBlocking(false);
		channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER);
		channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER);
		channel.bind(address);
		return channel;
	}

	private static final class Way {

		private final Random random;

		private volatile Impairment impairment = Impairment.NONE;

		private long lastDueNanos = System.nanoTime();

		private Way(Random random) {
			this.random = random;
		}

	}

	private final class Client {

		private final SocketAddress address;

		private DatagramChannel outer;

		private Client(SocketAddress address) throws IOException {
			this.address = address;
			this.outer = openOuter();
		}

		private void rebind() throws IOException {
			DatagramChannel old = this.outer;
			this.outer = openOuter();
			old.close();
		}

		private DatagramChannel openOuter() throws IOException {
			DatagramChannel channel = open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			channel.register(ImpairedLink.this.selector, SelectionKey.OP_READ, this);
			return channel;
		}

	}

	private record Datagram(long dueNanos, long sequence, byte[] bytes, Client client,
			Direction direction) implements Comparable<Datagram> {

		@Override
		public int compareTo(Datagram other) {
			int byTime = Long.compare(this.dueNanos - other.dueNanos, 0);
			return (byTime != 0) ? byTime : Long.compare(this.sequence, other.sequence);
		}

	}

}
