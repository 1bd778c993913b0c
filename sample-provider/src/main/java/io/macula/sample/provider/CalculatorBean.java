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

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

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

	private final Duration serviceTime;

	private final Journal journal;

	private final AtomicLong memory = new AtomicLong();

	CalculatorBean(@Value("${macula.node.id}") String node, CalculatorProperties properties, Journal journal) {
		this.node = node;
		this.factor = properties.factor();
		this.serviceTime = properties.serviceTime();
		this.journal = journal;
	}

	@Override
	public Answer multiply(Question question) {
		this.journal.write(question.id(), "multiply");
		work();
		return product(question);
	}

	@Override
	public CompletionStage<Answer> multiplyLater(Question question) {
		return multiplyLazily(question).toFuture();
	}

	@Override
	public Mono<Answer> multiplyLazily(Question question) {
		return later(() -> {
			this.journal.write(question.id(), "multiply");
			return product(question);
		});
	}

	@Override
	public Answer add(Question question) throws OutOfRangeException {
		requireInRange(question);
		this.journal.write(question.id(), "add");
		work();
		return new Answer(this.node, this.memory.addAndGet(question.x()));
	}

	@Override
	public CompletionStage<Answer> addLater(Question question) throws OutOfRangeException {
		requireInRange(question);
		return later(() -> {
			this.journal.write(question.id(), "add");
			return new Answer(this.node, this.memory.addAndGet(question.x()));
		}).toFuture();
	}

	@Override
	public Flux<Answer> table(Question question, int rows) {
		this.journal.write(question.id(), "table");
		Flux<Answer> table = Flux.range(1, rows).map((row) -> new Answer(this.node, question.x() * row));
		return this.serviceTime.isZero() ? table : table.delayElements(this.serviceTime);
	}

	@Override
	public Flux<Answer> multiplyAll(Flux<Question> questions) {
		return questions.map(this::product);
	}

	@Override
	public Mono<Answer> sum(Flux<Question> questions) {
		return questions.map(Question::x).reduce(0L, Long::sum).map((sum) -> new Answer(this.node, sum));
	}

	private Answer product(Question question) {
		return new Answer(this.node, question.x() * this.factor);
	}

	private void requireInRange(Question question) throws OutOfRangeException {
		if (question.x() < 0 || question.x() > MAX_OPERAND) {
			throw new OutOfRangeException("Operand " + question.x() + " is out of range: expected 0 to " + MAX_OPERAND);
		}
	}

	private void work() {
		if (!this.serviceTime.isZero()) {
			LockSupport.parkNanos(this.serviceTime.toNanos());
		}
	}

	private Mono<Answer> later(Supplier<Answer> work) {
		Mono<Answer> answer = Mono.fromSupplier(work);
		return this.serviceTime.isZero() ? answer : Mono.delay(this.serviceTime).then(answer);
	}

}
