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

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.Code;
import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * Why there is no connection: which check that concerns, who refuses whom, and what to
 * do. Immutable.
 *
 * @param check the check that fails
 * @param seen the clause about the node
 * @param remedy what to do
 */
record Refusal(String check, String seen, @Nullable String remedy) {

	static final String ALPN = "alpn";

	static final String TRUST = "trust";

	static final String REALM = "realm";

	static final String PROTOCOL = "protocol";

	static final String HANDSHAKE = "handshake";

	/** What dials say before and after the clause, see {@code DialFailures}. */
	private static final Pattern PLACE = Pattern.compile("^no connection to \\S+( \\([^)]*\\))?( after \\d+ ms)?: ",
			Pattern.DOTALL);

	private static final Pattern ALERT = Pattern.compile("\\(TLS alert (\\d+)\\)");

	private static final String REFUSED = "it refused the connection: ";

	private static final int NO_PROTOCOL = 120;

	/**
	 * Read the failure of a dial.
	 * @param status how it failed
	 * @return what it means
	 */
	static Refusal of(Status status) {
		String clause = PLACE.matcher(status.message()).replaceFirst("");
		String check = tail(clause, "; check ");
		clause = head(head(clause, "; trust comes from "), "; check ");
		int alert = alert(clause);
		if (alert == NO_PROTOCOL) {
			return new Refusal(ALPN, "it speaks QUIC, but " + clause,
					"check the port: something else listens there, such as a web server (HTTP/3)");
		}
		if (clause.contains("it belongs to another realm") || clause.contains("it belongs to realm '")
				|| clause.contains("belongs to realm '")) {
			return new Refusal(REALM, who(clause, alert) + clause,
					"name the realm of the node (--realm, macula.realm.name), or check which realm's node listens there");
		}
		if (clause.contains("of the protocol, this node version ") || clause.contains("speaks no version")) {
			return new Refusal(PROTOCOL, clause, "bring both sides to versions of one generation");
		}
		if (status.code() == Code.UNAUTHENTICATED) {
			return new Refusal(TRUST, who(clause, alert) + clause, remedy(clause, alert));
		}
		return new Refusal(HANDSHAKE, clause, (check != null) ? "check " + check : null);
	}

	private static String who(String clause, int alert) {
		return (alert >= 0 || clause.startsWith(REFUSED)) ? "the node refuses this side: "
				: "this side refuses the node: ";
	}

	private static int alert(String clause) {
		Matcher alert = ALERT.matcher(clause);
		return alert.find() ? Integer.parseInt(alert.group(1)) : -1;
	}

	private static String remedy(String clause, int alert) {
		if (alert == 51 || clause.contains("another secret")) {
			return "give both sides the same secret (--secret-file here, macula.realm.secret there) and compare the"
					+ " fingerprints: the node writes its own when it starts";
		}
		if (alert == 45) {
			return "renew the certificate of this side, or correct the clock that is wrong";
		}
		if (clause.contains("has expired") || clause.contains("is not valid yet")) {
			return "renew the certificate of the node, or correct the clock that is wrong";
		}
		if (alert == 42 || clause.contains("is not for '")) {
			return "dial a name that is in its certificate, or set macula.ssl.peer-name to one that all certificates carry";
		}
		if (alert == 48 || clause.contains("is not trusted here")) {
			return "have both sides trust the authority that issued the certificate of the other (trust store of the bundle)";
		}
		if (alert == 116) {
			return "give this side a key store with its certificate: nodes authenticate each other";
		}
		return "read the log of the node: 'Refused a connection from' tells its side; check realm, secret or authority,"
				+ " and clocks of both";
	}

	private static String head(String text, String end) {
		int at = text.indexOf(end);
		return (at >= 0) ? text.substring(0, at) : text;
	}

	private static @Nullable String tail(String text, String begin) {
		int at = text.lastIndexOf(begin);
		return (at >= 0) ? text.substring(at + begin.length()) : null;
	}

}
