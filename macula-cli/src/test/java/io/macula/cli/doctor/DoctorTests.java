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

package io.macula.cli.doctor;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.macula.Endpoint;
import io.macula.cli.doctor.Finding.Outcome;
import io.macula.operations.OperationsAccess;
import io.macula.tls.SecretTls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What is found at real nodes, and where there is none. */
@Timeout(30)
class DoctorTests extends Clinic {

	@Test
	void whenAllIsWellThenEachCheckSaysWhatWasSeen() {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.READ);
		List<Finding> told = new ArrayList<>();
		List<Finding> all = new Doctor(settings(SecretTls.of(REALM, "doctor", SECRET), node)).examine(told::add);
		assertThat(told).isEqualTo(all);
		assertThat(all).noneMatch((finding) -> finding.outcome() == Outcome.FAILED);
		assertSeen(all, "setting", Outcome.OK, "macula.realm.name: shop (--realm)");
		assertSeen(all, "native", Outcome.OK, "native library is loaded");
		assertThat(find(all, "net.core.rmem_max").target()).isNull();
		assertSeen(all, "own trust", Outcome.OK, "joins by realm 'shop', secret from the test (fingerprint ");
		assertSeen(all, "name", Outcome.OK, "an address, no name: IPv4");
		assertSeen(all, "udp", Outcome.OK, "QUIC answers after ", "QUIC version 1");
		assertSeen(all, "round trip", Outcome.OK, "median", "of 10");
		assertSeen(all, "path mtu", Outcome.OK, "datagrams of 16000 bytes pass");
		assertSeen(all, "alpn", Outcome.OK, "macula/1");
		assertSeen(all, "trust", Outcome.OK, "both sides trust each other", "identity of the node ");
		assertSeen(all, "realm", Outcome.OK, "'shop'");
		assertSeen(all, "protocol", Outcome.OK, "version 1", "cbor");
		assertSeen(all, "handshake", Outcome.OK, "WELCOME included");
		assertSeen(all, "node", Outcome.OK, "node 'node1' of application 'orders'", "serving for ");
		assertSeen(all, "clock", Outcome.OK, "the clocks agree");
		assertThat(find(all, "clock").target()).isEqualTo(node.toString());
		assertThat(all.toString()).doesNotContain("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei");
	}

	@Test
	void whenNobodyListensThenTheRefusalIsTold() throws Exception {
		Endpoint closed;
		try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
			closed = new Endpoint("127.0.0.1", socket.getLocalPort());
		}
		DoctorSettings settings = settings(SecretTls.of(REALM, "doctor", SECRET), closed);
		List<Finding> all = new Doctor(settings).examine((finding) -> {
		});
		assertSeen(all, "udp", Outcome.FAILED, "refused (ICMP port unreachable)");
		assertSeen(all, "trust", Outcome.SKIPPED, "nothing answers");
		assertThat(Doctor.firstFindings(settings, Duration.ofSeconds(2))).singleElement()
			.satisfies((first) -> assertThat(first.target()).isEqualTo(closed.toString()))
			.satisfies((first) -> assertThat(first.check()).isEqualTo("udp"));
	}

	@Test
	void whenTheWayIsABlackHoleThenSilenceIsToldInTime() throws Exception {
		try (DatagramSocket hole = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
			Endpoint node = new Endpoint("127.0.0.1", hole.getLocalPort());
			DoctorSettings settings = settings(SecretTls.of(REALM, "doctor", SECRET), node)
				.withPatience(Duration.ofSeconds(1));
			long began = System.nanoTime();
			assertThat(Doctor.firstFindings(settings, Duration.ofMillis(1500))).singleElement()
				.satisfies((first) -> assertThat(first.seen()).contains("silence"));
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(2500));
			List<Finding> all = new Doctor(settings).examine((finding) -> {
			});
			assertSeen(all, "udp", Outcome.FAILED, "silence: no answer and no refusal");
			assertThat(find(all, "udp").remedy()).contains("open UDP port " + hole.getLocalPort() + " (not TCP)");
			assertSeen(all, "handshake", Outcome.FAILED, "no answer within ", "in phase HANDSHAKE");
		}
	}

	@Test
	void whenSomethingElseAnswersThenThatIsTold() throws Exception {
		try (DatagramSocket echo = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
			Thread thread = new Thread(() -> {
				try {
					while (true) {
						DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
						echo.receive(packet);
						echo.send(packet);
					}
				}
				catch (IOException ex) {
					// Closed.
				}
			});
			thread.setDaemon(true);
			thread.start();
			VersionProbe.Answer answer = VersionProbe.ask(new InetSocketAddress("127.0.0.1", echo.getLocalPort()),
					Duration.ofMillis(400));
			assertThat(answer.kind()).isEqualTo(VersionProbe.Kind.OTHER);
		}
	}

	@Test
	void whenLargeDatagramsAreLostThenTheLargestThatPassesIsTold() throws Exception {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.READ);
		try (Narrow way = new Narrow(node.port(), 1452)) {
			assertThat(PathSizes.find(new InetSocketAddress("127.0.0.1", way.port())))
				.isIn(new PathSizes.Found(1452, true), null);
		}
	}

	@Test
	void whenTheNameIsUnknownThenThatIsTheFinding() {
		Endpoint nowhere = new Endpoint("nowhere.invalid", 7001);
		DoctorSettings settings = settings(SecretTls.of(REALM, "doctor", SECRET), nowhere);
		List<Finding> all = new Doctor(settings).examine((finding) -> {
		});
		assertSeen(all, "name", Outcome.FAILED, "'nowhere.invalid' cannot be resolved");
		assertThat(Doctor.firstFindings(settings, Duration.ofSeconds(2))).singleElement()
			.satisfies((first) -> assertThat(first.check()).isEqualTo("name"));
	}

	@Test
	void whenThereIsNoTrustThenTheRestIsExaminedAllTheSame() {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.READ);
		DoctorSettings settings = new DoctorSettings(REALM, "doctor", List.of(node), null, "no secret is configured",
				List.of(), DoctorSettings.PATIENCE);
		List<Finding> all = new Doctor(settings).examine((finding) -> {
		});
		assertSeen(all, "own trust", Outcome.FAILED, "no secret is configured");
		assertSeen(all, "udp", Outcome.OK, "QUIC answers");
		assertSeen(all, "trust", Outcome.SKIPPED, "no trust");
	}

	@Test
	void whenTheNodeTellsNothingThenTheSettingIsNamed() {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.NONE);
		List<Finding> all = new Doctor(settings(SecretTls.of(REALM, "doctor", SECRET), node)).examine((finding) -> {
		});
		assertSeen(all, "node", Outcome.WARNING, "it does not tell of itself");
		assertThat(find(all, "node").remedy()).contains("macula.operations.access");
		assertSeen(all, "clock", Outcome.SKIPPED, "not known");
	}

}
