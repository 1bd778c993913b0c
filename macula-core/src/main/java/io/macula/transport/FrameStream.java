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

import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.FrameDecoder;
import io.macula.wire.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamPriority;
import io.netty.handler.codec.quic.QuicStreamResetException;
import org.jspecify.annotations.Nullable;

/**
 * Frames on one QUIC stream: decodes what arrives, collects what is to be sent in one
 * buffer that is written once per turn. Owned by the event loop.
 * <p>
 * A stream is never reset and never closed before both directions are at their end,
 * because the codec would keep it for ever; both ends finish their direction instead.
 */
abstract class FrameStream extends StreamOutput {

	/**
	 * Bytes of a slice: about what fills a datagram of 1,350 bytes, so that cutting makes
	 * hardly more datagrams; docs/performance.md has the measurements.
	 */
	private static final int SLICE_BYTES = 1300;

	/** What of a frame must have arrived before it is given up. */
	private static final int MIN_GIVEN_UP_BYTES = 16 << 10;

	/** Bytes not yet decoded beyond which nothing waits for its slice any more. */
	private static final int MAX_BACKLOG_BYTES = 256 << 10;

	/**
	 * Room that is made for a frame that has arrived in part, for each byte of it: a peer
	 * that only announces much takes no memory.
	 */
	private static final int ROOM_FOR_BYTE = 8;

	private static final int MIN_ROOM_BYTES = 512;

	/** What is read at once: at first a datagram, then what the last reads gave. */
	private static final RecvByteBufAllocator READS = new AdaptiveRecvByteBufAllocator(2048, 16 << 10, 64 << 10);

	private final FrameDecoder decoder;

	private final FrameAllowance allowance;

	private final ConnectionMemory memory;

	private final Runnable resume = this::resume;

	/** Of control streams and of lanes: small frames overtake what is large. */
	private static final QuicStreamPriority URGENT = new QuicStreamPriority(63, true);

	/**
	 * Of streams with large payloads or many elements: they share what the urgent ones
	 * leave. QUIC's default.
	 */
	static final QuicStreamPriority NORMAL = new QuicStreamPriority(127, true);

	private @Nullable ByteBuf received;

	private long skipBytes;

	/** Whether {@link #resume} will decode what is left in {@link #received}. */
	private boolean interrupted;

	/** Whether nothing is read until {@link #resumeReading}. */
	private boolean paused;

	private boolean finishedByPeer;

	/** Whether nothing is decoded until {@link #resumeFrames}. */
	private boolean held;

	/** Of the element that is dealt with meanwhile. */
	private int heldBytes;

	/** Of the last frame, all in all. */
	private int frameBytes;

	/** Bytes of this stream that are counted among those that wait. */
	private int counted;

	FrameStream(StreamBounds bounds) {
		this(bounds.decoder(), bounds.allowance(), bounds.memory());
	}

	FrameStream(FrameDecoder decoder, FrameAllowance allowance, ConnectionMemory memory) {
		this.decoder = decoder;
		this.allowance = allowance;
		this.memory = memory;
	}

	/** A frame arrived. */
	abstract void onFrame(Frame frame);

	/**
	 * Whether a burst is decoded in slices: what the first half causes is written before
	 * the second half is decoded, so that the peer works on it meanwhile. Without that
	 * all calls in flight travel as one burst, and always one side waits for the other.
	 */
	boolean sliced() {
		return false;
	}

	/**
	 * Whether no further frame is to be decoded in this turn, because of what the ones
	 * before have caused to wait.
	 */
	boolean stalled() {
		return false;
	}

	/** The peer finished its direction. */
	abstract void onFinished();

	/**
	 * Whether this stream carries one call and nothing else, so that the peer may give it
	 * up without ending the connection.
	 */
	boolean carriesOneCall() {
		return false;
	}

	/**
	 * The peer gave up the only call of this stream, by RESET_STREAM or STOP_SENDING; we
	 * never do, others may.
	 */
	void onGivenUp() {
		// The end of the stream tells enough.
	}

	/**
	 * A frame that is larger than allowed is skipped.
	 * @param excess names frame and call
	 * @return whether that was dealt with; otherwise the connection is closed
	 */
	abstract boolean onExcess(ProtocolException excess);

	/** The peer broke the protocol, or the codec failed: the connection cannot go on. */
	abstract void onBroken(ErrorCode code, String message);

	/** The stream takes data again. */
	abstract void onWritable();

	/** The stream is gone. */
	abstract void onInactive();

	/** What the peer may send that carries nothing. */
	final FrameAllowance allowance() {
		return this.allowance;
	}

	/** Bytes of the frame that is dealt with now. */
	final int frameBytes() {
		return this.frameBytes;
	}

