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

package io.macula.sample.client;

import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;

/**
 * The proxy is a bean: a test replaces it as any other.
 */
@SpringBootTest
class CalculatorControllerTests {

	@MockitoBean
	Calculator calculator;

	MockMvcTester mvc;

	@Autowired
	void mvc(WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context);
	}

	@Test
	void answerOfTheProviderIsShownAsJson() {
		given(this.calculator.multiply(new Question(0, 21))).willReturn(new Answer("node1", 42));
		assertThat(this.mvc.get().uri("/multiply?x=21")).hasStatusOk()
			.bodyJson()
			.isStrictlyEqualTo("{\"node\":\"node1\",\"result\":42}");
	}

	@Test
	void declaredExceptionIsABadRequest() throws OutOfRangeException {
		given(this.calculator.add(any())).willThrow(new OutOfRangeException("Operand -1 is out of range"));
		assertThat(this.mvc.post().uri("/add?x=-1")).hasStatus(400)
			.bodyJson()
			.extractingPath("$.detail")
			.isEqualTo("Operand -1 is out of range");
	}

}
