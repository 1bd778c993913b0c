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

package io.macula.operations;

import io.macula.codec.JacksonPayloadCodec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link JsonSchemas}.
 */
class JsonSchemasTests {

	@Test
	void typeThatTheCodecCannotCodeIsLeftOpen() {
		assertThat(new JsonSchemas(JacksonPayloadCodec.cbor()).of(Abstract.class))
			.isEqualTo("{\"$comment\":\"not known to cbor\"}");
	}

	/** Nothing says what its values are. */
	interface Abstract {

		String name();

	}

}
