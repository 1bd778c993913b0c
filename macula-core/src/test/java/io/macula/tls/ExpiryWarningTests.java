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

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.KeyManagerFactory;

import ch.qos.logback.classic.Level;
import io.macula.testing.LogLines;
import io.macula.testing.TestAuthority;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the operator reads of configured certificates that end.
 */
class ExpiryWarningTests {

	@RegisterExtension
	final LogLines log = LogLines.of(BundleTls.class);

	private final AtomicReference<Instant> now = new AtomicReference<>();

	@Test
	void warnsOnceADayFromAWeekBeforeTheEndOnUntilItIsRenewed() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		KeyManagerFactory keys = authority.keys("node", Duration.ofDays(20));
		Instant end = Instant.now().plus(Duration.ofDays(20));
		this.now.set(end.minus(Duration.ofHours(30)));
		BundleTls tls = BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(), keys, authority.trust(),
				this.now::get);
		assertThat(this.log.at(Level.WARN)).singleElement()
			.asString()
			.startsWith("The certificate 'CN=node' of SSL bundle 'shop' ends in ")
			.contains("it is valid from ", "; this machine's clock says ")
			.endsWith("renew it before, no restart is needed");
		pass(tls, Duration.ofHours(1), 23);
		assertThat(this.log.at(Level.WARN)).hasSize(1);
		pass(tls, Duration.ofHours(1), 24);
		assertThat(this.log.at(Level.WARN)).hasSize(2);
		pass(tls, Duration.ofHours(1), 24);
		assertThat(this.log.at(Level.WARN)).hasSize(3);
		assertThat(this.log.at(Level.WARN).get(2)).contains("is not valid now (it is valid from ",
				"peers will refuse this node");
		this.now.set(Instant.now().minus(Duration.ofDays(21)));
		tls.warnOfExpiry();
		assertThat(this.log.at(Level.WARN)).as("the clock is before the beginning").hasSize(4);
		tls.update(authority.keys("next", Duration.ofDays(30)), authority.trust());
		this.now.set(Instant.now());
		pass(tls, Duration.ofHours(1), 22 * 24 + 22);
		assertThat(this.log.at(Level.WARN)).hasSize(4);
		pass(tls, Duration.ofHours(1), 25);
		assertThat(this.log.at(Level.WARN)).hasSize(5);
		assertThat(this.log.at(Level.WARN).get(4)).startsWith("The certificate 'CN=next'");
	}

	@Test
	void aCertificateOfADayIsNotWarnedOfInTheFirstTwoThirds() throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		this.now.set(Instant.now());
		BundleTls tls = BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(),
				authority.keys("brief", Duration.ofHours(12)), authority.trust(), this.now::get);
		pass(tls, Duration.ofHours(1), 3);
		assertThat(this.log.at(Level.WARN)).isEmpty();
		pass(tls, Duration.ofHours(1), 3);
		assertThat(this.log.at(Level.WARN)).hasSize(1);
		assertThat(tls.source())
			.matches("SSL bundle 'shop' \\(certificate until \\S+Z\\), peers verified by their host");
	}

	@ParameterizedTest
	@CsvSource({ "PT30H, 30 hours", "PT2H, 2 hours", "PT1H59M59S, 119 minutes", "PT2M, 2 minutes", "PT65S, 65 seconds",
			"PT1.5S, 1 second", "PT0.5S, 0 seconds" })
	void theRestIsToldInAUnitThatSaysSomething(Duration left, String text) throws Exception {
		TestAuthority authority = new TestAuthority("Company CA");
		KeyManagerFactory keys = authority.keys("node", Duration.ofDays(20));
		this.now.set(Instant.now().plus(Duration.ofDays(10)));
		BundleTls tls = BundleTls.of("SSL bundle 'shop'", HostVerification.dialledHost(), keys, authority.trust(),
				this.now::get);
		Instant end = Instant.parse(tls.source().replaceAll(".* until (\\S+Z)\\).*", "$1"));
		this.now.set(end.minus(left));
		tls.warnOfExpiry();
		assertThat(this.log.at(Level.WARN)).singleElement()
			.asString()
			.contains(" ends in " + text + " (it is valid from ");
	}

	private void pass(BundleTls tls, Duration step, int times) {
		for (int i = 0; i < times; i++) {
			this.now.updateAndGet((instant) -> instant.plus(step));
			tls.warnOfExpiry();
		}
	}

}
