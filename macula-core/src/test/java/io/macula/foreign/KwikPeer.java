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
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

import io.macula.tls.IssuedCertificate;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.frame.HandshakeDoneFrame;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;

/**
 * A client on kwik, a QUIC and TLS stack that shares no code with the product's.
 */
final class KwikPeer implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration LISTENER = Duration.ofSeconds(2);

	/** Of a handshake, if kwik itself fails. */
	private static final int RUNS = 3;

	static {
		// The assertions of its loss detection race with its own sender, and one that
		// fails ends the thread that receives.
		ClassLoader.getSystemClassLoader().setPackageAssertionStatus("tech.kwik", false);
	}

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
		for (int run = 1;; run++) {
			Handshake handshake = new Handshake();
			try {
				return dial(port, protocol, trusted, shown, handshake);
			}
			catch (ConnectException ex) {
				if (handshake.faults.isEmpty() || run == RUNS) {
					throw ex;
				}
			}
		}
	}

	private static KwikPeer dial(int port, String protocol, IssuedCertificate trusted,
			@Nullable IssuedCertificate shown, Handshake handshake) throws IOException, GeneralSecurityException {
		// The "proxy" is where the datagrams go, the host is what SNI says.
		QuicClientConnection.Builder builder = QuicClientConnection.newBuilder()
			.uri(URI.create("macula://" + trusted.peerName() + ":" + port))
			.proxy("127.0.0.1")
			.applicationProtocol(protocol)
			.customTrustManager(new Trust(trusted))
			.connectTimeout(TIMEOUT)
			.socketFactory((address) -> new PatientSocket())
			.maxOpenPeerInitiatedUnidirectionalStreams(100)
			.logger(handshake);
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
		try {
			peer.connection.connect();
		}
		catch (ConnectException ex) {
			handshake.rethrow();
			throw new ConnectException(peer.whyEnded(ex));
		}
		peer.await(handshake);
		return peer;
	}

	/** kwik tells only listeners what the node said, and those on a thread of theirs. */
	private String whyEnded(ConnectException ex) {
		try {
			return this.end.get(LISTENER.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException none) {
			return String.valueOf(ex.getMessage());
		}
	}

	/**
	 * kwik tells of the end of the handshake a moment before it allows streams, and
	 * before it has sent its own last message.
	 */
	private void await(Handshake handshake) throws ConnectException {
		long giveUp = System.nanoTime() + TIMEOUT.toNanos();
		while (!(handshake.confirmed && this.connection.isConnected()) && !this.end.isDone()
				&& handshake.faults.isEmpty() && System.nanoTime() - giveUp < 0) {
			LockSupport.parkNanos(100_000);
		}
		handshake.rethrow();
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
	 * What only the log tells. One handshake of ten thousand on a busy machine ends with
	 * an IndexOutOfBoundsException of kwik 0.10.8 in CryptoStream.sendFrame, which the
	 * thread that sends and the one that receives share without a lock; neither whoever
	 * waits for the end of the handshake is told, nor the node.
	 */
	private static final class Handshake extends NullLogger {

		private final Queue<String> faults = new ConcurrentLinkedQueue<>();

		private volatile boolean confirmed;

		@Override
		public void error(String message, Throwable error) {
			if (message.startsWith("Sender thread aborted")) {
				this.faults.add("kwik: " + message + ": " + error);
			}
		}

		@Override
		public void received(Instant when, int datagram, QuicPacket packet) {
			if (packet.getFrames().stream().anyMatch(HandshakeDoneFrame.class::isInstance)) {
				this.confirmed = true;
			}
		}

		private void rethrow() throws ConnectException {
			if (!this.faults.isEmpty()) {
				throw new ConnectException(String.join("; ", this.faults));
			}
		}

	}

	/**
	 * Lets no datagram arrive before the thread that dials waits for the end of the
	 * handshake.
	 */
	private static final class PatientSocket extends DatagramSocket {

		/*
		 * kwik 0.10.8 sends its ClientHello, and only then notes that it awaits a
		 * ServerHello (TlsClientEngineImpl.startHandshake of agent15 3.1). If the
		 * receiving thread has the answer before that, it drops the ServerHello without a
		 * word, and never looks at it again: the handshake stands still.
		 */

		private final Thread dialling = Thread.currentThread();

		private volatile boolean open;

		PatientSocket() throws SocketException {
		}

		@Override
		public void receive(DatagramPacket packet) throws IOException {
			super.receive(packet);
			while (!this.open && !isClosed()) {
				this.open = this.dialling.getState() == Thread.State.TIMED_WAITING;
				LockSupport.parkNanos(100_000);
			}
		}

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
