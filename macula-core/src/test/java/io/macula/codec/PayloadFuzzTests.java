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
import java.util.List;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.macula.testing.EveryKind;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fuzz target of the payload codecs: any bytes are a value or a refusal, and a value goes
 * back and forth unchanged. The first byte chooses between a type of every kind and data
 * without a type.
 */
class PayloadFuzzTests {

	private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final PayloadCodec JSON = JacksonPayloadCodec.json();

	private static final List<ValueCodec> CBOR_TYPES = List.of(CBOR.forType(EveryKind.class),
			CBOR.forData(Object.class));

	private static final List<ValueCodec> JSON_TYPES = List.of(JSON.forType(EveryKind.class),
			JSON.forData(Object.class));

	@FuzzTest(maxDuration = "10m")
	void anyCborIsAValueOrARefusal(byte[] bytes) {
		check(CBOR_TYPES, bytes);
	}

	@FuzzTest(maxDuration = "10m")
	void anyJsonIsAValueOrARefusal(byte[] bytes) {
		check(JSON_TYPES, bytes);
	}

	private static void check(List<ValueCodec> types, byte[] bytes) {
		if (bytes.length == 0) {
			return;
		}
		ValueCodec codec = types.get(bytes[0] & 1);
		Object value;
		try {
			value = codec.decode(Arrays.copyOfRange(bytes, 1, bytes.length));
		}
		catch (CodecException ex) {
			assertThat(ex.getMessage()).isNotBlank();
			return;
		}
		byte[] encoded;
		try {
			encoded = codec.encode(value);
		}
		catch (CodecException ex) {
			// What is read leniently may be more than what may be sent.
			assertThat(ex.getMessage()).isNotBlank();
			return;
		}
		assertThat(codec.encode(codec.decode(encoded))).isEqualTo(encoded);
	}

}
