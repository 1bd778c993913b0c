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

/**
 * Names of the TLS alerts by which handshakes end (RFC 8446, section 6).
 */
final class TlsAlert {

	private TlsAlert() {
	}

	static String describe(int alert) {
		String name = switch (alert) {
			case 40 -> "handshake_failure";
			case 42 -> "bad_certificate";
			case 43 -> "unsupported_certificate";
			case 44 -> "certificate_revoked";
			case 45 -> "certificate_expired";
			case 46 -> "certificate_unknown";
			case 48 -> "unknown_ca";
			case 49 -> "access_denied";
			case 51 -> "decrypt_error";
			case 70 -> "protocol_version";
			case 80 -> "internal_error";
			case 112 -> "unrecognized_name";
			case 116 -> "certificate_required";
			case 120 -> "no_application_protocol";
			default -> "";
		};
		return "TLS alert " + alert + (name.isEmpty() ? "" : " " + name);
	}

}
