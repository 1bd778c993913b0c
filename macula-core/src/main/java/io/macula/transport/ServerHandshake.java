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

import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLEngine;

import io.macula.log.Printable;
import io.macula.log.PrintableLogger;
import io.macula.tls.TlsFailures;
import io.macula.wire.ErrorCode;
import io.macula.wire.Frame;
import io.macula.wire.Introduction;
import io.macula.wire.ProtocolException;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The beginning of an accepted connection: awaits HELLO, answers WELCOME or REFUSED, and
 * tells the operator of what failed. Owned by the connection's event loop.
 * <p>
 * States: pending, then over by WELCOME, by a refusal, or by the end of the connection.
 */
final class ServerHandshake implements ControlStream.Receiver {

	private static final Logger logger = PrintableLogger.of(ServerHandshake.class);

	private static final long HELLO_LIMIT_MILLIS = 5000;

	private static final String SOFTWARE = "macula-java";

	private final ServerConnection connection;

	private final QuicListener listener;

	private final EventLoop loop;

	private final @Nullable SocketAddress address;

	/** Kept here: the channel forgets it when the connection is over. */
	private final @Nullable SSLEngine engine;

	private PendingHandshakes.@Nullable Entry entry;

	private @Nullable ScheduledFuture<?> timer;

	private @Nullable String sni;

	private boolean logged;

	private boolean over;

	ServerHandshake(ServerConnection connection, QuicListener listener, QuicChannel channel) {
		this.connection = connection;
		this.listener = listener;
		this.loop = channel.eventLoop();
		this.address = connection.address();
		this.engine = channel.sslEngine();
	}

	void start() {
		this.entry = this.listener.handshakes().begun(this.address, this::giveUp);
		this.timer = this.loop.schedule(this::timedOut, HELLO_LIMIT_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void timedOut() {
		if (!this.over) {
			// Honest clients end or give up in the middle, too.
			logger.debug("The handshake of {} was not finished within {} ms", this.address, HELLO_LIMIT_MILLIS);
			this.connection.end(ErrorCode.HANDSHAKE_TIMEOUT, "no HELLO within " + HELLO_LIMIT_MILLIS + " ms");
		}
	}

	/** From any thread: its place is needed. */
	private void giveUp() {
		this.connection.execute(() -> {
			if (!this.over) {
				this.connection.end(ErrorCode.HANDSHAKE_TIMEOUT,
						"too many handshakes are under way, and this one came first");
			}
		});
	}

	/** The client named the host that it asks for. */
	void named(@Nullable String host) {
		this.sni = host;
	}

	@Override
	public void onControl(Frame frame) {
		assert this.loop.inEventLoop();
		if (!(frame instanceof Frame.Hello hello)) {
			throw ProtocolException.violation(frame.type() + " frame instead of HELLO");
		}
		if (!this.over) {
			hello(hello.introduction());
		}
	}

	@Override
	public void onBroken(ErrorCode code, String message) {
		this.connection.onBroken(code, message);
	}

	private void hello(Introduction introduction) {
		NodeInfo self = this.listener.self();
		TransportSettings settings = this.listener.settings();
		String realm = self.realm().name();
		ShownIdentity shown = ShownIdentity.of(this.engine);
		String objection = shown.objection(this.listener.tls(), introduction.nodeId());
		if (introduction.version() != Introduction.VERSION) {
			refuse(ErrorCode.UNSUPPORTED_VERSION, "this node speaks version " + Introduction.VERSION
					+ " of the protocol, the client version " + introduction.version());
		}
		else if (!introduction.realm().equals(realm)) {
			refuse(ErrorCode.WRONG_REALM, "this node belongs to realm '" + realm + "', the client to realm '"
					+ Printable.text(introduction.realm()) + "'");
		}
		else if (objection != null) {
			refuse(ErrorCode.WRONG_IDENTITY, "the client is not who it says it is: " + objection);
		}
		else if (this.listener.draining()) {
			refuse(ErrorCode.DRAINED, "this node is draining");
		}
		else {
			// Before it counts, for it may be refused.
			NodeInfo client = shown.describe(introduction);
			String full = this.listener.admit(this.address);
			if (full != null) {
				refuse(ErrorCode.OVERLOADED, "this node has " + full);
				return;
			}
			over();
			this.connection.welcome(client, introduction,
					new Frame.Welcome(Introduction.of(realm, self.nodeId(), self.incarnation(),
							settings.maxPayloadBytes(), settings.maxInFlightPerConnection(), self.codecs(), SOFTWARE)));
		}
	}

	private void refuse(ErrorCode code, String message) {
		if (code == ErrorCode.DRAINED) {
			logger.debug("Refused a connection from {}: {}", this.address, message);
		}
		else {
			failed(message, "; check the settings of both sides");
		}
		this.connection.refuse(new Frame.Refused(code, message));
	}

	/** The handshake failed for a reason that the operator should know, once. */
	void failed(String reason, String advice) {
		if (!this.over && !this.logged) {
			this.logged = true;
			this.listener.log().refused(this.address, this.sni, reason, advice);
		}
	}

	/** Whether TLS tells why the connection ends before its HELLO. */
	boolean failedByTls(@Nullable Throwable cause, @Nullable QuicConnectionCloseEvent close) {
		TlsFailures.Reason reason = (this.over) ? null : TlsFailures.explain(this.engine, cause, close);
		if (reason != null) {
			String advice = reason.remedied() ? "" : "; check that both sides belong to one realm, share its secret or "
					+ "certificate authority, and that certificates are in date and name the dialled host";
			failed(reason.clause(), advice + " (this node: " + this.listener.tls().source() + ")");
		}
		return reason != null;
	}

	/** There is nothing to wait for any more. */
	void over() {
		this.over = true;
		PendingHandshakes.Entry pending = this.entry;
		if (pending != null) {
			this.listener.handshakes().over(pending);
		}
		if (this.timer != null) {
			this.timer.cancel(false);
		}
	}

}
