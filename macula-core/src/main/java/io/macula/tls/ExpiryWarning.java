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

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;

import io.macula.log.PrintableLogger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Warns of a configured certificate that ends soon or has ended, once a day: within a
 * week, or within the last third of its time if that is less, so that certificates that
 * live for hours and are renewed in time give no warnings. Made anew with each renewed
 * set of certificates. Safe for all threads.
 */
final class ExpiryWarning {

	/** From how long before the end on, at most. */
	static final Duration AHEAD = Duration.ofDays(7);

	static final Duration PERIOD = Duration.ofDays(1);

	private static final Logger logger = PrintableLogger.of(BundleTls.class);

	private final X509Certificate first;

	private final String source;

	private final InstantSource clock;

	/** By the wall clock, so that one that jumps is warned of at once. */
	private @Nullable Instant warned;

	/**
	 * A warning.
	 * @param certificates what a node may show, with their issuers; at least one
	 * @param source where they come from
	 * @param clock the wall clock
	 */
	ExpiryWarning(List<X509Certificate> certificates, String source, InstantSource clock) {
		this.first = certificates.stream()
			.min(Comparator.comparing((certificate) -> Validity.of(certificate).until()))
			.orElseThrow();
		this.source = source;
		this.clock = clock;
	}

	/** When the first of the certificates ends. */
	Instant end() {
		return Validity.of(this.first).until();
	}

	/** Warn if it is time. */
	void check() {
		Instant now = this.clock.instant();
		Validity validity = Validity.of(this.first);
		boolean early = now.isBefore(validity.from());
		if ((early || now.plus(ahead(validity)).isAfter(validity.until())) && due(now)) {
			String name = this.first.getSubjectX500Principal().getName();
			if (early || now.isAfter(validity.until())) {
				logger.warn("The certificate '{}' of {} is not valid now ({}): peers will refuse this node; renew it, "
						+ "or correct the clock; no restart is needed", name, this.source, validity.at(now));
			}
			else {
				logger.warn("The certificate '{}' of {} ends in {} ({}): renew it before, no restart is needed", name,
						this.source, text(Duration.between(now, validity.until())), validity.at(now));
			}
		}
	}

	/**
	 * In the largest unit of which there are two, rounded down: never later than true.
	 */
	private static String text(Duration left) {
		if (left.toHours() >= 2) {
			return left.toHours() + " hours";
		}
		if (left.toMinutes() >= 2) {
			return left.toMinutes() + " minutes";
		}
		return (left.toSeconds() == 1) ? "1 second" : left.toSeconds() + " seconds";
	}

	private static Duration ahead(Validity validity) {
		Duration third = Duration.between(validity.from(), validity.until()).dividedBy(3);
		return (third.compareTo(AHEAD) < 0) ? third : AHEAD;
	}

	private synchronized boolean due(Instant now) {
		Instant last = this.warned;
		if (last != null && Duration.between(last, now).abs().compareTo(PERIOD) < 0) {
			return false;
		}
		this.warned = now;
		return true;
	}

}
