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

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.bouncycastle.crypto.generators.SCrypt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ScryptTests {

	/** RFC 7914, section 12; those with one lane. */
	@Test
	void derivesWhatTheStandardSays() throws Exception {
		assertThat(
				HexFormat.of().formatHex(Scrypt.derive(bytes("pleaseletmein"), bytes("SodiumChloride"), 16384, 8, 64)))
			.isEqualTo("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
					+ "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
	}

	@ParameterizedTest
	@CsvSource({ "2,1,1", "16,1,64", "1024,8,32", "1024,3,33", "32768,8,32" })
	void derivesWhatOthersDerive(int cost, int blockSize, int length) throws Exception {
		for (String password : new String[] { "x", "correct horse battery staple", "\u00e4\u4e2d".repeat(50) }) {
			assertThat(Scrypt.derive(bytes(password), bytes("salt of shop"), cost, blockSize, length))
				.isEqualTo(SCrypt.generate(bytes(password), bytes("salt of shop"), cost, blockSize, 1, length));
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
