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

package io.macula.codec;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link BytesCodec}, against the codec of Jackson.
 */
class BytesCodecTests {

	/** A codec with a name of its own has Jackson's for bytes, too. */
	private static final ValueCodec JACKSON = JacksonPayloadCodec.cborBuilder()
		.named("own")
		.build()
		.forType(byte[].class);

	private static final ValueCodec BYTES = JacksonPayloadCodec.cbor().forType(byte[].class);

	@Test
	void isTheCodecOfBytesInPlainCborOnly() {
		assertThat(BYTES).isInstanceOf(BytesCodec.class);
		assertThat(JACKSON).isInstanceOf(JacksonValueCodec.class);
		assertThat(JacksonPayloadCodec.json().forType(byte[].class)).isInstanceOf(JacksonValueCodec.class);
		assertThat(JacksonPayloadCodec.cbor().forType(byte[][].class)).isInstanceOf(JacksonValueCodec.class);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 23, 24, 255, 256, 65_535, 65_536, 3_000_000 })
	void writesAndReadsTheSameBytesAsJackson(int length) {
		byte[] value = new byte[length];
		new Random(length).nextBytes(value);
		byte[] encoded = BYTES.encode(value);
		assertThat(encoded).isEqualTo(JACKSON.encode(value));
		assertThat(JACKSON.decode(encoded)).isEqualTo(value);
		assertThat(BYTES.decode(encoded)).isEqualTo(value);
		byte[] inside = new byte[encoded.length + 5];
		System.arraycopy(encoded, 0, inside, 2, encoded.length);
		assertThat(BYTES.decode(inside, 2, encoded.length)).isEqualTo(value);
	}

	@Test
	void whatIsDecodedIsTheReadersOwn() {
		byte[] encoded = BYTES.encode(new byte[] { 1, 2, 3 });
		byte[] decoded = (byte[]) BYTES.decode(encoded);
		Arrays.fill(encoded, (byte) 9);
		assertThat(decoded).containsExactly(1, 2, 3);
	}

	@Test
	void whatIsDecodedByABriefCopyIsKnownBefore() {
		assertThat(BYTES.copies(BYTES.encode(new byte[64 << 10]))).isTrue();
		assertThat(BYTES.copies(BYTES.encode(new byte[10]))).isTrue();
		assertThat(BYTES.copies(BYTES.encode(new byte[200 << 10]))).as("too long to be brief").isFalse();
		assertThat(BYTES.copies(BYTES.encode(null))).isFalse();
		assertThat(BYTES.copies(new byte[0])).isFalse();
		byte[] chunks = new byte[64 << 10];
		chunks[0] = 0x5F;
		assertThat(BYTES.copies(chunks)).as("chunks, which Jackson reads").isFalse();
		byte[] array = new byte[64 << 10];
		array[0] = (byte) 0x9A;
		assertThat(BYTES.copies(array)).isFalse();
		assertThat(JACKSON.copies(BYTES.encode(new byte[64 << 10]))).isFalse();
	}

	@Test
	void whatIsEncodedIsTheWritersOwn() {
		byte[] value = { 1, 2, 3 };
		byte[] encoded = BYTES.encode(value);
		value[0] = 9;
		assertThat(BYTES.decode(encoded)).isEqualTo(new byte[] { 1, 2, 3 });
	}

	@Test
	void nullTravels() {
		assertThat(BYTES.encode(null)).isEqualTo(JACKSON.encode(null));
		assertThat(BYTES.decode(BYTES.encode(null))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "5F42010243030405FF", "5801AA", "590002AABB", "5A00000001AA", "5B0000000000000001AA", "40",
			"80", "820102" })
	void readsByteStringsOfEveryFormAsJacksonDoes(String hex) {
		byte[] payload = HexFormat.of().parseHex(hex);
		assertThat(BYTES.decode(payload)).isEqualTo(JACKSON.decode(payload));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "41", "4201", "4101FF", "58", "5803AABB", "59", "5900", "5B7FFFFFFFFFFFFFFF",
			"5BFFFFFFFFFFFFFFFF", "5BFFFFFFFFFFFFFFFE", "5A7FFFFFFF00", "5AFFFFFFFF", "5F4101", "5C", "5D", "5E", "A0",
			"01", "F5" })
	void refusesWhatJacksonRefusesWithTheSameWords(String hex) {
		byte[] payload = HexFormat.of().parseHex(hex);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> JACKSON.decode(payload))
			.satisfies((expected) -> assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> BYTES.decode(payload))
				.withMessage(expected.getMessage()));
	}

}
