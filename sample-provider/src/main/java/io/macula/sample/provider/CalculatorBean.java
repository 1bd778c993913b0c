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

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.sample.Answer;
import io.macula.sample.Calculator;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import io.macula.spring.MaculaService;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Value;

/**
 * The calculator of this node.
 */
@MaculaService("test.calculator")
class CalculatorBean implements Calculator {

	private final String node;

	private final long factor;

	private final AtomicLong memory = new AtomicLong();

	CalculatorBean(@Value("${macula.node.id}") String node, CalculatorProperties properties) {
		this.node = node;
		this.factor = properties.factor();
	}

	@Override
	public Answer multiply(Question question) {
		return new Answer(this.node, question.x() * this.factor);
	}

	@Override
	public CompletionStage<Answer> multiplyLater(Question question) {
		return CompletableFuture.completedFuture(multiply(question));
	}

	@Override
	public Mono<Answer> multiplyLazily(Question question) {
		return Mono.fromSupplier(() -> multiply(question));
	}

	@Override
	public Answer add(Question question) throws OutOfRangeException {
		if (question.x() < 0 || question.x() > MAX_OPERAND) {
			throw new OutOfRangeException("Operand " + question.x() + " is out of range: expected 0 to " + MAX_OPERAND);
		}
		return new Answer(this.node, this.memory.addAndGet(question.x()));
	}

	@Override
	public CompletionStage<Answer> addLater(Question question) throws OutOfRangeException {
		return CompletableFuture.completedFuture(add(question));
	}

	@Override
	public Flux<Answer> table(Question question, int rows) {
		return Flux.range(1, rows).map((row) -> new Answer(this.node, question.x() * row));
	}

	@Override
	public Flux<Answer> multiplyAll(Flux<Question> questions) {
		return questions.map(this::multiply);
	}

	@Override
	public Mono<Answer> sum(Flux<Question> questions) {
		return questions.map(Question::x).reduce(0L, Long::sum).map((sum) -> new Answer(this.node, sum));
	}

}