	/** What waits on the connection of this stream. */
	final ConnectionMemory memory() {
		return this.memory;
	}

	/** Whether what this side wants to send counts among what waits. */
	boolean countsAnswers() {
		return false;
	}

	/** Count what waits on this stream now. */
	@Override
	final void count() {
		int waiting = this.heldBytes + ((this.received != null) ? this.received.capacity() : 0);
		if (countsAnswers()) {
			waiting += waitingBytes();
		}
		if (waiting != this.counted) {
			int change = waiting - this.counted;
			this.counted = waiting;
			this.memory.add(change);
		}
	}

	/** Read nothing more for now, and decode nothing of what was read. */
	final void pause() {
		if (!this.paused) {
			this.paused = true;
			channel().config().setAutoRead(false);
		}
	}

	/** Go on after a pause. */
	final void resumeReading() {
		if (this.paused) {
			this.paused = false;
			if (!this.held) {
				resume();
				finishedByPeer();
				read();
			}
		}
	}

	/** Unless something keeps this stream from being read. */
	private void read() {
		if (!this.paused && !this.held && channel().isOpen()) {
			channel().config().setAutoRead(true);
		}
	}

	/** Read nothing more until {@link #resumeFrames}; QUIC then holds up the peer. */
	final void holdFrames() {
		this.held = true;
		this.heldBytes = this.frameBytes;
		channel().config().setAutoRead(false);
	}

