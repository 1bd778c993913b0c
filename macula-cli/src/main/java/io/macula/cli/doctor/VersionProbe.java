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
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Asks for the versions of QUIC that a UDP port speaks, with a datagram of a version that
 * nobody has: whoever speaks QUIC must answer, without a handshake and without trust (RFC
 * 9000, sections 6.1 and 15). Blocks.
 */
final class VersionProbe {

	/** Every path of QUIC carries so much; with less there is no answer. */
	static final int LEAST_BYTES = 1200;

	/** Reserved to force an answer. */
	private static final int VERSION = 0x1a2a3a4a;

	/** Form of the long header of an Initial packet. */
	private static final byte INITIAL = (byte) 0xC0;

	private static final int ID_BYTES = 8;

	private static final int SENT = 3;

	private static final Duration ROUND_TRIP_LIMIT = Duration.ofMillis(500);

	private static final Duration BETWEEN = Duration.ofMillis(10);

	private VersionProbe() {
	}

	/**
	 * A question.
	 * @param bytes its size, at least {@value #LEAST_BYTES}
	 * @param own connection id that comes back as the destination of the answer
	 */
	static byte[] question(int bytes, long own) {
		ByteBuffer question = ByteBuffer.allocate(bytes);
		question.put(INITIAL).putInt(VERSION);
		question.put((byte) ID_BYTES).putLong(ThreadLocalRandom.current().nextLong());
		question.put((byte) ID_BYTES).putLong(own);
		return question.array();
	}

	/** The connection id of the question that this answers, or -1 for no answer. */
	static long answered(ByteBuffer datagram) {
		if (datagram.remaining() < 7 + ID_BYTES || datagram.get() >= 0 || datagram.getInt() != 0
				|| datagram.get() != ID_BYTES) {
			return -1;
		}
		return datagram.getLong();
	}

	static Answer ask(InetSocketAddress remote, Duration patience) {
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.connect(remote);
			return ask(socket, patience);
		}
		catch (IOException | RuntimeException ex) {
			return new Answer(Kind.UNSENT, List.of(), 0, 0, String.valueOf(ex.getMessage()));
		}
	}

	private static Answer ask(DatagramSocket socket, Duration patience) throws IOException {
		long own = ThreadLocalRandom.current().nextLong() >>> 1;
		long deadline = System.nanoTime() + patience.toNanos();
		int lost = 0;
		@Nullable Answer other = null;
		for (int i = 1; i <= SENT; i++) {
			byte[] question = question(LEAST_BYTES, own);
			long sent = System.nanoTime();
			long until = (i < SENT) ? sent + patience.toNanos() / (SENT + 1) : deadline;
			try {
				socket.send(new DatagramPacket(question, question.length));
				while (true) {
					ByteBuffer received = receive(socket, until);
					List<String> versions = new ArrayList<>();
					if (received == null) {
						lost++;
						break;
					}
					if (answered(received) != own) {
						other = new Answer(Kind.OTHER, List.of(), System.nanoTime() - sent, 0, null);
						continue;
					}
					received.position(received.position() + 1 + received.get(received.position()));
					while (received.remaining() >= Integer.BYTES) {
						versions.add(version(received.getInt()));
					}
					return new Answer(Kind.ANSWERED, versions, System.nanoTime() - sent, lost, null);
				}
			}
			catch (PortUnreachableException ex) {
				return new Answer(Kind.REFUSED, List.of(), System.nanoTime() - sent, 0, null);
			}
		}
		return (other != null) ? other : new Answer(Kind.SILENT, List.of(), 0, lost, null);
	}

	private static @Nullable ByteBuffer receive(DatagramSocket socket, long until) throws IOException {
		long left = (until - System.nanoTime()) / 1_000_000;
		if (left < 1) {
			return null;
		}
		socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
		DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
		try {
			socket.receive(packet);
		}
		catch (SocketTimeoutException ex) {
			return null;
		}
		return ByteBuffer.wrap(Arrays.copyOf(packet.getData(), packet.getLength()));
	}

	private static String version(int number) {
		return (number == 1) ? "QUIC version 1"
				: (number == 0x6b3343cf) ? "QUIC version 2" : ((number & 0x0f0f0f0f) == 0x0a0a0a0a)
						? "a reserved version" : "version 0x" + Integer.toHexString(number);
	}

	/**
	 * Measure the way there and back, without the time of a handshake.
	 * @param times questions, one after the other
	 */
	static RoundTrips roundTrips(InetSocketAddress remote, int times) {
		List<Long> nanos = new ArrayList<>();
		int sent = 0;
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.connect(remote);
			for (; sent < times && sent - nanos.size() < 3; sent++) {
				long own = ThreadLocalRandom.current().nextLong() >>> 1;
				byte[] question = question(LEAST_BYTES, own);
				long began = System.nanoTime();
				socket.send(new DatagramPacket(question, question.length));
				ByteBuffer received = receive(socket, began + ROUND_TRIP_LIMIT.toNanos());
				while (received != null && answered(received) != own) {
					received = receive(socket, began + ROUND_TRIP_LIMIT.toNanos());
				}
				if (received != null) {
					nanos.add(System.nanoTime() - began);
				}
				LockSupport.parkNanos(BETWEEN.toNanos());
			}
		}
		catch (IOException ex) {
			// What was measured until then counts; the rest is lost.
			sent++;
		}
		Collections.sort(nanos);
		return new RoundTrips(nanos, sent);
	}

	enum Kind {

		/** It speaks QUIC. */
		ANSWERED,
		/** It answered something else. */
		OTHER,
		/** ICMP port unreachable. */
		REFUSED,
		/** Nothing came back. */
		SILENT,
		/** This machine could not send. */
		UNSENT

	}

	/**
	 * What came back.
	 *
	 * @param kind what it was
	 * @param versions of QUIC that it speaks
	 * @param nanos from the question to the answer
	 * @param lost questions without an answer before
	 * @param detail of a failure, or {@code null}
	 */
	record Answer(Kind kind, List<String> versions, long nanos, int lost, @Nullable String detail) {

	}

	/**
	 * Round trips.
	 *
	 * @param nanos in ascending order
	 * @param sent questions
	 */
	record RoundTrips(List<Long> nanos, int sent) {

		long least() {
			return this.nanos.get(0);
		}

		long median() {
			return this.nanos.get(this.nanos.size() / 2);
		}

		long most() {
			return this.nanos.get(this.nanos.size() - 1);
		}

	}

}
