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

package io.macula.sample.provider;

import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CalculatorBeanTests {

	@Test
	void multipliesByItsFactorInEachShape() {
		Calculator calculator = calculator(3);
		assertThat(calculator.multiply(new Question(1, 7))).isEqualTo(new Answer("node1", 21));
		assertThat(calculator.multiplyLater(new Question(2, 7)).toCompletableFuture().join().result()).isEqualTo(21);
		assertThat(calculator.multiplyLazily(new Question(3, 7)).block()).isEqualTo(new Answer("node1", 21));
		assertThat(calculator.multiplyAll(Flux.just(new Question(4, 1), new Question(5, 2)))
			.map(Answer::result)
			.collectList()
			.block()).containsExactly(3L, 6L);
	}

	@Test
	void tableHasTheRowsThatWereAskedFor() {
		assertThat(calculator(2).table(new Question(1, 5), 3).map(Answer::result).collectList().block())
			.containsExactly(5L, 10L, 15L);
	}

	@Test
	void memoryAddsUpAndRefusesWhatIsOutOfRange() throws Exception {
		Calculator calculator = calculator(2);
		calculator.add(new Question(1, 5));
		assertThat(calculator.add(new Question(2, 6)).result()).isEqualTo(11);
		assertThatExceptionOfType(OutOfRangeException.class).isThrownBy(() -> calculator.add(new Question(3, -1)))
			.withMessageContaining("-1");
	}

	private static Calculator calculator(long factor) {
		return new CalculatorBean("node1", new CalculatorProperties(factor));
	}

}
