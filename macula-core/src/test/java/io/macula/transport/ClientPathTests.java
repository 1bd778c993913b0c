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

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientPath} and {@link ClientPaths}.
 */
class ClientPathTests {

	private static final InetSocketAddress SERVER = new InetSocketAddress("127.0.0.1", 9443);

	private static final InetSocketAddress HOME = new InetSocketAddress("127.0.0.1", 1001);

	private static final InetSocketAddress NEW = new InetSocketAddress("127.0.0.1", 1002);

	private static final byte[] ID = new byte[20];

	private static final int BYTES = 100;

	private final ClientPaths paths = new ClientPaths();

	private final EmbeddedChannel socket = new EmbeddedChannel(this.paths);

	private final List<Long> pings = new ArrayList<>();

	private boolean authentic = true;

	private long packets;

	private long now;

	private final ClientPath path = new ClientPath(HOME, new ClientPath.Client() {

		@Override
		public long packetsReceived() {
			if (!ClientPathTests.this.socket.inboundMessages().isEmpty() && ClientPathTests.this.authentic) {
				ClientPathTests.this.packets++;
			}
			return ClientPathTests.this.packets;
		}

		@Override
		public void moved(long token) {
			ClientPathTests.this.pings.add(token);
		}

	}, () -> this.now, () -> 70 + this.pings.size());

	ClientPathTests() {
		ID[3] = 3;
		this.paths.add(new QuicConnectionAddress(ID), this.path);
	}

	@AfterEach
	void close() {
		this.socket.finishAndReleaseAll();
	}

	@Test
	void whileTheClientStaysNothingIsChanged() {
		DatagramPacket packet = packet(HOME, ID);
		assertThat(arrive(packet)).isSameAs(packet);
		DatagramPacket answer = new DatagramPacket(Unpooled.buffer(), HOME);
		assertThat(this.path.leaving(answer)).isSameAs(answer);
		assertThat(this.pings).isEmpty();
	}

	@Test
	void whenTheClientMovesThenQuicSeesItAtHomeAndWhatLeavesFollowsIt() {
		assertThat(arrive(packet(NEW, ID)).sender()).isEqualTo(HOME);
		assertThat(this.pings).containsExactly(70L);
		this.path.pong(70);
		assertThat(recipient(5_000)).isEqualTo(NEW);
		pass(10_000);
		assertThat(arrive(packet(NEW, ID)).sender()).isEqualTo(HOME);
		assertThat(recipient(5_000)).isEqualTo(NEW);
		assertThat(this.pings).hasSize(1);
	}

	@Test
	void whatIsForSomebodyElseDoesNotFollowTheClient() {
		arrive(packet(NEW, ID)).release();
		DatagramPacket retry = new DatagramPacket(Unpooled.buffer().writeZero(BYTES), SERVER);
		assertThat(this.path.leaving(retry)).isSameAs(retry);
		this.path.pong(70);
		assertThat(this.path.leaving(retry)).isSameAs(retry);
		retry.release();
	}

	@Test
	void untilTheNewAddressIsValidatedNoMoreThanThreeTimesWhatCameIsSentThere() {
		assertThat(this.path.largest(1200)).isEqualTo(1200);
		arrive(packet(NEW, ID));
		assertThat(this.path.largest(1200)).isEqualTo(300);
		assertThat(recipient(200)).isEqualTo(NEW);
		assertThat(this.path.largest(1200)).isEqualTo(100);
		assertThat(recipient(101)).isNull();
		assertThat(recipient(100)).isEqualTo(NEW);
		assertThat(recipient(1)).isNull();
		arrive(packet(NEW, ID));
		assertThat(recipient(300)).isEqualTo(NEW);
		this.path.pong(4);
		assertThat(recipient(1)).isNull();
	}

	@Test
	void whenTheNewAddressIsNotValidatedThenItIsLeftAgain() {
		arrive(packet(NEW, ID));
		pass(2_999);
		assertThat(recipient(10)).isEqualTo(NEW);
		pass(2);
		assertThat(recipient(5_000)).isEqualTo(HOME);
	}

	@Test
	void forgedOrRepeatedPacketMovesNobody() {
		this.authentic = false;
		assertThat(arrive(packet(NEW, ID)).sender()).isEqualTo(HOME);
		assertThat(this.path.present()).isEqualTo(HOME);
		assertThat(this.pings).isEmpty();
	}

	@Test
	void latePacketOfTheOldAddressDoesNotMoveTheClientBack() {
		arrive(packet(NEW, ID));
		pass(50);
		arrive(packet(HOME, ID));
		assertThat(this.path.present()).isEqualTo(NEW);
		pass(60);
		arrive(packet(HOME, ID));
		assertThat(this.path.present()).isEqualTo(HOME);
		assertThat(recipient(5_000)).as("validated by the handshake").isEqualTo(HOME);
	}

	@Test
	void datagramOfAnotherConnectionIsLeftAlone() {
		byte[] other = new byte[20];
		other[15] = 9;
		DatagramPacket packet = packet(NEW, other);
		assertThat(arrive(packet)).isSameAs(packet);
		assertThat(this.path.present()).isEqualTo(HOME);
	}

	@Test
	void connectionThatIsOverIsForgotten() {
		arrive(packet(HOME, ID));
		assertThat(this.paths.size()).isEqualTo(1);
		this.paths.remove(this.path);
		assertThat(this.paths.size()).isZero();
		assertThat(arrive(packet(NEW, ID)).sender()).isEqualTo(NEW);
	}

	private DatagramPacket arrive(DatagramPacket packet) {
		this.socket.writeInbound(packet);
		return this.socket.readInbound();
	}

	private @Nullable InetSocketAddress recipient(int bytes) {
		DatagramPacket sent = this.path.leaving(new DatagramPacket(Unpooled.buffer(bytes).writeZero(bytes), HOME));
		return (sent != null) ? sent.recipient() : null;
	}

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
	}

	private static DatagramPacket packet(InetSocketAddress sender, byte[] id) {
		return new DatagramPacket(
				Unpooled.buffer(BYTES).writeByte(0x40).writeBytes(id).writeZero(BYTES - 1 - id.length), SERVER, sender);
	}

}