	/** Decode what arrived meanwhile, then read again. */
	final void resumeFrames() {
		if (!this.held) {
			return;
		}
		this.held = false;
		this.heldBytes = 0;
		if (this.paused) {
			this.interrupted |= this.received != null;
			count();
			return;
		}
		ByteBuf in = this.received;
		try {
			if (in != null) {
				this.received = null;
				decode(in, in.readableBytes(), false);
			}
			finishedByPeer();
			count();
			read();
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		QuicStreamChannel opened = (QuicStreamChannel) ctx.channel();
		opened.config().setRecvByteBufAllocator(READS);
		opened.updatePriority(URGENT);
		attached(opened);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		release();
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		ByteBuf in = merged((ByteBuf) msg);
		if (this.held || (this.interrupted && (this.paused || in.readableBytes() < MAX_BACKLOG_BYTES))) {
			this.received = in;
			count();
		}
		else {
			this.interrupted = false;
			decode(in, slice(in), false);
		}
	}

	/** What arrived behind what was left over. */
	private ByteBuf merged(ByteBuf in) {
		ByteBuf before = this.received;
		if (before == null) {
			return in;
		}
		this.received = null;
		boolean kept = false;
		try {
			before.discardSomeReadBytes();
			before.writeBytes(in);
			kept = true;
		}
		finally {
			in.release();
			if (!kept) {
				// There is no memory for more.
				before.release();
			}
		}
		return before;
	}

	private void resume() {
		if (!this.interrupted || this.paused) {
			return;
		}
		this.interrupted = false;
		ByteBuf in = this.received;
		try {
			if (in != null) {
				this.received = null;
				decode(in, slice(in), false);
			}
			finishedByPeer();
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	/**
	 * Decode at once what waits for its slice: what comes next must not overtake it.
	 */
	final void catchUp() {
		ByteBuf in = this.received;
		if (this.interrupted && in != null) {
			this.interrupted = false;
			this.received = null;
			try {
				decode(in, in.readableBytes(), true);
				finishedByPeer();
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
	}

	private void finishedByPeer() {
		if (this.finishedByPeer && !this.interrupted && !this.held) {
			this.finishedByPeer = false;
			onFinished();
		}
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
		if (event == ChannelInputShutdownReadComplete.INSTANCE) {
			this.finishedByPeer = true;
			finishedByPeer();
		}
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext ctx) {
		if (ctx.channel().isWritable()) {
			taken();
			onWritable();
			count();
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		catchUp();
		release();
		onInactive();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (cause instanceof QuicStreamResetException) {
			catchUp();
			if (carriesOneCall()) {
				onGivenUp();
			}
			onFinished();
			return;
		}
		if (cause instanceof ChannelOutputShutdownException) {
			if (carriesOneCall()) {
				// What is still to come of the call is of no use.
				onGivenUp();
				ctx.channel().close();
			}
			else {
				onBroken(ErrorCode.PROTOCOL_VIOLATION,
						"STOP_SENDING on stream " + ((QuicStreamChannel) ctx.channel()).streamId());
			}
			return;
		}
		failed(cause);
	}

	/**
	 * What was being decoded is lost, with calls or answers that nobody would ever see.
	 */
	private void failed(Throwable cause) {
		onBroken(ErrorCode.INTERNAL, "stream " + streamId() + " failed: " + cause);
	}

	/**
	 * Halves as long as both are worth a datagram: ever smaller slices would end with a
	 * datagram for each call.
	 */
	private int slice(ByteBuf in) {
		int bytes = in.readableBytes();
		return (sliced() && bytes >= 2 * SLICE_BYTES && bytes < MAX_BACKLOG_BYTES) ? bytes / 2 : bytes;
	}

	private void decode(ByteBuf in, int bytes, boolean last) {
		boolean kept = false;
		try {
			if (!decoded(in, bytes, last)) {
				this.interrupted = true;
				if (!this.paused) {
					channel().eventLoop().execute(this.resume);
				}
			}
			if (in.isReadable()) {
				this.received = (this.interrupted || this.held) ? in : roomy(in);
				kept = this.received == in;
			}
		}
		finally {
			if (!kept) {
				in.release();
			}
			count();
		}
		ByteBuf left = this.received;
		if (left != null && !this.interrupted && !this.held && this.memory.exhausted()) {
			giveUp(left);
		}
	}

	/**
	 * A frame has arrived in part: what comes is to be copied behind it, but not what is
	 * there again with each growth; and many streams on which next to nothing came are
	 * not to keep what could have been read from each.
	 */
	private ByteBuf roomy(ByteBuf in) {
		int arrived = in.readableBytes();
		long room = Math.min(FrameDecoder.awaited(in), (long) arrived * ROOM_FOR_BYTE);
		int bytes = (int) Math.max(Math.max(room, arrived), MIN_ROOM_BYTES);
		int left = in.capacity() - in.readerIndex();
		// Who sends little by little makes room for each byte that comes, if that is all
		// that is asked for.
		boolean enough = bytes <= left || left / 2 >= arrived;
		if (enough && (this.frameBytes > 0 || in.capacity() / 2 <= bytes)) {
			return in;
		}
		return channel().alloc().directBuffer(bytes).writeBytes(in);
	}

	/**
	 * Too much waits on this connection: a frame that has arrived in part is not awaited
	 * any more. Not to read it would not do: what others have sent behind it would take
	 * the connection's window of flow control, so that none could ever be completed.
	 */
	private void giveUp(ByteBuf in) {
		int arrived = in.readableBytes();
		if (arrived < MIN_GIVEN_UP_BYTES) {
			return;
		}
		ProtocolException excess = this.decoder.givenUp(in);
		this.skipBytes = frameBytes(in, excess) - arrived;
		this.received = null;
		in.release();
		count();
		if (!onExcess(excess)) {
			onBroken(excess.errorCode(), String.valueOf(excess.getMessage()));
		}
	}

	/**
	 * Decode up to the frame that reaches so many bytes.
	 * @param last whether all of it is decoded whatever waits: nothing can follow
	 * @return whether nothing more can be decoded before more arrives
	 */
	private boolean decoded(ByteBuf in, int bytes, boolean last) {
		int end = in.readerIndex() + bytes;
		try {
			while (in.readerIndex() < end) {
				if (this.skipBytes > 0) {
					int skipped = (int) Math.min(this.skipBytes, in.readableBytes());
					in.skipBytes(skipped);
					this.skipBytes -= skipped;
				}
				int begin = in.readerIndex();
				Frame frame = next(in);
				this.frameBytes = in.readerIndex() - begin;
				if (frame != null) {
					onFrame(frame);
					if (this.held) {
						return true;
					}
					if ((this.paused || stalled()) && !last) {
						return !in.isReadable();
					}
				}
				else if (this.skipBytes == 0 || !in.isReadable()) {
					return true;
				}
			}
			return !in.isReadable();
		}
		catch (ProtocolException ex) {
			in.skipBytes(in.readableBytes());
			onBroken(ex.errorCode(), String.valueOf(ex.getMessage()));
			return true;
		}
	}

	private @Nullable Frame next(ByteBuf in) {
		try {
			Frame frame = this.decoder.decode(in);
			int skipped = this.decoder.takeSkipped();
			if (skipped > 0) {
				this.allowance.spend(skipped, "of an unknown type");
			}
			return frame;
		}
		catch (ProtocolException ex) {
			if (ex.errorCode() != ErrorCode.FRAME_TOO_LARGE || !onExcess(ex)) {
				throw ex;
			}
			this.skipBytes = frameBytes(in, ex);
			return null;
		}
	}

	/**
	 * The decoder stands at the frame's length, whose own size is in its two first bits.
	 */
	private static long frameBytes(ByteBuf in, ProtocolException frame) {
		return frame.value() + (1L << ((in.getByte(in.readerIndex()) & 0xFF) >> 6));
	}

	private void release() {
		if (this.received != null) {
			this.received.release();
			this.received = null;
		}
		releaseOutput();
		this.heldBytes = 0;
		count();
	}

}
