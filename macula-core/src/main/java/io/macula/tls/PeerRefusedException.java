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

import io.netty.handler.ssl.OpenSslCertificateException;
import org.jspecify.annotations.Nullable;

/**
 * Why this node does not trust a peer. The message is a clause about the peer.
 */
final class PeerRefusedException extends Exception {

	private static final long serialVersionUID = 1L;

	private final Fault fault;

	private final boolean remedied;

	PeerRefusedException(Fault fault, String message, @Nullable Throwable cause) {
		super(message, cause);
		this.fault = fault;
		this.remedied = false;
	}

	/**
	 * A refusal with a remedy.
	 * @param remedy what to do, said at the end of the message
	 */
	PeerRefusedException(Fault fault, String message, String remedy, @Nullable Throwable cause) {
		super(message + remedy, cause);
		this.fault = fault;
		this.remedied = true;
	}

	Fault fault() {
		return this.fault;
	}

	/** Whether the message says what to do. */
	boolean remedied() {
		return this.remedied;
	}

	/** In the form that makes the TLS implementation send the fitting alert. */
	OpenSslCertificateException toCertificateException() {
		return new OpenSslCertificateException(getMessage(), this, this.fault.x509Error);
	}

	/**
	 * Kinds of faults, with the X509_V_ERR number that BoringSSL translates into an
	 * alert: what the peer gets to know.
	 */
	enum Fault {

		/** Of an issuer that is not trusted; alert unknown_ca. */
		ISSUER(20),
		/** Of the trusted issuer's name, but not signed by it; alert decrypt_error. */
		SIGNATURE(7),
		/** Alert certificate_expired. */
		EXPIRED(10),
		/** Alert certificate_expired. */
		NOT_YET_VALID(9),
		/** Not for the dialled name; alert bad_certificate. */
		NAME(62),
		/** Not for TLS in this role; alert unsupported_certificate. */
		PURPOSE(26),
		/** Anything else; alert certificate_unknown. */
		OTHER(50);

		private final int x509Error;

		Fault(int x509Error) {
			this.x509Error = x509Error;
		}

	}

}
