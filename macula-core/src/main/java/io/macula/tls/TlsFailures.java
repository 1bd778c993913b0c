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

package io.macula.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

import io.macula.log.Printable;
import io.netty.handler.codec.quic.QuicClosedChannelException;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicTransportError;
import org.jspecify.annotations.Nullable;

/**
 * Says in plain words why a handshake failed. All clauses are about the peer and continue
 * "no connection to X: " or "refused a connection from X: ".
 */
public final class TlsFailures {

	/*
	 * Who refuses whom (RFC 8446, section 6; RFC 9001, section 4.8): this node's own
	 * verdict is known exactly, from the trust manager. The peer's verdict arrives as the
	 * code 0x100 + alert of a CONNECTION_CLOSE; a server's verdict on the client only
	 * after the client has already finished its part of the handshake.
	 */

	private static final String REFUSAL = "io.macula.tls.refusal";

	private static final String CLOCK = "io.macula.tls.clock";

	private static final int BAD_CERTIFICATE = 42;

	private static final int EXPIRED = 45;

	private static final int DECRYPT_ERROR = 51;

	private static final int TLS_ERROR = 0x100;

	private static final int MAX_CLAUSE_LENGTH = 600;

	private static final String NAME_REMEDY = "let this node be dialled by a name of its certificate "
			+ "(macula.provider.advertised-host here, macula.realm.seeds there), or have all certificates carry one name "
			+ "(macula.ssl.peer-name there)";

	private TlsFailures() {
	}

	/**
	 * Remember this node's verdict for {@link #explain}.
	 */
	static void remember(SSLEngine engine, PeerRefusedException refusal) {
		engine.getSession().putValue(REFUSAL, refusal);
	}

	/**
	 * Remember by which clock this node judges, for {@link #explain}.
	 */
	static void rememberClock(SSLEngine engine, InstantSource clock) {
		engine.getSession().putValue(CLOCK, clock);
	}

	/**
	 * Why a handshake failed, as far as TLS is the reason.
	 * @param engine the handshake, or {@code null} if there was none
	 * @param failure what the transport reported, or {@code null} for nothing
	 * @param close how the peer closed the connection, or {@code null} if it did not
	 * @return why, or {@code null} if authentication is not the reason
	 */
	public static @Nullable Reason explain(@Nullable SSLEngine engine, @Nullable Throwable failure,
			@Nullable QuicConnectionCloseEvent close) {
		PeerRefusedException own = verdict(engine);
		if (own != null) {
			return new Reason(printable(String.valueOf(own.getMessage())), own.remedied());
		}
		int alert = alert(close);
		for (Throwable cause = failure; cause != null && alert < 0; cause = cause.getCause()) {
			if (cause instanceof QuicClosedChannelException closed) {
				alert = alert(closed.event());
			}
		}
		if (alert >= 0) {
			return byPeer(alert, engine);
		}
		if (!local(failure)) {
			return null;
		}
		return new Reason((engine == null || engine.getUseClientMode())
				? printable("its certificate was not accepted, or it does not speak TLS 1.3 properly: " + failure)
				: "it showed no certificate, or it does not speak " + TlsContexts.PROTOCOL, false);
	}

	private static Reason byPeer(int alert, @Nullable SSLEngine engine) {
		boolean client = engine == null || engine.getUseClientMode();
		return switch (alert) {
			case BAD_CERTIFICATE ->
				client ? new Reason(byPeer(alert), false) : new Reason(byPeer(alert) + ": " + NAME_REMEDY, true);
			case EXPIRED -> new Reason(byPeer(alert) + own(engine), false);
			case DECRYPT_ERROR -> new Reason(byPeer(alert) + secret(engine), false);
			default -> new Reason(byPeer(alert), false);
		};
	}

	/**
	 * A peer's own words, such as the names in its certificate, as a part of one line.
	 */
	public static String printable(String text) {
		return Printable.text(text, MAX_CLAUSE_LENGTH);
	}

	private static boolean local(@Nullable Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SSLException || cause instanceof QuicException quic && crypto(quic.error())) {
				return true;
			}
		}
		return false;
	}

	private static boolean crypto(@Nullable QuicTransportError error) {
		return error != null && error.isCryptoError();
	}

	private static @Nullable PeerRefusedException verdict(@Nullable SSLEngine engine) {
		SSLSession session = (engine != null) ? engine.getSession() : null;
		return (session != null && session.getValue(REFUSAL) instanceof PeerRefusedException refusal) ? refusal : null;
	}

	/** When this node's own certificate is valid, if it is known which it showed. */
	private static String own(@Nullable SSLEngine engine) {
		X509Certificate leaf = shown(engine);
		if (engine == null || leaf == null) {
			return "";
		}
		Validity validity = Validity.of(leaf);
		return (engine.getSession().getValue(CLOCK) instanceof InstantSource clock)
				? ": " + validity.at(clock.instant()) : ": it is valid " + validity;
	}

	/** Which secret this node showed a certificate of, if any. */
	private static String secret(@Nullable SSLEngine engine) {
		X509Certificate leaf = shown(engine);
		String fingerprint = (leaf != null) ? RealmAuthority.fingerprint(leaf) : null;
		return (fingerprint != null) ? ": this node showed the one with the fingerprint " + fingerprint : "";
	}

	private static @Nullable X509Certificate shown(@Nullable SSLEngine engine) {
		SSLSession session = (engine != null) ? engine.getSession() : null;
		Certificate[] shown = (session != null) ? session.getLocalCertificates() : null;
		return (shown != null && shown.length > 0 && shown[0] instanceof X509Certificate leaf) ? leaf : null;
	}

	private static int alert(@Nullable QuicConnectionCloseEvent close) {
		return (close != null && close.isTlsError()) ? close.error() - TLS_ERROR : -1;
	}

	/**
	 * What the peer meant by an alert.
	 * @param alert its number
	 */
	public static String byPeer(int alert) {
		String meaning = switch (alert) {
			case 42 -> "it does not accept the name in this node's certificate";
			case 43 -> "it does not accept this node's certificate for this purpose";
			case 44 -> "it says that this node's certificate was revoked";
			case 45 -> "it says that this node's certificate has expired or is not valid yet (or its clock is wrong)";
			case 46, 80 -> "it does not accept this node's certificate, for a reason that its log tells";
			case 48 -> "it does not trust the issuer of this node's certificate: it belongs to another realm, or to"
					+ " another authority";
			case 51 -> "it has another secret for this realm";
			case 112 -> "it does not know the name by which it was addressed";
			case 116 -> "it demands a certificate and got none";
			case 120 -> "it does not speak " + TlsContexts.PROTOCOL;
			case 40, 70 -> "it does not agree to any of the offered TLS settings";
			default -> "it refused the TLS handshake, for a reason that its log tells";
		};
		return meaning + " (TLS alert " + alert + ")";
	}

	/**
	 * Why a handshake failed. Immutable.
	 *
	 * @param clause about the peer, printable
	 * @param remedied whether the clause ends with what to do, so that general advice
	 * would mislead
	 */
	public record Reason(String clause, boolean remedied) {

	}

}
