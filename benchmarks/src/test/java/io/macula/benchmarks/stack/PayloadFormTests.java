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

package io.macula.benchmarks.stack;

import io.macula.benchmarks.stack.Payloads.CalculatorMethod;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class PayloadFormTests {

	@ParameterizedTest
	@EnumSource
	void recordsComeBack(PayloadForm form) {
		Question question = new Question(1L << 40, -100_000, 21, "twelve ch\u00e4rs");
		byte[] answer = form.handle(CalculatorMethod.MULTIPLY, form.question(question));
		assertThat(form.answer(answer)).isEqualTo(Payloads.answer(question));
		assertThat(form.elementOf(form.element(Payloads.element(7)))).isEqualTo(Payloads.element(7));
	}

	@ParameterizedTest
	@EnumSource
	void bytesComeBack(PayloadForm form) {
		byte[] body = { 1, 2, 3 };
		byte[] answer = form.handle(CalculatorMethod.ECHO, form.body(body));
		assertThat(form.bodyOf(answer)).isEqualTo(body);
	}

	@ParameterizedTest
	@EnumSource
	void theSizeThatIsToldIsTheSameForAll(PayloadForm form) {
		Payloads.SMALL_REQUEST_BYTES.set(0);
		Question question = new Question(1L << 40, 100_000, 21, "twelve chars");
		form.question(question);
		assertThat(Stacks.smallRequestBytes()).isEqualTo(Payloads.QUESTION.encode(question).length);
	}

}
