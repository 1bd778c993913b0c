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

package io.macula.sample;

import java.util.concurrent.CompletionStage;

import io.macula.MaculaMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A calculator that multiplies by its node's factor and has a memory. Shows each shape
 * that a method of a contract may have.
 */
public interface Calculator {

	/** Largest operand that {@link #add} accepts. */
	long MAX_OPERAND = 1_000_000_000L;

	/**
	 * Multiply by the node's factor.
	 * @param question the question
	 * @return the product
	 */
	@MaculaMethod(idempotent = true)
	Answer multiply(Question question);

	/**
	 * Multiply by the node's factor; the call starts at once, the caller does not wait.
	 * @param question the question
	 * @return the product to come
	 */
	@MaculaMethod(idempotent = true)
	CompletionStage<Answer> multiplyLater(Question question);

	/**
	 * Multiply by the node's factor; one call for each subscription.
	 * @param question the question
	 * @return the product to come
	 */
	@MaculaMethod(idempotent = true)
	Mono<Answer> multiplyLazily(Question question);

	/**
	 * Add to the node's memory. Not idempotent: an attempt of which nobody knows whether
	 * it was processed fails instead of being tried again.
	 * @param question the question
	 * @return what the memory holds now
	 * @throws OutOfRangeException if the operand is negative or exceeds
	 * {@link #MAX_OPERAND}
	 */
	Answer add(Question question) throws OutOfRangeException;

	/**
	 * Add to the node's memory; the caller does not wait.
	 * @param question the question
	 * @return what the memory holds then; fails with {@link OutOfRangeException} as
	 * {@link #add} does
	 * @throws OutOfRangeException never at once, but as the failure of the result
	 */
	CompletionStage<Answer> addLater(Question question) throws OutOfRangeException;

	/**
	 * The multiplication table of the operand, row by row, as fast as the caller takes
	 * it.
	 * @param question the question
	 * @param rows number of rows
	 * @return {@code rows} products: of the operand with 1, 2, 3 ...
	 */
	@MaculaMethod(idempotent = true)
	Flux<Answer> table(Question question, int rows);

	/**
	 * Multiply each of a stream of questions, in order.
	 * @param questions the questions
	 * @return an answer for each question
	 */
	Flux<Answer> multiplyAll(Flux<Question> questions);

	/**
	 * The sum of the operands of a stream of questions.
	 * @param questions the questions
	 * @return the sum, once the questions have ended
	 */
	Mono<Answer> sum(Flux<Question> questions);

}
