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

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The few forms of ASN.1 DER (ITU-T X.690) of which a certificate is made.
 */
final class Der {

	private static final DateTimeFormatter UTC_TIME = DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'", Locale.ROOT);

	private static final DateTimeFormatter GENERALIZED_TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'",
			Locale.ROOT);

	private Der() {
	}

	static byte[] sequence(byte[]... parts) {
		return tagged(0x30, parts);
	}

	static byte[] set(byte[]... parts) {
		return tagged(0x31, parts);
	}

	static byte[] integer(BigInteger value) {
		return tagged(0x02, value.toByteArray());
	}

	static byte[] bool(boolean value) {
		return tagged(0x01, new byte[] { (byte) (value ? 0xFF : 0) });
	}

	static byte[] octets(byte[] value) {
		return tagged(0x04, value);
	}

	/**
	 * Bits of whole bytes, save for the unused ones at the end.
	 */
	static byte[] bits(int unused, byte[] value) {
		return tagged(0x03, new byte[] { (byte) unused }, value);
	}

	static byte[] utf8(String value) {
		return tagged(0x0C, value.getBytes(StandardCharsets.UTF_8));
	}

	static byte[] oid(int... arcs) {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(arcs[0] * 40 + arcs[1]);
		for (int i = 2; i < arcs.length; i++) {
			for (int shift = 28; shift > 0; shift -= 7) {
				if (arcs[i] >>> shift != 0) {
					out.write(0x80 | (arcs[i] >>> shift & 0x7F));
				}
			}
			out.write(arcs[i] & 0x7F);
		}
		return tagged(0x06, out.toByteArray());
	}

	/**
	 * A point in time as X.509 wants it: two digits of the year up to 2049, then four
	 * (RFC 5280, section 4.1.2.5).
	 */
	static byte[] time(Instant instant) {
		ZonedDateTime utc = instant.atZone(ZoneOffset.UTC);
		boolean generalized = utc.getYear() >= 2050 || utc.getYear() < 1950;
		String text = utc.format(generalized ? GENERALIZED_TIME : UTC_TIME);
		return tagged(generalized ? 0x18 : 0x17, text.getBytes(StandardCharsets.US_ASCII));
	}

	static byte[] tagged(int tag, byte[]... parts) {
		int length = 0;
		for (byte[] part : parts) {
			length += part.length;
		}
		ByteArrayOutputStream out = new ByteArrayOutputStream(length + 6);
		out.write(tag);
		if (length < 0x80) {
			out.write(length);
		}
		else {
			int bytes = (length < 0x100) ? 1 : (length < 0x10000) ? 2 : 3;
			out.write(0x80 | bytes);
			for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
				out.write(length >>> shift);
			}
		}
		for (byte[] part : parts) {
			out.writeBytes(part);
		}
		return out.toByteArray();
	}

}
