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

import java.lang.reflect.Proxy;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLEngine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicChannelConfig;
import io.netty.handler.codec.quic.QuicConnectionAddress;
import io.netty.handler.codec.quic.QuicConnectionPathStats;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.QuicTransportParameters;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * A QUIC connection without a network: opens {@link FakeQuicStream}s at once, and
 * remembers how it was closed. Its event loop has the time of a ticker.
 */
final class FakeQuicChannel extends EmbeddedChannel implements QuicChannel {

	/** The streams that this side opened, in order. */
	final List<FakeQuicStream> streams = new ArrayList<>();

	/** How many streams more the peer allows. */
	long allowed = 1000;

	/** Whether QUIC takes what is written on streams that this side opens. */
	boolean takes = true;

	/** What the path takes; 0 if unknown. */
	long roundTripNanos;

	/** Packets that arrived. */
	long packets;

	/** Application error code of the close, -1 while open. */
	int closeCode = -1;

	boolean timedOut;

	/** Reason of the close. */
	String closeReason = "";

	private final Channel socket;

	private final @Nullable EventLoop loop;

	private final Ticker ticker;

	/**
	 * A connection.
	 * @param socket stands for the UDP socket
	 * @param ticker the time
	 * @param loop another loop than the embedded one, or {@code null}
	 */
	FakeQuicChannel(Channel socket, Ticker ticker, @Nullable EventLoop loop) {
		super(EmbeddedChannel.builder().ticker(ticker).config(config(QuicChannelConfig.class)));
		this.socket = socket;
		this.ticker = ticker;
		this.loop = loop;
	}

	@Override
	public EventLoop eventLoop() {
		return (this.loop != null) ? this.loop : super.eventLoop();
	}

	@Override
	public Channel parent() {
		return this.socket;
	}

	@Override
	public Future<QuicStreamChannel> createStream(QuicStreamType type, @Nullable ChannelHandler handler,
			Promise<QuicStreamChannel> promise) {
		if (this.allowed <= 0) {
			return promise.setFailure(new IllegalStateException("no more streams"));
		}
		this.allowed--;
		FakeQuicStream stream = new FakeQuicStream(this, type, 4L * this.streams.size(), this.ticker);
		stream.takes = this.takes;
		this.streams.add(stream);
		stream.pipeline().addLast(handler);
		return promise.setSuccess(stream);
	}

	/** Run what is due. */
	void run() {
		do {
			runPendingTasks();
			runScheduledPendingTasks();
			((EmbeddedChannel) this.socket).runPendingTasks();
			this.streams.forEach(EmbeddedChannel::runPendingTasks);
		}
		while (hasPendingTasks() || ((EmbeddedChannel) this.socket).hasPendingTasks());
	}

	@Override
	public ChannelFuture close(boolean applicationClose, int error, ByteBuf reason, ChannelPromise promise) {
		if (this.closeCode < 0) {
			this.closeCode = error;
			this.closeReason = new String(ByteBufUtil.getBytes(reason), StandardCharsets.UTF_8);
		}
		reason.release();
		close();
		// As the codec does: streams end after their connection.
		super.eventLoop().execute(() -> List.copyOf(this.streams).forEach(EmbeddedChannel::close));
		return promise.setSuccess();
	}

	@Override
	public Future<QuicConnectionStats> collectStats(Promise<QuicConnectionStats> promise) {
		return promise.setSuccess(new Figures(this.packets));
	}

	@Override
	public Future<QuicConnectionPathStats> collectPathStats(int path, Promise<QuicConnectionPathStats> promise) {
		return promise.setFailure(new IllegalStateException("no path"));
	}

	@Override
	public long peerAllowedStreams(QuicStreamType type) {
		return this.allowed;
	}

	@Override
	public QuicChannel read() {
		return this;
	}

	@Override
	public QuicChannel flush() {
		return this;
	}

	@Override
	public QuicChannelConfig config() {
		return (QuicChannelConfig) super.config();
	}

	/** A configuration of QUIC with the defaults of any channel. */
	static <T extends ChannelConfig> T config(Class<T> type) {
		ChannelConfig defaults = new EmbeddedChannel().config();
		return type
			.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, (proxy, method, arguments) -> {
				Object result = ChannelConfig.class.getMethod(method.getName(), method.getParameterTypes())
					.invoke(defaults, arguments);
				return (result == defaults) ? proxy : result;
			}));
	}

	@Override
	public @Nullable SSLEngine sslEngine() {
		return null;
	}

	@Override
	public boolean isTimedOut() {
		return this.timedOut;
	}

	@Override
	public @Nullable QuicTransportParameters peerTransportParameters() {
		return null;
	}

	@Override
	public @Nullable QuicConnectionAddress localAddress() {
		return null;
	}

	@Override
	public @Nullable QuicConnectionAddress remoteAddress() {
		return null;
	}

	@Override
	public @Nullable SocketAddress localSocketAddress() {
		return null;
	}

	@Override
	public @Nullable SocketAddress remoteSocketAddress() {
		return null;
	}

	/**
	 * What is counted.
	 *
	 * @param recv packets that arrived
	 */
	private record Figures(long recv) implements QuicConnectionStats {

		@Override
		public long sent() {
			return 0;
		}

		@Override
		public long lost() {
			return 0;
		}

		@Override
		public long retrans() {
			return 0;
		}

		@Override
		public long sentBytes() {
			return 0;
		}

		@Override
		public long recvBytes() {
			return 0;
		}

		@Override
		public long lostBytes() {
			return 0;
		}

		@Override
		public long streamRetransBytes() {
			return 0;
		}

		@Override
		public long pathsCount() {
			return 1;
		}

	}

}
