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

import java.util.ArrayList;
import java.util.List;

import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamAddress;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamChannelConfig;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.util.concurrent.Ticker;

/**
 * A stream of a {@link FakeQuicChannel}: keeps what is written, and takes frames from the
 * test.
 */
final class FakeQuicStream extends EmbeddedChannel implements QuicStreamChannel {

	/** The frames that were written, in order. */
	final List<Frame> written = new ArrayList<>();

	/** How often something was written. */
	int writes;

	/** Whether this side finished its direction. */
	boolean finished;

	/** Whether QUIC takes at once what is written; otherwise it takes nothing. */
	boolean takes = true;

	/** The writes that QUIC did not take. */
	private final List<ChannelPromise> held = new ArrayList<>();

	private final QuicChannel connection;

	private final QuicStreamType type;

	private final long id;

	private final ByteBuf bytes = Unpooled.buffer();

	private final FrameDecoder decoder = new FrameDecoder(64 << 20);

	private boolean writable = true;

	FakeQuicStream(QuicChannel connection, QuicStreamType type, long id, Ticker ticker) {
		super(EmbeddedChannel.builder().ticker(ticker).config(FakeQuicChannel.config(QuicStreamChannelConfig.class)));
		this.connection = connection;
		this.type = type;
		this.id = id;
	}

	/** The frames of one kind that were written. */
	<T extends Frame> List<T> written(Class<T> kind) {
		return this.written.stream().filter(kind::isInstance).map(kind::cast).toList();
	}

	/** The peer sends frames, in one piece. */
	void receive(Frame... frames) {
		ByteBuf buffer = Unpooled.buffer();
		for (Frame frame : frames) {
			FrameCodec.encode(frame, buffer);
		}
		pipeline().fireChannelRead(buffer);
		pipeline().fireChannelReadComplete();
	}

	/** The peer sends a part of something. */
	void receiveBytes(byte[] bytes, int from, int length) {
		ByteBuf buffer = Unpooled.buffer();
		buffer.writeBytes(bytes, from, length);
		pipeline().fireChannelRead(buffer);
		pipeline().fireChannelReadComplete();
	}

	/** A frame as it travels. */
	static byte[] bytes(Frame frame) {
		ByteBuf buffer = Unpooled.buffer();
		FrameCodec.encode(frame, buffer);
		byte[] bytes = new byte[buffer.readableBytes()];
		buffer.readBytes(bytes);
		return bytes;
	}

	/** The peer finishes its direction. */
	void receiveEnd() {
		pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
	}

	/** QUIC takes data, or no more for now. */
	void writable(boolean may) {
		this.writable = may;
		pipeline().fireChannelWritabilityChanged();
	}

	@Override
	public boolean isWritable() {
		return this.writable;
	}

	@Override
	public ChannelFuture write(Object message) {
		return write(message, newPromise());
	}

	@Override
	public ChannelFuture write(Object message, ChannelPromise promise) {
		this.writes++;
		ByteBuf content = (message instanceof QuicStreamFrame frame) ? frame.content() : (ByteBuf) message;
		this.finished |= message instanceof QuicStreamFrame frame && frame.hasFin();
		this.bytes.writeBytes(content);
		if (content != Unpooled.EMPTY_BUFFER) {
			content.release();
		}
		Frame frame = this.decoder.decode(this.bytes);
		while (frame != null) {
			this.written.add(frame);
			frame = this.decoder.decode(this.bytes);
		}
		if (this.takes) {
			promise.trySuccess();
		}
		else {
			this.held.add(promise);
		}
		return promise;
	}

	/** QUIC takes what it has not taken. */
	void take() {
		this.held.forEach(ChannelPromise::trySuccess);
	}

	@Override
	public QuicChannel parent() {
		return this.connection;
	}

	@Override
	public QuicStreamType type() {
		return this.type;
	}

	@Override
	public long streamId() {
		return this.id;
	}

	@Override
	public boolean isLocalCreated() {
		return true;
	}

	@Override
	public QuicStreamChannelConfig config() {
		return (QuicStreamChannelConfig) super.config();
	}

	@Override
	public QuicStreamAddress localAddress() {
		return new QuicStreamAddress(this.id);
	}

	@Override
	public QuicStreamAddress remoteAddress() {
		return new QuicStreamAddress(this.id);
	}

	@Override
	public QuicStreamPriority priority() {
		return FrameStream.NORMAL;
	}

	@Override
	public ChannelFuture updatePriority(QuicStreamPriority priority, ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public QuicStreamChannel read() {
		return this;
	}

	@Override
	public QuicStreamChannel flush() {
		return this;
	}

	@Override
	public boolean isInputShutdown() {
		return false;
	}

	@Override
	public boolean isOutputShutdown() {
		return this.finished;
	}

	@Override
	public boolean isShutdown() {
		return false;
	}

	@Override
	public ChannelFuture shutdown(int error, ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public ChannelFuture shutdown(ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public ChannelFuture shutdownInput(int error, ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public ChannelFuture shutdownInput(ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public ChannelFuture shutdownOutput(int error, ChannelPromise promise) {
		return promise.setSuccess();
	}

	@Override
	public ChannelFuture shutdownOutput(ChannelPromise promise) {
		return promise.setSuccess();
	}

}
