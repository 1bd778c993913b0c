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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Texts whose form a schema tells. */
class ValueSchemaTests {

	private static @Nullable String misfit(String schema, String text) {
		return ValueSchema.of(schema).misfit(JsonMapper.shared().getNodeFactory().stringNode(text));
	}

	private static String format(String format) {
		return "{\"type\":\"string\",\"format\":\"" + format + "\"}";
	}

	@ParameterizedTest
	@CsvSource({ "duration, 5s, PT30S", "duration, two hours, PT30S", "date, 2026-02-30, 2026-01-01",
			"date, tomorrow, 2026-01-01", "date-time, 2026-01-01, 2026-01-01T12:00:00Z",
			"date-time, now, 2026-01-01T12:00:00Z", "time, noon, 12:00:00Z",
			"uuid, 123, 123e4567-e89b-12d3-a456-426614174000", "uri, not a uri, https://example.org/" })
	void textOfAnotherFormDoesNotFitAndTheFormIsTold(String format, String text, String sample) {
		assertThat(misfit(format(format), text))
			.isEqualTo("$: expected a " + format + " such as \"" + sample + "\", but it is \"" + text + "\"");
	}

	@ParameterizedTest
	@CsvSource({ "duration, PT30S", "duration, P1D", "duration, P1M", "date, 2026-02-28",
			"date-time, 2026-01-01T12:00:00Z", "date-time, 2026-01-01T12:00:00.123456789+01:00",
			"date-time, 2026-01-01T12:00:00+01:00[Europe/Berlin]", "time, 12:00:00Z", "time, 12:00+01:00",
			"uuid, 123e4567-e89b-12d3-a456-426614174000", "uri, https://example.org/", "uri, /relative",
			"another-form, whatever" })
	void textOfTheFormFits(String format, String text) {
		assertThat(misfit(format(format), text)).isNull();
	}

	@Test
	void bytesAreBase64() {
		String bytes = "{\"type\":\"string\",\"contentEncoding\":\"base64\"}";
		assertThat(misfit(bytes, "AAEC")).isNull();
		assertThat(misfit(bytes, "")).isNull();
		assertThat(misfit(bytes, "!!")).isEqualTo("$: expected bytes in Base64 such as \"AAEC\", but it is \"!!\"");
	}

}
