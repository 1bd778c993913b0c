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
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.macula.testing.ImpairedLink.Direction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link ImpairedLink} with plain datagrams.
 */
@Timeout(60)
class ImpairedLinkTests {

	private DatagramSocket target;

	private DatagramSocket client;

	private ImpairedLink link;

	@BeforeEach
	void connect() throws IOException {
		this.target = socket();
		this.client = socket();
		this.link = ImpairedLink.to((InetSocketAddress) this.target.getLocalSocketAddress(), 99);
	}

	@AfterEach
	void close() {
		this.link.close();
		this.target.close();
		this.client.close();
	}

	@Test
	void perfectLinkPassesBothWaysInOrder() throws IOException {
		for (int i = 0; i < 100; i++) {
			send(i);
		}
		InetSocketAddress outer = null;
		for (int i = 0; i < 100; i++) {
			DatagramPacket packet = receive(this.target);
			assertThat(number(packet)).isEqualTo(i);
			outer = (InetSocketAddress) packet.getSocketAddress();
		}
		assertThat(outer).isNotNull().isNotEqualTo(this.client.getLocalSocketAddress());
		answer(outer, 7);
		DatagramPacket back = receive(this.client);
		assertThat(number(back)).isEqualTo(7);
		assertThat(back.getSocketAddress()).isEqualTo(this.link.address());
	}

	@Test
	void delayHoldsInEachDirection() throws IOException {
		this.link.impair(Impairment.NONE.withDelay(Duration.ofMillis(60)));
		long start = System.nanoTime();
		send(1);
		DatagramPacket packet = receive(this.target);
		assertThat(millisSince(start)).isBetween(60L, 1000L);
		answer((InetSocketAddress) packet.getSocketAddress(), 2);
		receive(this.client);
		assertThat(millisSince(start)).isBetween(120L, 2000L);
	}

	@Test
	void jitterKeepsTheOrder() throws IOException {
		this.link.impair(Impairment.NONE.withJitter(Duration.ofMillis(20)));
		for (int i = 0; i < 200; i++) {
			send(i);
		}
		for (int i = 0; i < 200; i++) {
			assertThat(number(receive(this.target))).isEqualTo(i);
		}
	}

	@Test
	void lossDropsItsShareAndTheSameOnesForTheSameSeed() throws IOException {
		this.link.impair(Impairment.NONE.withLoss(0.2));
		Set<Integer> first = sendAndReceive(1000);
		assertThat(first).hasSizeBetween(740, 860);
		assertThat(this.link.arrived(Direction.TO_TARGET)).isEqualTo(1000);
		assertThat(this.link.dropped(Direction.TO_TARGET)).isEqualTo(1000 - first.size());
		this.link.close();
		this.link = ImpairedLink.to((InetSocketAddress) this.target.getLocalSocketAddress(), 99);
		this.link.impair(Impairment.NONE.withLoss(0.2));
		assertThat(sendAndReceive(1000)).isEqualTo(first);
		this.link.close();
		this.link = ImpairedLink.to((InetSocketAddress) this.target.getLocalSocketAddress(), 100);
		this.link.impair(Impairment.NONE.withLoss(0.2));
		assertThat(sendAndReceive(1000)).isNotEqualTo(first);
	}

	@Test
	void duplicatedDatagramArrivesTwice() throws IOException {
		this.link.impair(Impairment.NONE.withDuplication(1));
		send(5);
		assertThat(number(receive(this.target))).isEqualTo(5);
		assertThat(number(receive(this.target))).isEqualTo(5);
		assertSilent(this.target);
	}

