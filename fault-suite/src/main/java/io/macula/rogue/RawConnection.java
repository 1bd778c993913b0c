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

package io.macula.rogue;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

import javax.net.ssl.SSLPeerUnverifiedException;

import io.macula.rogue.RawStream.Received;
import io.macula.tls.TlsContexts;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import org.jspecify.annotations.Nullable;

/**
 * A QUIC connection to a node of the realm on which anything may be said. Safe for all
 * threads.
 */
final class RawConnection implements AutoCloseable {

	private static final int SECONDS = 20;

	/** All connections of this process share one thread, as those of an attacker may. */
	private static final EventLoopGroup GROUP = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private final Channel socket;

	private final QuicChannel channel;

	private final Ending ending;

	private RawConnection(Channel socket, QuicChannel channel, Ending ending) {
		this.socket = socket;
		this.channel = channel;
		this.ending = ending;
	}

	static RawConnection dial(Plan plan) throws InterruptedException, ExecutionException, TimeoutException {
		TlsContexts tls = plan.tls();
		Channel socket = new Bootstrap().group(GROUP)
			.channel(NioDatagramChannel.class)
			.handler(new QuicClientCodecBuilder()
				.sslEngineProvider(
						(channel) -> tls.client().newEngine(channel.alloc(), tls.peerName(), plan.target().getPort()))
				.maxIdleTimeout(30, TimeUnit.SECONDS)
				.initialMaxData(plan.windowBytes())
				.initialMaxStreamDataBidirectionalLocal(plan.windowBytes())
				.initialMaxStreamDataUnidirectional(plan.windowBytes())
				.initialMaxStreamsUnidirectional(plan.answerStreams())
				.maxSendUdpPayloadSize(1350)
				.build())
			.bind(new InetSocketAddress(plan.from(), 0))
			.sync()
			.channel();
		Ending ending = new Ending();
		try {
			QuicChannel channel = QuicChannel.newBootstrap(socket)
				.remoteAddress(plan.target())
				.handler(ending)
				.streamHandler(new ChannelInitializer<>() {

					@Override
					protected void initChannel(Channel answer) {
						answer.pipeline().addLast(new RawStream(plan.answers()));
					}

				})
				.connect()
				.get(SECONDS, TimeUnit.SECONDS);
			return new RawConnection(socket, channel, ending);
		}
		catch (ExecutionException | TimeoutException ex) {
			socket.close();
			throw ex;
		}
	}

	RawStream open() throws InterruptedException, ExecutionException, TimeoutException {
		return open(null);
	}

	RawStream open(@Nullable BiConsumer<RawStream, Received> listener)
			throws InterruptedException, ExecutionException, TimeoutException {
		RawStream stream = new RawStream(listener);
		QuicStreamChannel opened = this.channel.createStream(QuicStreamType.BIDIRECTIONAL, stream)
			.get(SECONDS, TimeUnit.SECONDS);
		opened.config().setWriteBufferHighWaterMark(1 << 20);
		return stream;
	}

	boolean alive() {
		return this.channel.isActive();
	}

	/**
	 * Wait until the peer has closed the connection.
	 * @param seconds bound of the wait
	 * @return how it was closed, such as {@code 0x10}, or {@code open}
	 */
	String ended(long seconds) throws InterruptedException {
		this.channel.closeFuture().await(seconds, TimeUnit.SECONDS);
		return this.channel.isActive() ? "open" : this.ending.code;
	}

	/** Text of the peer's CONNECTION_CLOSE. */
	String reason() {
		return this.ending.reason;
	}

	/** What the node showed, its own certificate first. */
	Certificate[] certificates() throws SSLPeerUnverifiedException {
		return Objects.requireNonNull(this.channel.sslEngine(), "the handshake is not over")
			.getSession()
			.getPeerCertificates();
	}

	/** Close with a code and a text of one's own. */
	void closeSaying(int code, byte[] reason) throws InterruptedException {
		this.channel.close(true, code, this.channel.alloc().buffer().writeBytes(reason)).await(2, TimeUnit.SECONDS);
		close();
	}

	@Override
	public void close() {
		this.channel.close();
		this.socket.close();
	}

	/**
	 * How to dial.
	 *
	 * @param from local address
	 * @param target the node
	 * @param tls what is shown and trusted
	 * @param windowBytes how much the peer may send
	 * @param answerStreams how many streams the peer may open
	 * @param answers gets what arrives on them
	 */
	record Plan(String from, InetSocketAddress target, TlsContexts tls, long windowBytes, long answerStreams,
			BiConsumer<RawStream, Received> answers) {

		Plan with(long windowBytes, long answerStreams) {
			return new Plan(this.from, this.target, this.tls, windowBytes, answerStreams, this.answers);
		}

	}

	/** Notes how the connection ends. */
	private static final class Ending extends ChannelInboundHandlerAdapter {

		private volatile String code = "lost";

		private volatile String reason = "";

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			if (event instanceof QuicConnectionCloseEvent close) {
				this.reason = new String(close.reason(), StandardCharsets.UTF_8);
				this.code = (close.isApplicationClose() ? "" : "QUIC ") + "0x%02x".formatted(close.error());
			}
			context.fireUserEventTriggered(event);
		}

	}

}
