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

package io.macula.selection;

import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Processed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Evidence}: every code, whatever was processed.
 */
class EvidenceTests {

	@ParameterizedTest
	@CsvSource(textBlock = """
			#code,             NO,       UNKNOWN,  YES
			OK,                HARMLESS, HARMLESS, ANSWER
			CANCELLED,         NOTHING,  NOTHING,  NOTHING
			UNKNOWN,           HARMLESS, HARMLESS, ANSWER
			INVALID_ARGUMENT,  NOTHING,  NOTHING,  ANSWER
			DEADLINE_EXCEEDED, NOTHING,  TIMEOUT,  TIMEOUT
			NOT_FOUND,         HARMLESS, HARMLESS, ANSWER
			PERMISSION_DENIED, HARMLESS, HARMLESS, ANSWER
			RESOURCE_EXHAUSTED,NOTHING,  NOTHING,  NOTHING
			APPLICATION,       HARMLESS, HARMLESS, ANSWER
			UNIMPLEMENTED,     HARMLESS, HARMLESS, ANSWER
			INTERNAL,          FAULT,    FAULT,    FAULT
			UNAVAILABLE,       FAULT,    FAULT,    FAULT
			UNAUTHENTICATED,   FAULT,    FAULT,    ANSWER
			""")
	void theTableOfCodes(Code code, Evidence no, Evidence unknown, Evidence yes) {
		assertThat(Evidence.of(code, Processed.NO)).isEqualTo(no);
		assertThat(Evidence.of(code, Processed.UNKNOWN)).isEqualTo(unknown);
		assertThat(Evidence.of(code, Processed.YES)).isEqualTo(yes);
	}

	@Test
	void whatEndsWithADrainedConnectionIsNobodysFault() {
		assertThat(Evidence.of(Code.UNAVAILABLE, Processed.NO, true)).isEqualTo(Evidence.NOTHING);
		assertThat(Evidence.of(Code.UNAVAILABLE, Processed.UNKNOWN, true)).isEqualTo(Evidence.NOTHING);
		assertThat(Evidence.of(Code.UNAVAILABLE, Processed.YES, true)).isEqualTo(Evidence.FAULT);
		assertThat(Evidence.of(Code.INTERNAL, Processed.UNKNOWN, true)).isEqualTo(Evidence.FAULT);
		assertThat(Evidence.of(Code.DEADLINE_EXCEEDED, Processed.UNKNOWN, true)).isEqualTo(Evidence.TIMEOUT);
	}

	@Test
	void onlyAnAnswerNeedsToHaveBeenProcessed() {
		assertThat(Stream.of(Code.values()).filter((code) -> Evidence.of(code, Processed.NO) == Evidence.ANSWER))
			.isEmpty();
	}

}
