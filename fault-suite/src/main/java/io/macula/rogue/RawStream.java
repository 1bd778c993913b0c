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

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One QUIC stream on which anything may be written, and whose frames are taken apart.
 * Frames arrive on the event loop; all else may be called by any thread.
 */
final class RawStream extends ChannelInboundHandlerAdapter {

	/** What is kept of the body of a frame that nobody but the queue gets. */
	private static final int KEPT_BYTES = 8 << 10;

	private static final int KEPT_FRAMES = 10_000;

	private final BlockingQueue<Received> frames = new LinkedBlockingQueue<>(KEPT_FRAMES);

	private final @Nullable BiConsumer<RawStream, Received> listener;

	private final ByteBuf received = Unpooled.buffer();

	private volatile @Nullable QuicStreamChannel channel;

	private volatile long count;

	/**
	 * A stream.
	 * @param listener gets each frame, on the event loop; without it they are queued
	 */
	RawStream(@Nullable BiConsumer<RawStream, Received> listener) {
		this.listener = listener;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.channel = (QuicStreamChannel) context.channel();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (!(message instanceof ByteBuf bytes)) {
			return;
		}
		this.received.writeBytes(bytes);
		bytes.release();
		while (takeApart()) {
			this.count++;
		}
		this.received.discardSomeReadBytes();
	}

	@SuppressWarnings("NonAtomicOperationOnVolatileField")
	private boolean takeApart() {
		int start = this.received.readerIndex();
		if (!this.received.isReadable()
				|| this.received.readableBytes() < 1 << ((this.received.getByte(start) & 0xC0) >> 6)) {
			return false;
		}
		long length = FrameWriter.readVarint(this.received);
		if (length < 1 || this.received.readableBytes() < length) {
			this.received.readerIndex(start);
			return false;
		}
		int type = this.received.readByte();
		int size = (int) length - 1;
		byte[] body = ByteBufUtil.getBytes(this.received, this.received.readerIndex(),
				(this.listener != null) ? size : Math.min(size, KEPT_BYTES));
		this.received.skipBytes(size);
		Received frame = new Received(type, size, body);
		if (this.listener != null) {
			this.listener.accept(this, frame);
		}
		else {
			this.frames.offer(frame);
		}
		return true;
	}

	/** A stream of an attacker that was reset is no news. */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		context.close();
	}

	QuicStreamChannel channel() {
		QuicStreamChannel present = this.channel;
		if (present == null) {
			throw new IllegalStateException("The stream is not open yet");
		}
		return present;
	}

	/** Whatever arrives from now on is left where it is. */
	void stopReading() {
		channel().config().setAutoRead(false);
	}

	Future<Void> write(FrameWriter frames) {
		return write(frames.take());
	}

	Future<Void> write(ByteBuf bytes) {
		return channel().writeAndFlush(bytes);
	}

	/**
	 * Write, and wait until QUIC has taken it.
	 * @param bytes what to write
	 * @param seconds bound of the wait
	 * @return whether it was taken
	 */
	boolean push(ByteBuf bytes, long seconds) throws InterruptedException {
		Future<Void> written = write(bytes);
		return written.await(seconds, TimeUnit.SECONDS) && written.isSuccess();
	}

	/** Nothing more is said or heard, so that another stream may be opened. */
	void finish() {
		channel().close();
	}

	/**
	 * The next frame.
	 * @param seconds bound of the wait
	 * @return the frame, or {@code null} if there is none within the time
	 */
	@Nullable Received next(long seconds) throws InterruptedException {
		return this.frames.poll(seconds, TimeUnit.SECONDS);
	}

	/** Frames that arrived so far. */
	long received() {
		return this.count;
	}

	/**
	 * A frame that arrived.
	 *
	 * @param type its type
	 * @param size bytes of its body
	 * @param body its body, or the beginning of it
	 */
	record Received(int type, int size, byte[] body) {

		ByteBuf reader() {
			return Unpooled.wrappedBuffer(this.body);
		}

		/** Code of a FAILURE, or -1 of any other frame. */
		int failureCode() {
			if (this.type != FrameWriter.FAILURE) {
				return -1;
			}
			ByteBuf reader = reader();
			FrameWriter.readVarint(reader);
			return reader.readByte();
		}

	}

}
