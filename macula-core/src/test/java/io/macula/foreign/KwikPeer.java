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

package io.macula.foreign;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import io.macula.tls.IssuedCertificate;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.log.NullLogger;

/**
 * A client on kwik, a QUIC and TLS stack that shares no code with the product's.
 */
final class KwikPeer implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration DIAL_TIMEOUT = Duration.ofSeconds(3);

	private static final int DIALS = 3;

	private final QuicClientConnection connection;

	private final CompletableFuture<String> end = new CompletableFuture<>();

	private final BlockingQueue<ForeignStream> answers = new LinkedBlockingQueue<>();

	private KwikPeer(QuicClientConnection connection) {
		this.connection = connection;
	}

	/**
	 * Dial a node on this machine.
	 * @param port its port
	 * @param protocol ALPN
	 * @param trusted certificates of whom to trust, and the name that must be shown
	 * @param shown what to show, or {@code null} for nothing
	 * @return a connection after the TLS handshake
	 * @throws IOException if the handshake fails
	 */
	static KwikPeer dial(int port, String protocol, IssuedCertificate trusted, @Nullable IssuedCertificate shown)
			throws IOException, GeneralSecurityException {
		for (int dials = 1;; dials++) {
			try {
				return dialOnce(port, protocol, trusted, shown);
			}
			catch (ConnectException ex) {
				// One in about 128 handshakes of kwik 0.10.8 stands still: it reads the
				// ServerHello and derives no keys from it. A coordinate of one of the two
				// keys that begins with a zero would be as frequent.
				if (dials == DIALS || !String.valueOf(ex.getMessage()).contains("timed out")) {
					throw ex;
				}
			}
		}
	}

	static KwikPeer dialOnce(int port, String protocol, IssuedCertificate trusted, @Nullable IssuedCertificate shown)
			throws IOException, GeneralSecurityException {
		// The "proxy" is where the datagrams go, the host is what SNI says.
		QuicClientConnection.Builder builder = QuicClientConnection.newBuilder()
			.uri(URI.create("macula://" + trusted.peerName() + ":" + port))
			.proxy("127.0.0.1")
			.applicationProtocol(protocol)
			.customTrustManager(new Trust(trusted))
			.connectTimeout(DIAL_TIMEOUT)
			.maxOpenPeerInitiatedUnidirectionalStreams(100)
			.logger(new NullLogger());
		if (shown != null) {
			builder.clientCertificate(shown.certificate()).clientCertificateKey(shown.key());
		}
		KwikPeer peer = new KwikPeer(builder.build());
		peer.connection.setConnectionListener(new ConnectionListener() {

			@Override
			public void disconnected(ConnectionTerminatedEvent event) {
				peer.end.complete(describe(event));
			}

		});
		peer.connection.setPeerInitiatedStreamCallback((stream) -> peer.answers.add(new ForeignStream(stream)));
		peer.connection.connect();
		return peer;
	}

	private static String describe(ConnectionTerminatedEvent event) {
		Long code = event.applicationErrorCode();
		if (code != null) {
			return "0x%02x".formatted(code) + text(event);
		}
		Long transport = event.transportErrorCode();
		return (transport != null) ? "QUIC 0x%03x".formatted(transport) + text(event) : event.closeReason().name();
	}

	private static String text(ConnectionTerminatedEvent event) {
		return (event.errorDescription() != null) ? " " + event.errorDescription() : "";
	}

	ForeignStream open() throws IOException {
		return new ForeignStream(this.connection.createStream(true));
	}

	ForeignStream openOneWay() throws IOException {
		return new ForeignStream(this.connection.createStream(false));
	}

	/** The next stream that the node opens. */
	ForeignStream accept() throws InterruptedException {
		ForeignStream stream = this.answers.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
		if (stream == null) {
			throw new IllegalStateException("The node opened no stream");
		}
		return stream;
	}

	/** Wait until the node has closed the connection, and tell its code and text. */
	String ended() throws Exception {
		return this.end.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.connection.close(0, "");
	}

	/**
	 * Judges by the authority alone. kwik says "RSA" of every certificate, and one for a
	 * key that can only sign does not go with that.
	 */
	private static final class Trust implements X509TrustManager {

		private final X509TrustManager manager;

		Trust(IssuedCertificate trusted) throws GeneralSecurityException, IOException {
			TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
			factory.init(trusted.trustStore());
			this.manager = (X509TrustManager) factory.getTrustManagers()[0];
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
			throw new CertificateException("This is a client");
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
			this.manager.checkServerTrusted(chain, "UNKNOWN");
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return this.manager.getAcceptedIssuers();
		}

	}

}
