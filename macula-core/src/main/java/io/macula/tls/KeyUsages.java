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

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a certificate may be used for, by its extended key usage (RFC 5280, section
 * 4.2.1.12).
 */
final class KeyUsages {

	private static final String SERVER = "1.3.6.1.5.5.7.3.1";

	private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

	private static final String ANY = "2.5.29.37.0";

	private KeyUsages() {
	}

	/**
	 * Whether a certificate may be used in a role; one that does not say may.
	 * @param certificate of a node
	 * @param server the role: one that listens, or else one that dials
	 */
	static boolean allow(X509Certificate certificate, boolean server) {
		try {
			List<String> usages = certificate.getExtendedKeyUsage();
			return usages == null || usages.contains(server ? SERVER : CLIENT) || usages.contains(ANY);
		}
		catch (CertificateParsingException ex) {
			return false;
		}
	}

	/** Whether a certificate names a role, and no others stand for it. */
	static boolean name(X509Certificate certificate, boolean server) throws CertificateParsingException {
		List<String> usages = certificate.getExtendedKeyUsage();
		return usages != null && usages.contains(server ? SERVER : CLIENT);
	}

}