	@Test
	void reorderedDatagramsAreOvertakenAndNoneIsLost() throws IOException {
		this.link.impair(Impairment.NONE.withReorder(0.2));
		List<Integer> received = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			send(i);
		}
		for (int i = 0; i < 500; i++) {
			received.add(number(receive(this.target)));
		}
		assertThat(new HashSet<>(received)).hasSize(500);
		assertThat(received).isNotEqualTo(received.stream().sorted().toList());
	}

	@Test
	void rebindChangesTheOuterPortAndLosesTheOldOne() throws IOException {
		send(1);
		InetSocketAddress before = (InetSocketAddress) receive(this.target).getSocketAddress();
		this.link.rebind();
		answer(before, 2);
		assertSilent(this.client);
		send(3);
		InetSocketAddress after = (InetSocketAddress) receive(this.target).getSocketAddress();
		assertThat(after).isNotEqualTo(before);
		answer(after, 4);
		assertThat(number(receive(this.client))).isEqualTo(4);
	}

	@Test
	void blackHoleSwallowsBothWaysUntilItHeals() throws IOException {
		send(1);
		InetSocketAddress outer = (InetSocketAddress) receive(this.target).getSocketAddress();
		this.link.blackHole();
		send(2);
		answer(outer, 3);
		assertSilent(this.target);
		assertSilent(this.client);
		this.link.heal();
		send(4);
		assertThat(number(receive(this.target))).isEqualTo(4);
		answer(outer, 5);
		assertThat(number(receive(this.client))).isEqualTo(5);
	}

	@Test
	void blackHoleOfOneDirectionLeavesTheOther() throws IOException {
		send(1);
		InetSocketAddress outer = (InetSocketAddress) receive(this.target).getSocketAddress();
		this.link.impair(Direction.TO_CLIENT, Impairment.BLACK_HOLE);
		answer(outer, 2);
		assertSilent(this.client);
		send(3);
		assertThat(number(receive(this.target))).isEqualTo(3);
	}

	@Test
	void clientsHaveDifferentOuterPorts() throws IOException {
		send(1);
		DatagramPacket first = receive(this.target);
		try (DatagramSocket other = socket()) {
			other.send(new DatagramPacket(new byte[4], 4, this.link.address()));
			DatagramPacket second = receive(this.target);
			assertThat(second.getSocketAddress()).isNotEqualTo(first.getSocketAddress());
			answer((InetSocketAddress) second.getSocketAddress(), 9);
			assertThat(number(receive(other))).isEqualTo(9);
		}
	}

	@Test
	void closedLinkLeavesNoThread() {
		this.link.close();
		assertThat(Thread.getAllStackTraces().keySet())
			.noneMatch((thread) -> thread.getName().equals("impaired-link-" + this.link.address().getPort()));
	}

	@Test
	void impossibleShareIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Impairment.NONE.withLoss(1.1))
			.withMessage("loss 1.1 is not valid: expected 0 to 1");
	}

	private Set<Integer> sendAndReceive(int count) throws IOException {
		Set<Integer> received = new HashSet<>();
		for (int i = 0; i < count; i++) {
			send(i);
		}
		this.target.setSoTimeout(500);
		try {
			while (true) {
				received.add(number(receive(this.target)));
			}
		}
		catch (SocketTimeoutException ex) {
			this.target.setSoTimeout(5000);
			return received;
		}
	}

	private void send(int number) throws IOException {
		byte[] bytes = ByteBuffer.allocate(4).putInt(number).array();
		this.client.send(new DatagramPacket(bytes, bytes.length, this.link.address()));
	}

	private void answer(InetSocketAddress outer, int number) throws IOException {
		byte[] bytes = ByteBuffer.allocate(4).putInt(number).array();
		this.target.send(new DatagramPacket(bytes, bytes.length, outer));
	}

	private static DatagramPacket receive(DatagramSocket socket) throws IOException {
		DatagramPacket packet = new DatagramPacket(new byte[64], 64);
		socket.receive(packet);
		return packet;
	}

	private static int number(DatagramPacket packet) {
		return ByteBuffer.wrap(packet.getData()).getInt();
	}

	private static void assertSilent(DatagramSocket socket) throws IOException {
		socket.setSoTimeout(150);
		try {
			DatagramPacket packet = receive(socket);
			throw new AssertionError("Unexpected datagram " + number(packet));
		}
		catch (SocketTimeoutException ex) {
			socket.setSoTimeout(5000);
		}
	}

	private static long millisSince(long start) {
		return (System.nanoTime() - start) / 1_000_000;
	}

	private static DatagramSocket socket() throws IOException {
		DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		socket.setReceiveBufferSize(4 << 20);
		socket.setSoTimeout(5000);
		return socket;
	}

}
