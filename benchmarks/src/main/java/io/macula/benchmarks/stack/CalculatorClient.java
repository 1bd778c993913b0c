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

import java.util.function.IntConsumer;

/**
 * A connected client of one stack. Safe for all threads.
 */
public interface CalculatorClient extends AutoCloseable {

	/**
	 * Multiply, in mode {@link Mode#ASYNC}.
	 * @param question the factors
	 * @param completion receives the answer
	 */
	default void multiply(Question question, Completion<Answer> completion) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Multiply, in mode {@link Mode#BLOCKING}.
	 * @param question the factors
	 * @return the answer
	 * @throws Exception if the call fails
	 */
	default Answer multiply(Question question) throws Exception {
		throw new UnsupportedOperationException();
	}

	/**
	 * Get back what is sent, in mode {@link Mode#ASYNC}.
	 * @param body bytes
	 * @param completion receives the bytes
	 */
	default void echo(byte[] body, Completion<byte[]> completion) {
		throw new UnsupportedOperationException();
	}

	/**
	 * Get back what is sent, in mode {@link Mode#BLOCKING}.
	 * @param body bytes
	 * @return the bytes
	 * @throws Exception if the call fails
	 */
	default byte[] echo(byte[] body) throws Exception {
		throw new UnsupportedOperationException();
	}

	/**
	 * Receive a stream, in mode {@link Mode#STREAM}; blocks until it is complete.
	 * @param count number of elements
	 * @param received called with the index of each element
	 * @throws Exception if the stream fails
	 */
	default void count(int count, IntConsumer received) throws Exception {
		throw new UnsupportedOperationException();
	}

	/**
	 * Whether it can take a stream slowly.
	 * @return whether {@link #countSlowly} works
	 */
	default boolean takesSlowly() {
		return false;
	}

	/**
	 * Begin a stream and take it slowly, some elements at a time.
	 * @param count number of elements
	 * @param elements how many to take at a time
	 * @param pauseMillis how long to pause after each time
	 * @param millis when to give it up
	 * @return how many were received
	 * @throws Exception if the stream fails
	 */
	default long countSlowly(int count, int elements, long pauseMillis, long millis) throws Exception {
		throw new UnsupportedOperationException();
	}

	@Override
	void close() throws Exception;

}
