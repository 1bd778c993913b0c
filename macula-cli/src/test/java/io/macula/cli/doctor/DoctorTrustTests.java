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

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.macula.Endpoint;
import io.macula.Realm;
import io.macula.cli.doctor.Finding.Outcome;
import io.macula.operations.OperationsAccess;
import io.macula.tls.SecretTls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Who refuses whom, and why. */
@Timeout(30)
class DoctorTrustTests extends Clinic {

	@Test
	void whenTheSecretDiffersThenBothFingerprintsAreTold() {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.READ);
		SecretTls own = SecretTls.of(REALM, "doctor", OTHER);
		List<Finding> all = new Doctor(settings(own, node)).examine((finding) -> {
		});
		assertSeen(all, "alpn", Outcome.OK, "macula/1");
		assertSeen(all, "trust", Outcome.FAILED,
				"this side refuses the node: it has another secret for the realm 'shop' (fingerprint ",
				"accepted here: ", "from another test");
		assertThat(find(all, "trust").remedy()).contains("the same secret");
		assertSeen(all, "certificate", Outcome.OK, "with the secret of the fingerprint ", "node1");
		assertSeen(all, "clock", Outcome.SKIPPED, "not known");
		assertThat(Doctor.firstFindings(settings(own, node), Duration.ofSeconds(2))).singleElement()
			.satisfies((first) -> assertThat(first.seen()).contains("another secret"));
	}

	@Test
	void whenTheNodeIsOfAnotherRealmThenThatIsSaid() {
		Endpoint node = node(SecretTls.of(REALM, "node1", SECRET), OperationsAccess.Level.READ);
		Realm other = new Realm("warehouse");
		DoctorSettings settings = new DoctorSettings(other, "doctor", List.of(node),
				SecretTls.of(other, "doctor", SECRET), null, List.of(), DoctorSettings.PATIENCE);
		List<Finding> all = new Doctor(settings).examine((finding) -> {
		});
		assertSeen(all, "realm", Outcome.FAILED, "this side refuses the node: it belongs to another realm");
		assertThat(find(all, "realm").remedy()).contains("--realm");
		assertSeen(all, "certificate", Outcome.OK, "shop");
	}

	@Test
	void whenBundlesAreGoodButTheRealmsNameDiffersThenTheNodeRefuses() throws Exception {
		Bundles authority = new Bundles("Company CA");
		Endpoint node = node(authority.tls("node1", Instant.now(), "127.0.0.1"), OperationsAccess.Level.READ);
		DoctorSettings settings = new DoctorSettings(new Realm("warehouse"), "doctor", List.of(node),
				authority.tls("doctor", Instant.now(), "127.0.0.1"), null, List.of(), DoctorSettings.PATIENCE);
		List<Finding> all = new Doctor(settings).examine((finding) -> {
		});
		assertSeen(all, "realm", Outcome.FAILED, "the node refuses this side: it refused the connection: ", "'shop'");
		assertSeen(all, "own trust", Outcome.WARNING, "SSL bundle 'doctor'", "which is soon");
	}

	@Test
	void whenTheNodesCertificateHasExpiredThenItsDatesAreTold() throws Exception {
		Bundles authority = new Bundles("Company CA");
		Instant then = Instant.now().minus(Duration.ofDays(30));
		Endpoint node = node(authority.tls("node1", then, "127.0.0.1"), OperationsAccess.Level.READ);
		List<Finding> all = new Doctor(settings(authority.tls("doctor", Instant.now(), "127.0.0.1"), node))
			.examine((finding) -> {
			});
		String day = then.plus(Duration.ofDays(1)).toString().substring(0, 10);
		assertSeen(all, "trust", Outcome.FAILED, "this side refuses the node: ", "has expired", "until " + day);
		assertThat(find(all, "trust").remedy()).contains("renew the certificate of the node");
		assertSeen(all, "certificate", Outcome.FAILED, "'CN=node1', issued by 'CN=Company CA'", "until " + day,
				"the clock of this machine says ");
	}

	@Test
	void whenTheOwnCertificateHasExpiredThenTheNodeRefuses() throws Exception {
		Bundles authority = new Bundles("Company CA");
		Endpoint node = node(authority.tls("node1", Instant.now(), "127.0.0.1"), OperationsAccess.Level.READ);
		Instant then = Instant.now().minus(Duration.ofDays(30));
		List<Finding> all = new Doctor(settings(authority.tls("doctor", then, "127.0.0.1"), node))
			.examine((finding) -> {
			});
		assertSeen(all, "own trust", Outcome.FAILED, "the clock of this machine says ");
		assertSeen(all, "trust", Outcome.FAILED, "the node refuses this side: ", "(TLS alert 45)");
		assertThat(find(all, "trust").remedy()).contains("renew the certificate of this side");
	}

	@Test
	void whenTheNamesOfTheCertificateAreOthersThenTheyAreTold() throws Exception {
		Bundles authority = new Bundles("Company CA");
		Endpoint node = node(authority.tls("node1", Instant.now(), "10.9.8.7"), OperationsAccess.Level.READ);
		List<Finding> all = new Doctor(settings(authority.tls("doctor", Instant.now(), "127.0.0.1"), node))
			.examine((finding) -> {
			});
		assertSeen(all, "trust", Outcome.FAILED, "this side refuses the node: ", "is not for '127.0.0.1'");
		assertThat(find(all, "trust").remedy()).contains("macula.ssl.peer-name");
		assertSeen(all, "certificate", Outcome.WARNING, "for '10.9.8.7'");
	}

}
