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

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import javax.net.ssl.KeyManagerFactory;

import ch.qos.logback.classic.Level;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Processed;
import io.macula.Realm;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.testing.LogLines;
import io.macula.testing.TestAuthority;
import io.macula.tls.BundleTls;
import io.macula.tls.HostVerification;
import io.macula.tls.InsecureTls;
import io.macula.tls.RealmSecret;
import io.macula.tls.SecretTls;
import io.macula.tls.NodeKey;
import io.macula.tls.TlsContexts;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What the users of both sides read when trust is missing: the client's error and the
 * provider's log.
 */
class HandshakeRefusalTests {

	private static final Realm SHOP = new Realm("shop");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=",
			"macula.realm.secret");

	private static final RealmSecret OTHER_SECRET = RealmSecret.of("m7Zt2Xc9Lq4WvRb1Ny8Kd5Gs0Pj3Hf6Ta+Ue2Io7Yx4=",
			"a file");

	private final Transport serverTransport = Transport.create(TransportSettings.defaults());

	private final Transport clientTransport = Transport.create(TransportSettings.defaults());

	@RegisterExtension
	final LogLines log = LogLines.of(QuicListener.class);

	@AfterEach
	void close() {
		this.clientTransport.close();
		this.serverTransport.close();
	}

	@Test
	void whenSecretDiffersThenBothSidesSaySo() {
		Refusal refusal = refuse(SecretTls.of(SHOP, "node1", SECRET), SecretTls.of(SHOP, "node2", OTHER_SECRET));
		assertThat(refusal.client()).startsWith("no connection to 127.0.0.1:")
			.containsPattern(": it has another secret for the realm 'shop' \\(fingerprint [0-9a-f]{8}; accepted here: "
					+ "[0-9a-f]{8} from a file\\); trust comes from realm 'shop', secret from a file \\(fingerprint [0-9a-f]{8}\\): "
					+ "check that both sides belong to one realm, share its secret");
		assertThat(refusal.server()).matches("Refused a connection from /127\\.0\\.0\\.1:\\d+ that asked for "
				+ "'r-shop-[0-9a-f]{12}\\.realm\\.macula': it has another secret for this realm \\(TLS alert 51\\): "
				+ "this node showed the one with the fingerprint [0-9a-f]{8}; "
				+ "check that both sides belong to one realm, share its secret or certificate authority, .*"
				+ "\\(this node: realm 'shop', secret from macula\\.realm\\.secret "
				+ "\\(fingerprint [0-9a-f]{8}\\)\\)");
	}

	@Test
	void whenRealmDiffersThenBothSidesSaySo() {
		Refusal refusal = refuse(SecretTls.of(SHOP, "node1", SECRET),
				SecretTls.of(new Realm("warehouse"), "node2", SECRET));
		assertThat(refusal.client()).contains(": it belongs to another realm or uses SSL bundles", "CN=r-shop-",
				"not by this realm's 'CN=r-warehouse-", "trust comes from realm 'warehouse'");
		assertThat(refusal.server()).contains(" that asked for 'r-warehouse-", ": it does not trust the issuer of this "
				+ "node's certificate: it belongs to another realm, or to another authority (TLS alert 48); check ");
	}

	@Test
	void whenOnlyTheServerVerifiesThenItSaysWhyAndTheClientIsTold() {
		Refusal secret = refuse(SecretTls.of(SHOP, "node1", SECRET), InsecureTls.of(SHOP, "intruder"));
		assertThat(secret.server()).containsPattern("'r-shop-.*: it has another secret for the realm 'shop' "
				+ "\\(fingerprint [0-9a-f]{8}; accepted here: [0-9a-f]{8} from macula.realm.secret\\); check ");
		assertThat(secret.client())
			.containsPattern(": it has another secret for this realm \\(TLS alert 51\\): this node showed the one with "
					+ "the fingerprint [0-9a-f]{8}; trust comes from ");
		Refusal realm = refuse(SecretTls.of(SHOP, "node1", SECRET), InsecureTls.of(new Realm("other"), "intruder"));
		assertThat(realm.server()).contains("'r-other-",
				": it belongs to another realm or uses SSL bundles: its certificate was issued by 'CN=r-other-");
		assertThat(realm.client()).contains(": it does not trust the issuer of this node's certificate: it belongs to "
				+ "another realm, or to another authority (TLS alert 48)");
	}

	@Test
	void whenClientShowsNoCertificateThenBothSidesSaySo() {
		Refusal refusal = refuse(SecretTls.of(SHOP, "node1", SECRET), new Anonymous());
		assertThat(refusal.client()).contains(": it demands a certificate and got none (TLS alert 116); trust comes");
		assertThat(refusal.server()).contains(" that asked for 'somebody.example': it showed no certificate");
	}

	@Test
	void whenACertificateHasExpiredThenBothSidesSaySo() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		BundleTls good = bundle(authority, authority.keys("good", "127.0.0.1"));
		BundleTls expired = bundle(authority, authority.expiredKeys("late", "127.0.0.1"));
		Refusal server = refuse(expired, good);
		assertThat(server.client()).contains(": its certificate 'CN=late' has expired (",
				"; this machine's clock says ",
				"): renew it, or correct the clock that is wrong; no restart is needed; trust comes from SSL bundle 'shop'")
			.doesNotContain("check that both sides");
		assertThat(server.server()).contains(": it says that this node's certificate has expired or is not valid yet "
				+ "(or its clock is wrong) (TLS alert 45): it is valid from ", "; check ", "SSL bundle 'shop'");
		Refusal client = refuse(good, expired);
		assertThat(client.server()).contains(": its certificate 'CN=late' has expired (");
		assertThat(client.client())
			.contains(": it says that this node's certificate has expired or is not valid yet (or its clock is wrong)");
	}

	@Test
	void whenTheHostIsNotInTheCertificateThenBothSidesSaySo() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		Refusal refusal = refuse(bundle(authority, authority.keys("server", "node1.example")),
				bundle(authority, authority.keys("client")));
		assertThat(refusal.client())
			.contains(": the certificate 'CN=server' that it showed is not for '127.0.0.1': ",
					"; let that node be dialled by a name of its certificate (macula.provider.advertised-host there, ")
			.doesNotContain("check that both sides")
			.containsPattern(
					"; trust comes from SSL bundle 'shop' \\(certificate until .*\\), peers verified by their host$");
		assertThat(refusal.server())
			.contains(": it does not accept the name in this node's certificate (TLS alert 42): let this node be "
					+ "dialled by a name of its certificate (macula.provider.advertised-host here, ")
			.doesNotContain("check ");
	}

	@Test
	void whenTheAuthorityIsNotTrustedThenBothSidesSaySo() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		TestAuthority other = new TestAuthority("Other CA");
		Refusal refusal = refuse(bundle(authority, authority.keys("server", "127.0.0.1")),
				bundle(authority, other.keys("client")));
		assertThat(refusal.server())
			.contains(": the certificate 'CN=client' that it showed was issued by 'CN=Other CA', "
					+ "which is not trusted here; check ");
		assertThat(refusal.client()).contains(": it does not trust the issuer of this node's certificate", "alert 48");
	}

	@Test
	void aFloodOfRefusalsDoesNotFillTheLog() {
		AtomicLong clock = new AtomicLong();
		HandshakeLog log = new HandshakeLog(clock::get);
		IntStream.range(0, 1000).forEach((i) -> log.refused(null, null, "reason", "; check cause " + i));
		assertThat(this.log.at(Level.WARN)).hasSize(HandshakeLog.MAX_LINES);
		clock.addAndGet(HandshakeLog.PERIOD.plusSeconds(1).toNanos());
		log.refused(null, null, "late", "; check all");
		assertThat(this.log.at(Level.WARN)).last()
			.asString()
			.endsWith("check all (" + (1000 - HandshakeLog.MAX_LINES) + " more were not logged)");
		assertThat(log.refusedHandshakes()).isEqualTo(1001);
	}

	@Test
	void aPeerThatTriesAgainAndAgainIsLoggedOnceAMinute() {
		AtomicLong clock = new AtomicLong();
		HandshakeLog log = new HandshakeLog(clock::get);
		for (int second = 0; second < 2 * HandshakeLog.PERIOD.toSeconds(); second++) {
			clock.set(Duration.ofSeconds(second).toNanos());
			log.refused(new InetSocketAddress("10.0.0.1", 1024 + second), null, "it has another secret",
					"; check the secret");
		}
		log.refused(new InetSocketAddress("10.0.0.2", 1024), null, "it has another secret", "; check the secret");
		assertThat(this.log.at(Level.WARN)).hasSize(3);
		assertThat(this.log.at(Level.WARN).get(1))
			.endsWith(" (" + HandshakeLog.PERIOD.toSeconds() + " more were not logged)");
	}

	@Test
	void aCauseThatNamesTheTimeIsTheSameCauseLater() {
		HandshakeLog log = new HandshakeLog(() -> 0);
		InetSocketAddress peer = new InetSocketAddress("10.0.0.1", 1024);
		for (int i = 10; i < 40; i++) {
			log.refused(peer, null,
					"its certificate has expired (it is valid from 2026-11-25T00:57:" + i
							+ "Z until 2026-11-27T00:57:46Z; this machine's clock says +12026-11-28T00:57:" + i + "Z)",
					"clocks");
		}
		assertThat(this.log.at(Level.WARN)).hasSize(1);
	}

	@Test
	void anotherCauseOfTheSamePeerIsLoggedAtOnce() {
		HandshakeLog log = new HandshakeLog(System::nanoTime);
		InetSocketAddress peer = new InetSocketAddress("10.0.0.1", 1024);
		log.refused(peer, null, "it has another secret", "; check both sides");
		log.refused(peer, null, "it has another secret", "; check both sides");
		log.refused(peer, null, "it belongs to another realm", "; check both sides");
		assertThat(this.log.at(Level.WARN)).hasSize(2).last().asString().contains("another realm");
	}

	@Test
	void whenAProviderDrainsThenItDoesNotWarnOfHonestClients() {
		SecretTls tls = SecretTls.of(SHOP, "provider", SECRET);
		TestHandler handler = new TestHandler();
		try (QuicListener listener = QuicListener.start(this.serverTransport, tls, InetAddress.getLoopbackAddress(), 0,
				handler, node("provider"))) {
			QuicConnector connector = new QuicConnector(this.clientTransport, SecretTls.of(SHOP, "client", SECRET),
					node("client"));
			Endpoint endpoint = new Endpoint("127.0.0.1", listener.port());
			Connection present = connector.connect(endpoint, Duration.ofSeconds(10)).block();
			present.send(TestCall.of("test/keep", new byte[0]));
			Awaitility.await().until(() -> handler.kept.size() == 1);
			listener.drain(Duration.ofSeconds(10)).subscribe();
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> connector.connect(endpoint, Duration.ofSeconds(10)).block());
			assertThat(error.status().message()).contains("draining");
			assertThat(this.log.at(Level.WARN)).isEmpty();
		}
	}

	@Test
	void whenAClientIntroducesItselfByAnotherIdThanItsCertificatesThenBothSidesSaySo() {
		Refusal refusal = refuse(SecretTls.of(SHOP, "provider", SECRET), SecretTls.of(SHOP, "somebody", SECRET));
		String objection = "it says that it is node 'client', but its certificate is that of node 'somebody'";
		assertThat(refusal.client()).contains("it refused the connection: the client is not who it says it is: ",
				objection);
		assertThat(refusal.server()).contains(objection);
	}

	@Test
	void whenAProviderIntroducesItselfByAnotherIdThanItsCertificatesThenItIsLeft() {
		TestHandler handler = new TestHandler();
		try (QuicListener listener = QuicListener.start(this.serverTransport, SecretTls.of(SHOP, "somebody", SECRET),
				InetAddress.getLoopbackAddress(), 0, handler, node("provider"))) {
			QuicConnector connector = new QuicConnector(this.clientTransport, SecretTls.of(SHOP, "client", SECRET),
					node("client"));
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> connector.connect(new Endpoint("127.0.0.1", listener.port()), Duration.ofSeconds(10))
						.block());
			assertThat(error.status().code()).isEqualTo(Code.UNAUTHENTICATED);
			assertThat(error.status().processed()).isEqualTo(Processed.NO);
			assertThat(error.status().message())
				.contains("it says that it is node 'provider', but its certificate is that of node 'somebody'");
			Awaitility.await().until(() -> listener.connections() == 0);
		}
	}

	@Test
	void whenBothAreWhoTheySayThenEachKnowsTheOthersIdentity() {
		SecretTls provider = SecretTls.of(SHOP, "provider", SECRET);
		SecretTls client = SecretTls.of(SHOP, "client", SECRET);
		TestHandler handler = new TestHandler();
		try (QuicListener listener = QuicListener.start(this.serverTransport, provider,
				InetAddress.getLoopbackAddress(), 0, handler, node("provider"))) {
			Connection connection = new QuicConnector(this.clientTransport, client, node("client"))
				.connect(new Endpoint("127.0.0.1", listener.port()), Duration.ofSeconds(10))
				.block();
			assertThat(connection.peer().identity()).isEqualTo(provider.key().identity().text());
			connection.send(TestCall.of("test/keep", new byte[0]));
			Awaitility.await().until(() -> handler.kept.size() == 1);
			assertThat(handler.kept.iterator().next().peer().identity()).isEqualTo(client.key().identity().text());
		}
	}

	@Test
	void whatAPeerSaysCannotForgeLines() {
		HandshakeLog log = new HandshakeLog(() -> 0);
		log.refused(null, "a\nb\u2028c", "x\r\n2026 WARN \u001b[2J" + "y".repeat(10_000), "; check all");
		assertThat(this.log.at(Level.WARN)).singleElement()
			.asString()
			.startsWith("Refused a connection from an unknown address that asked for 'a\\nb\\u2028c': "
					+ "x\\r\\n2026 WARN \\u001b[2Jyyy")
			.hasSizeLessThan(1000);
	}

	private Refusal refuse(TlsContexts server, TlsContexts client) {
		this.log.clear();
		try (QuicListener listener = QuicListener.start(this.serverTransport, server, InetAddress.getLoopbackAddress(),
				0, new TestHandler(), node("provider"))) {
			RpcException error = catchThrowableOfType(RpcException.class,
					() -> new QuicConnector(this.clientTransport, client, node("client"))
						.connect(new Endpoint("127.0.0.1", listener.port()), Duration.ofSeconds(10))
						.block());
			Status status = error.status();
			assertThat(status.code()).isEqualTo(Code.UNAUTHENTICATED);
			assertThat(status.processed()).isEqualTo(Processed.NO);
			Awaitility.await().until(() -> !this.log.at(Level.WARN).isEmpty());
			Awaitility.await().until(() -> listener.connections() == 0);
			assertThat(this.log.at(Level.WARN)).hasSize(1);
			return new Refusal(status.message(), this.log.at(Level.WARN).get(0));
		}
	}

	private static NodeInfo node(String id) {
		return new NodeInfo(SHOP, id, 1, List.of("raw"));
	}

	private static BundleTls bundle(TestAuthority authority, KeyManagerFactory keys) throws Exception {
		return BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(), keys, authority.trust());
	}

	/**
	 * What was read.
	 *
	 * @param client the error's message
	 * @param server the log line
	 */
	private record Refusal(String client, String server) {
	}

	private static final class Anonymous implements TlsContexts {

		@Override
		public QuicSslContext client() {
			return QuicSslContextBuilder.forClient()
				.trustManager(InsecureTrustManagerFactory.INSTANCE)
				.endpointIdentificationAlgorithm("")
				.applicationProtocols(TlsContexts.PROTOCOL)
				.build();
		}

		@Override
		public QuicSslContext server() {
			throw new UnsupportedOperationException();
		}

		@Override
		public @Nullable String peerName() {
			return "somebody.example";
		}

		@Override
		public NodeKey key() {
			throw new UnsupportedOperationException();
		}

		@Override
		public String source() {
			return "nowhere";
		}

	}

}
