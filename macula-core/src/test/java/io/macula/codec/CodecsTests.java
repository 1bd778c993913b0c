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

import java.lang.reflect.Type;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CodecsTests {

	@Test
	void knowsCborAndJsonByDefault() {
		Codecs codecs = Codecs.defaults();
		assertThat(codecs.names()).containsExactly("cbor", "json");
		assertThat(codecs.get("json").name()).isEqualTo("json");
		assertThat(codecs.find("xml")).isNull();
	}

	@Test
	void whenNameIsUnknownThenTheKnownOnesAreListed() {
		assertThatIllegalArgumentException().isThrownBy(() -> Codecs.defaults().get("xml"))
			.withMessageContaining("Payload codec 'xml' is not known: expected one of cbor, json");
	}

	@Test
	void refusesNamesThatAreUsedTwiceOrNotValid() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Codecs.of(List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.cbor())))
			.withMessageContaining("Two payload codecs have the name 'cbor'");
		assertThatIllegalArgumentException().isThrownBy(() -> Codecs.of(List.of(new Named("Up"))))
			.withMessageContaining("Payload codec name 'Up'");
		assertThatIllegalArgumentException().isThrownBy(() -> Codecs.of(List.of()))
			.withMessageContaining("at least one");
	}

	private record Named(String name) implements PayloadCodec {

		@Override
		public ValueCodec forType(Type type) {
			throw new UnsupportedOperationException();
		}

	}

}
