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
import io.macula.wire.FrameCodec;
import io.macula.wire.FrameDecoder;
import io.macula.wire.ProtocolException;

/**
 * The control stream of a connection, on either side: handshake, liveness, GOAWAY. What
 * arrives goes to whoever answers for the connection: first the handshake, later the
 * connection itself. Owned by the event loop.
 */
final class ControlStream extends FrameStream {

	private Receiver receiver;

	ControlStream(Receiver receiver) {
		super(new FrameDecoder(FrameCodec.MAX_CONTROL_FRAME_BYTES));
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

	@Override
	void onFrame(Frame frame) {
		this.receiver.onControl(frame);
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
