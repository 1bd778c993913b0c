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

import java.util.function.LongSupplier;

import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.ProtocolException;
import io.netty.channel.ChannelHandlerContext;

/**
 * The control stream of a connection, on either side: handshake, liveness, GOAWAY. What
 * arrives goes to whoever answers for the connection: first the handshake, later the
 * connection itself; PINGs are answered here. Owned by the event loop.
 */
final class ControlStream extends FrameStream {

	/*
	 * What is to be answered does not pile up, whatever the peer sends and whether or not
	 * it reads: of the PINGs of one read only the last is answered, and while QUIC takes
	 * nothing, one PONG and one PING wait, and nothing more is read.
	 */

	/** Of which a few come at the end, and which may have thousands of entries. */
	private static final int GOAWAY_COST = 1000;

	private Receiver receiver;

	private boolean pongDue;

	private long pongToken;

	private boolean pingDue;

	private long pingToken;

	ControlStream(Receiver receiver, LongSupplier clock) {
		super(new FrameDecoder(FrameCodec.MAX_CONTROL_FRAME_BYTES), new FrameAllowance(clock),
				ConnectionMemory.UNCOUNTED);
		this.receiver = receiver;
	}

	void handOver(Receiver next) {
		this.receiver = next;
	}

	/** Send a frame at once. */
	void send(Frame frame) {
		if (!finished() && channel().isOpen()) {
			FrameCodec.encode(frame, out());
			flush();
		}
	}

	/** Send a PING; while QUIC takes nothing, the last one waits. */
	void ping(long token) {
		this.pingToken = token;
		this.pingDue = true;
		sendDue();
	}

	/** Answer a PING, at the end of this read; of several the last. */
	private void pong(long token) {
		this.pongToken = token;
		this.pongDue = true;
		if (!writable()) {
			pause();
		}
	}

	private void sendDue() {
		if (!writable()) {
			return;
		}
		if (this.pongDue) {
			this.pongDue = false;
			send(new Frame.Pong(this.pongToken));
		}
		if (this.pingDue) {
			this.pingDue = false;
			send(new Frame.Ping(this.pingToken));
		}
	}

	@Override
	void onFrame(Frame frame) {
		allowance().spend((frame instanceof Frame.GoAway) ? GOAWAY_COST : 1, frame.type());
		this.receiver.onControl(frame);
		if (frame instanceof Frame.Ping ping) {
			pong(ping.token());
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		sendDue();
		ctx.fireChannelReadComplete();
	}

	@Override
	void onFinished() {
		onBroken(ErrorCode.PROTOCOL_VIOLATION, "the peer finished the control stream");
	}

	@Override
	boolean onExcess(ProtocolException excess) {
		return false;
	}

	@Override
	void onBroken(ErrorCode code, String message) {
		this.receiver.onBroken(code, message);
	}

	@Override
	void onWritable() {
		flush();
		sendDue();
		resumeReading();
	}

	@Override
	void onInactive() {
		// The connection's own events tell why.
	}

	/** Called on the event loop. */
	interface Receiver {

		void onControl(Frame frame);

		void onBroken(ErrorCode code, String message);

	}

}
