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

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

import io.macula.Realm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Real handshakes of nodes whose wall clocks are wrong, jump, or go on for years.
 */
class CertificateRenewalTests {

	private static final Instant NOW = Instant.parse("2030-06-15T12:00:00Z");

	private static final String DATES = "\\(it is valid from \\S+Z until \\S+Z; this machine's clock says \\S+Z\\)";

	private static final Realm SHOP = new Realm("shop");

	private static final RealmSecret SECRET = RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "test");

	private final Wall serverClock = new Wall();

	private final Wall clientClock = new Wall();

	private final SecretTls server = SecretTls.of(SHOP, "server", SECRET, this.serverClock);

	private final SecretTls client = SecretTls.of(SHOP, "client", SECRET, this.clientClock);

	/** One listener for the whole test: nothing is restarted. */
	private final HandshakeProbe probe;

	CertificateRenewalTests() throws Exception {
		this.probe = new HandshakeProbe(this.server);
	}

	@AfterEach
	void close() throws Exception {
		this.probe.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { -3, -2, 2, 3 })
	void whenAClockIsDaysOffThenNodesStillMeet(int days) throws Exception {
		this.clientClock.now = NOW.plus(Duration.ofDays(days));
		assertThat(connect().client()).isNull();
		this.clientClock.now = NOW;
		assertThat(connect().client()).as("corrected").isNull();
		this.serverClock.now = NOW.plus(Duration.ofDays(days));
		assertThat(connect().client()).isNull();
		this.serverClock.now = NOW;
		assertThat(connect().client()).as("corrected").isNull();
	}

	@Test
	void whenTheClientsClockIsWrongThenBothSidesSaySoUntilItIsCorrected() throws Exception {
		this.clientClock.now = NOW.plus(Duration.ofDays(30));
		HandshakeProbe.Outcome ahead = connect();
		assertThat(ahead.client())
			.matches("its certificate has expired " + DATES + ": the clocks of both machines are more than 3 days "
					+ "apart; correct the one that is wrong, no restart is needed")
			.contains("this machine's clock says 2030-07-15T12:00:00Z");
		assertThat(ahead.server()).contains("expired or is not valid yet (or its clock is wrong) (TLS alert 45)");
		this.clientClock.now = NOW.minus(Duration.ofDays(30));
		assertThat(connect().client()).matches("its certificate is not valid yet " + DATES + ": .*")
			.contains("this machine's clock says 2030-05-16T12:00:00Z");
		this.clientClock.now = NOW;
		assertThat(connect().client()).isNull();
	}

	@Test
	void whenTheServersClockWasWrongAtItsStartThenItServesOnceItIsCorrected() throws Exception {
		Wall wrong = new Wall();
		wrong.now = Instant.EPOCH;
		try (HandshakeProbe late = new HandshakeProbe(SecretTls.of(SHOP, "late", SECRET, wrong))) {
			HandshakeProbe.Outcome outcome = late.connect(this.client, "127.0.0.1");
			assertThat(outcome.client()).contains("has expired (it is valid from 1969-12-28T00:00:00Z until "
					+ "1970-01-05T00:00:00Z; this machine's clock says 2030-06-15T12:00:00Z)");
			wrong.now = NOW;
			assertThat(late.connect(this.client, "127.0.0.1").client()).isNull();
		}
	}

	@Test
	void whenTheServerDoesNotTakeTheClientsCertificateThenTheClientNamesItsDatesAndClock() throws Exception {
		Wall wrong = new Wall();
		wrong.now = NOW.minus(Duration.ofDays(30));
		// Verifies nobody, so that only the server can refuse.
		RealmAuthority authority = RealmAuthority.of(SHOP, SECRET);
		RealmContexts lax = new RealmContexts(authority, "lax", RealmAuthority.newKey(), new PeerTrust(wrong) {

			@Override
			void verify(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {
				// Trusts everybody.
			}

		}, wrong);
		HandshakeProbe.Outcome outcome = this.probe.connect(lax.present().client(), authority.peerName());
		assertThat(outcome.server()).startsWith("its certificate has expired (it is valid from 2030-05-12T12:00:00Z "
				+ "until 2030-05-20T12:00:00Z; this machine's clock says 2030-06-15T12:00:00Z)");
		assertThat(outcome.client()).isEqualTo("it says that this node's certificate has expired or is not valid yet "
				+ "(or its clock is wrong) (TLS alert 45): it is valid from 2030-05-12T12:00:00Z until "
				+ "2030-05-20T12:00:00Z; this machine's clock says 2030-05-16T12:00:00Z");
	}

	@Test
	void aListenerShowsAFreshCertificateForYears() throws Exception {
		BigInteger last = BigInteger.ZERO;
		for (int month = 0; month < 36; month++) {
			pass(Duration.ofDays(30));
			HandshakeProbe.Outcome outcome = connect();
			assertThat(outcome.client()).isNull();
			X509Certificate shown = Objects.requireNonNull(outcome.peer());
			assertThat(shown.getSerialNumber()).isNotEqualTo(last);
			assertThat(NodeIdentity.of(shown)).as("one for all certificates").isEqualTo(this.server.key().identity());
			assertThat(this.client.nodeId(shown)).isEqualTo("server");
			assertThat(Validity.of(shown).from()).isEqualTo(this.serverClock.now.minus(Duration.ofDays(4)));
			assertThat(Validity.of(shown).until()).isEqualTo(this.serverClock.now.plus(Duration.ofDays(4)));
			last = shown.getSerialNumber();
		}
	}

	@Test
	void aCertificateIsKeptForADayAndRenewedWhenTheClockJumpsEitherWay() {
		Object first = this.server.server();
		this.serverClock.now = NOW.plus(RealmContexts.RENEWAL);
		assertThat(this.server.server()).isSameAs(first);
		this.serverClock.now = NOW.minus(RealmContexts.RENEWAL);
		assertThat(this.server.server()).isSameAs(first);
		this.serverClock.now = NOW.minus(RealmContexts.RENEWAL).minusSeconds(1);
		Object back = this.server.server();
		assertThat(back).isNotSameAs(first);
		assertThat(this.server.server()).isSameAs(back);
		this.serverClock.now = NOW.plusSeconds(1);
		assertThat(this.server.server()).isNotSameAs(back);
	}

	private HandshakeProbe.Outcome connect() throws Exception {
		return this.probe.connect(this.client, "127.0.0.1");
	}

	private void pass(Duration time) {
		this.serverClock.now = this.serverClock.now.plus(time);
		this.clientClock.now = this.clientClock.now.plus(time);
	}

	private static final class Wall implements InstantSource {

		private volatile Instant now = NOW;

		@Override
		public Instant instant() {
			return this.now;
		}

	}

}
