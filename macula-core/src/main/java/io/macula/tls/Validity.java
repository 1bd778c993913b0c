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
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import io.macula.tls.PeerRefusedException.Fault;
import org.jspecify.annotations.Nullable;

/**
 * When a certificate is valid, and what is said when it is not. Immutable.
 *
 * @param from the first moment
 * @param until the last moment
 */
record Validity(Instant from, Instant until) {

	static Validity of(X509Certificate certificate) {
		return new Validity(certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
	}

	boolean holds(Instant now) {
		return !now.isBefore(this.from) && !now.isAfter(this.until);
	}

	/**
	 * Judge a peer's certificate.
	 * @param subject the certificate, as the subject of a clause
	 * @param now the present, by this machine's clock
	 * @param remedy what to do
	 * @param cause why it is asked, if anything
	 * @return why it is refused, or {@code null} if it is valid
	 */
	@Nullable PeerRefusedException judge(String subject, Instant now, String remedy, @Nullable Throwable cause) {
		if (now.isAfter(this.until)) {
			return new PeerRefusedException(Fault.EXPIRED, subject + " has expired (" + at(now) + "): ", remedy, cause);
		}
		if (now.isBefore(this.from)) {
			return new PeerRefusedException(Fault.NOT_YET_VALID, subject + " is not valid yet (" + at(now) + "): ",
					remedy, cause);
		}
		return null;
	}

	/**
	 * Compared with this machine's clock, as a clause about a certificate.
	 */
	String at(Instant now) {
		return "it is valid " + this + "; this machine's clock says " + text(now);
	}

	/** To the second, as certificates are. */
	static String text(Instant instant) {
		return instant.truncatedTo(ChronoUnit.SECONDS).toString();
	}

	@Override
	public String toString() {
		return "from " + text(this.from) + " until " + text(this.until);
	}

}
