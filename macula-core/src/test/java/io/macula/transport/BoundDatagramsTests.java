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
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link BoundDatagrams} and of what {@link Turn} does with its datagrams.
 */
class BoundDatagramsTests {

	private static final InetSocketAddress HOME = new InetSocketAddress("127.0.0.1", 1001);

	private static final InetSocketAddress NEW = new InetSocketAddress("127.0.0.1", 1002);

	private static final int BYTES = 1_472;

	private final SegmentedSends sends = new SegmentedSends(true, System::nanoTime);

	private final EmbeddedChannel socket = new EmbeddedChannel();

	private final Turn turn = new Turn(this.socket.eventLoop(), null, this.sends);

	private final FakeQuicChannel channel = new FakeQuicChannel(this.socket, Ticker.systemTicker(), null);

	private final AtomicLong now = new AtomicLong();

	private final AtomicLong received = new AtomicLong();

	private final BoundDatagrams datagrams = BoundDatagrams.of(this.channel, this.turn, this.now::get);

	private final ClientPath path = new ClientPath(HOME, new ClientPath.Client() {

		@Override
		public long packetsReceived() {
			return BoundDatagramsTests.this.received.getAndIncrement();
		}

		@Override
		public void moved(long token) {
			// The PING is of no interest here.
		}

	}, this.now::get, () -> 7);

	BoundDatagramsTests() {
		this.socket.pipeline().addLast(this.turn).addLast(new ClientPaths());
	}

	@AfterEach
	void close() {
		this.channel.close();
		this.socket.finishAndReleaseAll();
	}

	@ParameterizedTest
	@CsvSource({ "200, 54", "1200, 54", "1472, 44", "8972, 7", "16000, 4" })
	void asManyGoOutTogetherAsTheKernelCarries(int bytes, int together) {
		this.datagrams.directBuffer(bytes).release();
		assertThat(this.datagrams.maxNumSegments()).isEqualTo(together);
		assertThat(together * Math.max(bytes, 1200)).isLessThan(65_507);
	}

	@Test
	void eachGoesOutAloneWhereTheKernelDoesNotCutThem() {
		EmbeddedChannel plain = new EmbeddedChannel();
		FakeQuicChannel other = new FakeQuicChannel(plain, Ticker.systemTicker(), null);
		BoundDatagrams alone = BoundDatagrams.of(other, new Turn(plain.eventLoop()), this.now::get);
		assertThat(alone.maxNumSegments()).isZero();
		other.close();
		plain.finishAndReleaseAll();
	}

	@Test
	void eachGoesOutAloneWhileThePathIsUnknown() {
		this.datagrams.pathChanged();
		assertThat(this.datagrams.maxNumSegments()).isZero();
	}

	/** The codec hands over what it has built when it is exactly as many as that. */
	@Test
	void whenThePathTurnsOutTooSmallMeanwhileThenWhatIsBuiltGoesOutInBoundsAndThenEachAlone() {
		assertThat(this.datagrams.maxNumSegments()).isPositive();
		ByteBuf first = built();
		this.datagrams.pathChanged();
		for (int i = 0; i < 100; i++) {
			ByteBuf next = built();
			assertThat(this.datagrams.maxNumSegments()).isBetween(1, 54);
			next.release();
		}
		write(new DatagramPacket(first, HOME));
		this.socket.releaseOutbound();
		assertThat(this.datagrams.maxNumSegments()).isZero();
		built().release();
		assertThat(this.datagrams.maxNumSegments()).isZero();
	}

	@Test
	void eachGoesOutAloneUntilTheClientShowsThatItReceivesWhereItIs() {
		this.datagrams.follow(this.path);
		assertThat(this.datagrams.maxNumSegments()).isPositive();
		move();
		assertThat(this.datagrams.maxNumSegments()).isZero();
		this.path.pong(7);
		assertThat(this.datagrams.maxNumSegments()).isPositive();
	}

	@Test
	void severalFollowTheClientTogether() {
		moved();
		ByteBuf first = built();
		ByteBuf second = built();
		this.datagrams.directBuffer(BYTES).release();
		write(several(first, second));
		SegmentedDatagramPacket left = this.socket.readOutbound();
		assertThat(left.recipient()).isEqualTo(NEW);
		assertThat(left.segmentSize()).isEqualTo(BYTES);
		assertThat(left.content().readableBytes()).isEqualTo(2 * BYTES);
		left.release();
	}

	/** As the codec does when the congestion window is used up. */
	@Test
	void theOneThatIsBuiltBesideSeveralFollowsTheClientAsWell() {
		moved();
		ByteBuf first = built();
		ByteBuf second = built();
		ByteBuf beside = built();
		write(several(first, second));
		write(new DatagramPacket(beside, HOME));
		for (int i = 0; i < 2; i++) {
			DatagramPacket left = this.socket.readOutbound();
			assertThat(left.recipient()).isEqualTo(NEW);
			left.release();
		}
	}

	/** A Retry, for example. */
	@Test
	void whatTheCodecSendsBehindThemOnItsOwnDoesNotFollowTheClient() {
		moved();
		ByteBuf first = built();
		ByteBuf second = built();
		this.datagrams.directBuffer(BYTES).release();
		write(several(first, second));
		write(new DatagramPacket(Unpooled.buffer().writeByte(1), HOME));
		DatagramPacket left = this.socket.readOutbound();
		left.release();
		left = this.socket.readOutbound();
		assertThat(left.recipient()).isEqualTo(HOME);
		left.release();
	}

	private void moved() {
		this.datagrams.follow(this.path);
		move();
		this.path.pong(7);
	}

	private void move() {
		this.path.arrived(this.socket.pipeline().lastContext(),
				new DatagramPacket(Unpooled.buffer().writeZero(BYTES), HOME, NEW));
		this.socket.releaseInbound();
	}

	private ByteBuf built() {
		ByteBuf buffer = this.datagrams.directBuffer(BYTES);
		return buffer.writeZero(Math.min(BYTES, buffer.capacity()));
	}

	private DatagramPacket several(ByteBuf... built) {
		return this.datagrams.newPacket(Unpooled.wrappedBuffer(built), BYTES, HOME);
	}

	private void write(DatagramPacket packet) {
		this.socket.writeOutbound(packet);
	}

}
