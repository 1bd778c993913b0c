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

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.macula.log.DurationText;
import io.macula.log.Printable;
import io.macula.tls.TlsFailures;
import io.macula.wire.ErrorCode;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;

/**
 * Passes what happens to a dialled QUIC connection on to whoever answers for it: first
 * the dial, later the connection. Owned by the event loop.
 */
final class ClientEvents extends ChannelInboundHandlerAdapter {

	private Receiver receiver;

	ClientEvents(Receiver receiver) {
		this.receiver = receiver;
	}

	void handOver(Receiver next) {
		this.receiver = next;
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
		if (event instanceof QuicConnectionCloseEvent close) {
			this.receiver.peerClosed(close);
		}
		else if (event instanceof QuicStreamLimitChangedEvent) {
			this.receiver.streamLimitChanged();
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		this.receiver.inactive();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		this.receiver.failed(cause);
	}

	/** Why a channel is over that nobody closed, after a colon; nothing if unknown. */
	static String describeEnd(QuicChannel channel, Duration idleTimeout) {
		return channel.isTimedOut() ? ": nothing arrived for " + DurationText.of(idleTimeout) : "";
	}

	/** What the peer said when it closed. */
	static String describe(QuicConnectionCloseEvent close) {
		String reason = reason(close);
		String code;
		if (close.isApplicationClose()) {
			code = ErrorCode.of(close.error()).name();
		}
		else if (close.isTlsError()) {
			code = TlsFailures.byPeer(QuicConnectionCloseEvent.extractTlsError(close.error()));
		}
		else {
			code = "QUIC transport error " + close.error();
		}
		return (reason.isEmpty()) ? code : code + ": " + reason;
	}

	private static String reason(QuicConnectionCloseEvent close) {
		try {
			return Printable.text(new String(close.reason(), StandardCharsets.UTF_8));
		}
		catch (NullPointerException ex) {
			// The codec copies a reason that is not there.
			return "";
		}
	}

	/** Called on the event loop. */
	interface Receiver {

		/** CONNECTION_CLOSE arrived; long before the channel becomes inactive. */
		void peerClosed(QuicConnectionCloseEvent close);

		void streamLimitChanged();

		void inactive();

		void failed(Throwable cause);

	}

}
