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

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import org.jspecify.annotations.Nullable;

/**
 * What is to be sent on one QUIC stream: collected in one buffer that is written once per
 * turn. Owned by the event loop.
 */
abstract class StreamOutput extends ChannelInboundHandlerAdapter {

	private static final int MIN_BUFFER_BYTES = 512;

	private static final int MAX_BUFFER_BYTES = 64 << 10;

	private @Nullable QuicStreamChannel channel;

	private @Nullable ByteBuf pending;

	private int bufferBytes = MIN_BUFFER_BYTES;

	private boolean finished;

	/** What was written and QUIC has not taken, at most. */
	private int untaken;

	/** What waits has changed. */
	abstract void count();

	final void attached(QuicStreamChannel opened) {
		this.channel = opened;
	}

	final long streamId() {
		return channel().streamId();
	}

	final QuicStreamChannel channel() {
		QuicStreamChannel present = this.channel;
		if (present == null) {
			throw new IllegalStateException("The stream is not open yet");
		}
		return present;
	}

	/** Whether what is written goes to QUIC instead of waiting in memory. */
	final boolean writable() {
		return this.channel != null && this.channel.isWritable();
	}

	/**
	 * Where frames are appended to; {@link #flush} sends them.
	 */
	final ByteBuf out() {
		ByteBuf buffer = this.pending;
		if (buffer == null) {
			buffer = channel().alloc().directBuffer(this.bufferBytes);
			this.pending = buffer;
		}
		return buffer;
	}

	/** What was appended, for {@link #write}; the caller releases it. */
	final ByteBuf takePending() {
		ByteBuf buffer = out();
		this.pending = null;
		return buffer;
	}

	/** Bytes that were appended and not flushed. */
	final int pendingBytes() {
		return (this.pending != null) ? this.pending.readableBytes() : 0;
	}

	/** Send everything that was appended, in one write. */
	final void flush() {
		ByteBuf buffer = this.pending;
		if (buffer == null) {
			return;
		}
		this.pending = null;
		this.bufferBytes = Math.min(MAX_BUFFER_BYTES,
				Math.max(MIN_BUFFER_BYTES, (this.bufferBytes * 7 + buffer.readableBytes() * 2) / 8));
		int bytes = buffer.readableBytes();
		QuicStreamChannel open = channel();
		open.write(buffer, open.voidPromise());
		written(bytes);
	}

	/** Together with what was not taken before: those writes wait behind each other. */
	private void written(int bytes) {
		this.untaken = (channel().isWritable()) ? 0 : this.untaken + bytes;
		count();
	}

	/**
	 * Send everything that was appended, and finish this direction.
	 */
	final void finish() {
		if (this.finished) {
			return;
		}
		this.finished = true;
		ByteBuf buffer = this.pending;
		int bytes = pendingBytes();
		this.pending = null;
		QuicStreamChannel open = channel();
		open.write((buffer != null) ? new DefaultQuicStreamFrame(buffer, true) : QuicStreamFrame.EMPTY_FIN,
				open.voidPromise());
		written(bytes);
	}

	/**
	 * Write one part of something large.
	 * @param part the part, released by this method
	 * @param last whether this direction is finished with it
	 * @return tells when QUIC has taken it
	 */
	final ChannelFuture write(ByteBuf part, boolean last) {
		this.finished |= last;
		return channel().write((last) ? new DefaultQuicStreamFrame(part, true) : part);
	}

	final boolean finished() {
		return this.finished;
	}

	/** Bytes that were appended, and those that QUIC has not taken. */
	final int waitingBytes() {
		return pendingBytes() + this.untaken;
	}

	/** QUIC takes data again. */
	final void taken() {
		this.untaken = 0;
	}

	/** Nothing is sent any more. */
	final void releaseOutput() {
		if (this.pending != null) {
			this.pending.release();
			this.pending = null;
		}
		this.untaken = 0;
	}

}
