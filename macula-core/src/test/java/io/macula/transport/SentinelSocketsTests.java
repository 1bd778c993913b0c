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

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.macula.udp.Addresses;
import io.macula.udp.Sentinel;
import io.macula.udp.SentinelSockets;
import io.macula.udp.Udp;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SimpleChannelInboundHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link SentinelSockets} with real UDP sockets.
 */
@Timeout(30)
class SentinelSocketsTests {

	private final Transport transport = Transport.create(TransportSettings.defaults());

	private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	private final List<DatagramSocket> peers = new ArrayList<>();

	private final List<InetSocketAddress> remotes = new ArrayList<>();

	private Channel quic;

	@BeforeEach
	void bind() throws Exception {
		assumeTrue(this.transport.udp().epoll(), "only where the platform lets sockets share a port");
		Udp udp = this.transport.udp();
		this.quic = udp.bind(this.transport.nextLoop(), new InetSocketAddress(Addresses.ANY_4, 0), false,
				new ChannelInboundHandlerAdapter() {

					@Override
					public void handlerAdded(ChannelHandlerContext ctx) {
						SentinelSockets.attach(udp, ctx.channel());
						ctx.pipeline().addLast(new Receiver());
					}

				})
			.sync()
			.channel();
		for (int i = 0; i < 3; i++) {
			DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
			this.peers.add(peer);
			this.remotes.add(new InetSocketAddress("127.0.0.1", peer.getLocalPort()));
		}
	}

	@AfterEach
	void close() {
		this.peers.forEach(DatagramSocket::close);
		this.transport.close();
	}

	@Test
	void onlyThePeerThatIsGoneIsHeardOfByItsAnswerToAPacketOfTheQuicSocket() throws Exception {
		BlockingQueue<Integer> told = new LinkedBlockingQueue<>();
		List<Sentinel> sentinels = sentinels(told);
		onLoop(() -> sentinels.forEach(Sentinel::listen));
		this.peers.get(1).close();
		for (int i = 0; i < 3; i++) {
			send(i);
		}
		assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
		send(0);
		send(2);
		onLoop(() -> {
		});
		assertThat(told).isEmpty();
	}

	@Test
	void allThatListenToTheSamePeerAreTold() throws Exception {
		BlockingQueue<Integer> told = new LinkedBlockingQueue<>();
		InetSocketAddress remote = this.remotes.get(0);
		Sentinel first = sentinel(remote, told, 1);
		Sentinel second = sentinel(remote, told, 2);
		Sentinel resting = sentinel(remote, told, 3);
		onLoop(() -> {
			List.of(first, second, resting).forEach(Sentinel::listen);
			resting.rest();
		});
		this.peers.get(0).close();
		send(0);
		assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
		assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo(2);
		onLoop(() -> {
		});
		assertThat(told).isEmpty();
	}

	@Test
	void datagramsOfThePeersReachTheQuicSocketBeforeWhileAndAfterASentinelListens() throws Exception {
		List<Sentinel> sentinels = sentinels(new LinkedBlockingQueue<>());
		answer("before");
		onLoop(() -> sentinels.forEach(Sentinel::listen));
		answer("while");
		onLoop(() -> sentinels.forEach(Sentinel::close));
		answer("after");
		assertThat(this.received).isEmpty();
	}

	private void answer(String text) throws Exception {
		int port = ((InetSocketAddress) this.quic.localAddress()).getPort();
		List<String> expected = new ArrayList<>();
		for (DatagramSocket peer : this.peers) {
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			peer.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName("127.0.0.1"), port));
			expected.add(text + " from " + peer.getLocalPort() + " to " + this.quic.localAddress());
		}
		List<String> actual = new ArrayList<>();
		for (int i = 0; i < expected.size(); i++) {
			actual.add(this.received.poll(10, TimeUnit.SECONDS));
		}
		assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
	}

	private List<Sentinel> sentinels(BlockingQueue<Integer> told) {
		List<Sentinel> sentinels = new ArrayList<>();
		for (int i = 0; i < this.peers.size(); i++) {
			sentinels.add(sentinel(this.remotes.get(i), told, i));
		}
		return sentinels;
	}

	private Sentinel sentinel(InetSocketAddress remote, BlockingQueue<Integer> told, int number) {
		return new Sentinel(SentinelSockets.of(this.quic), remote, () -> told.add(number));
	}

	private void send(int peer) throws Exception {
		this.quic
			.writeAndFlush(new io.netty.channel.socket.DatagramPacket(Unpooled.wrappedBuffer(new byte[] { 1 }),
					this.remotes.get(peer)))
			.sync();
	}

	/** Waits until what was started on the loop before is done. */
	private void onLoop(Runnable action) throws Exception {
		this.quic.eventLoop().submit(action).sync();
		this.quic.eventLoop().submit(() -> {
		}).sync();
	}

	private final class Receiver extends SimpleChannelInboundHandler<io.netty.channel.socket.DatagramPacket> {

		@Override
		protected void channelRead0(ChannelHandlerContext ctx, io.netty.channel.socket.DatagramPacket packet) {
			SentinelSocketsTests.this.received.add(packet.content().toString(StandardCharsets.UTF_8) + " from "
					+ packet.sender().getPort() + " to " + packet.recipient());
		}

	}

}
