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
package io.macula.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.resources.LoopResources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests of {@link DatagramReads}, on sockets of this machine.
 */
class DatagramReadsTests {

	private static final int FULL = 1_472;

	private final LoopResources resources = LoopResources.create("reads", 2, true);

	private final LinkedBlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();

	private Channel receiver;

	private Channel sender;

	private DatagramReads reads;

	private int sent;

	@BeforeEach
	void open() throws Exception {
		assumeTrue(Epoll.isAvailable() && EpollDatagramChannel.isSegmentedDatagramPacketSupported());
		EventLoopGroup group = this.resources.onServer(true);
		Udp udp = new Udp(this.resources, group, 2);
		InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
		this.receiver = udp.bind(udp.nextLoop(), any, false, new Receiver()).sync().channel();
		this.sender = udp.bind(udp.nextLoop(), any, false, new ChannelInboundHandlerAdapter()).sync().channel();
		this.reads = DatagramReads.of(this.receiver);
	}

	@AfterEach
	void close() {
		if (this.receiver != null) {
			this.receiver.close().syncUninterruptibly();
			this.sender.close().syncUninterruptibly();
		}
		this.resources.disposeLater().block();
	}

	@Test
	void burstsOfFullDatagramsAreJoinedAndEachArrivesAsItWas() throws Exception {
		bursts();
		assertThat(joined()).isTrue();
		assertThat(this.receiver.config().getOption(EpollChannelOption.UDP_GRO)).isTrue();
		for (int bytes : new int[] { 1, 40, 1_199, 1_200, 4_000, 8_972, 15_999, 16_000 }) {
			one(bytes);
			awaitAll();
		}
		together(16_000, 4);
		awaitAll();
	}

	@Test
	void whenTheBurstsHaveCeasedThenDatagramsAreReadAsTheyComeAgain() throws Exception {
		bursts();
		assertThat(joined()).isTrue();
		for (int i = 0; i < 1_100; i++) {
			one(100 + i);
			awaitAll();
		}
		assertThat(joined()).isFalse();
		bursts();
		assertThat(joined()).isTrue();
	}

	@Test
	void whatIsSmallOrAloneIsNotJoined() throws Exception {
		for (int i = 0; i < 200; i++) {
			together(100, 30);
			awaitAll();
			one(FULL);
			awaitAll();
			together(16_000, 4);
			awaitAll();
		}
		assertThat(joined()).isFalse();
	}

	private void bursts() throws Exception {
		for (int i = 0; i < 100; i++) {
			together(FULL, 30);
			awaitAll();
		}
	}

	private boolean joined() throws Exception {
		return this.receiver.eventLoop().submit(this.reads::joined).get(5, TimeUnit.SECONDS);
	}

	private void together(int bytes, int count) {
		ByteBuf all = Unpooled.directBuffer(bytes * count);
		for (int i = 0; i < count; i++) {
			fill(all, bytes);
		}
		this.sender
			.writeAndFlush(new SegmentedDatagramPacket(all, bytes, (InetSocketAddress) this.receiver.localAddress()))
			.syncUninterruptibly();
	}

	private void one(int bytes) {
		ByteBuf alone = Unpooled.directBuffer(bytes);
		fill(alone, bytes);
		this.sender.writeAndFlush(new DatagramPacket(alone, (InetSocketAddress) this.receiver.localAddress()))
			.syncUninterruptibly();
	}

	/** Each byte is the datagram's number, its length is remembered. */
	private void fill(ByteBuf to, int bytes) {
		this.expected.add(bytes);
		to.writeBytes(new byte[] { (byte) this.sent++ }).writeZero(bytes - 1);
	}

	private final List<Integer> expected = new ArrayList<>();

	private void awaitAll() throws Exception {
		for (int length : this.expected) {
			assertThat(this.arrived.poll(5, TimeUnit.SECONDS)).isEqualTo(length);
		}
		this.expected.clear();
		assertThat(this.arrived).isEmpty();
	}

	private final class Receiver extends ChannelInboundHandlerAdapter {

		private int next;

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			ByteBuf content = ((DatagramPacket) msg).content();
			DatagramReads socket = DatagramReads.of(ctx.channel());
			socket.arrived(content.readableBytes());
			boolean inOrder = content.getByte(content.readerIndex()) == (byte) this.next++;
			DatagramReadsTests.this.arrived.add(inOrder ? content.readableBytes() : -1);
			content.release();
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext ctx) {
			DatagramReads.of(ctx.channel()).ended(ctx.channel());
		}

	}

}
