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

package io.macula.faults;

import java.io.IOException;
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
 * The calculator of the providers of a world: takes the time that a setting says, and
 * writes each execution into a journal, which tells later what was executed how often.
 */
@MaculaService("test.calculator")
final class JournalingCalculator implements Calculator, AutoCloseable {

	private static final long FACTOR = 2;

	private final String node;

	private final Duration serviceTime;

	private final Journal journal;

	private final AtomicLong memory = new AtomicLong();

	JournalingCalculator(@Value("${macula.node.id}") String node,
			@Value("${calculator.service-time:0ms}") Duration serviceTime,
			@Value("${calculator.journal:}") String journal) throws IOException {
		this.node = node;
		this.serviceTime = serviceTime;
		this.journal = new Journal(journal);
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

	@Override
	public void close() throws IOException {
		this.journal.close();
	}

	private Answer product(Question question) {
		return new Answer(this.node, question.x() * FACTOR);
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
