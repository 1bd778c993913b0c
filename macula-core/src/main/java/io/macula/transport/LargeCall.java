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

import io.macula.Status;
import io.netty.handler.codec.quic.QuicStreamChannel;

/**
 * A unary call whose payload goes on a stream of its own, so that it does not delay the
 * small ones. Owned by the event loop.
 */
final class LargeCall implements StreamOpener.Request {

	private final ClientConnection connection;

	private final CallPump pump;

	private final OutboundCall call;

	private final ClientLane stream;

	LargeCall(ClientConnection connection, CallPump pump, OutboundCall call) {
		this.connection = connection;
		this.pump = pump;
		this.call = call;
		this.stream = new ClientLane(connection, call);
	}

	@Override
	public boolean wanted() {
		return this.call.callId != OutboundCall.OVER;
	}

	@Override
	public boolean leaves() {
		return this.call.leavesSuspectedPeer() || this.call.leavesUnwritten();
	}

	@Override
	public FrameStream stream() {
		return this.stream;
	}

	@Override
	public void opened(QuicStreamChannel opened) {
		long now = this.connection.clock().getAsLong();
		if (wanted()) {
			this.pump.calls().unwatch(this.call);
			try {
				this.call.lane = OutboundCall.ALONE_UNTAKEN;
				this.pump.append(this.call, this.stream, now);
			}
			catch (Throwable ex) {
				// Part of the frame may be on the stream; nobody else is.
				this.pump.calls().failed(this.call, ex);
			}
		}
		if (wanted()) {
			this.pump.calls().watch(this.call, now);
			this.connection.opener().write(this.stream, this.stream.takePending()).addListener((future) -> {
				if (future.isSuccess()) {
					this.call.lane = OutboundCall.ALONE;
				}
			});
			this.connection.liveness().wrote(now);
		}
		else {
			this.stream.finish();
		}
		this.connection.settle();
	}

	@Override
	public void refused(Status status) {
		this.pump.calls().fail(this.call, status);
		this.connection.settle();
	}

}
