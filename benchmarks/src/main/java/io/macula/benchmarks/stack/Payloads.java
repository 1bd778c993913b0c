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

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;

/**
 * The codec work that every stack pays alike: records to CBOR and back, by the product's
 * own codec. Remembers the size of the last small request, which has to be the same for
 * all stacks.
 */
final class Payloads {

	static final String NODE = "node1";

	private static final PayloadCodec CODEC = JacksonPayloadCodec.cbor();

	static final Type<Question> QUESTION = new Type<>(Question.class);

	static final Type<Answer> ANSWER = new Type<>(Answer.class);

	static final Type<Element> ELEMENT = new Type<>(Element.class);

	static final Type<byte[]> BYTES = new Type<>(byte[].class);

	static final Type<Integer> COUNT = new Type<>(Integer.class);

	static final AtomicInteger SMALL_REQUEST_BYTES = new AtomicInteger();

	static final AtomicLong PRODUCED = new AtomicLong();

	private Payloads() {
	}

	static Answer answer(Question question) {
		return new Answer(question.id(), (long) question.x() * question.y(), NODE);
	}

	static Element element(int index) {
		return new Element(index, "an element of some twenty-six c");
	}

	/** An element of a stream, counted. */
	static Element produced(int index) {
		PRODUCED.incrementAndGet();
		return element(index);
	}

	static byte[] encoded(Question question) {
		byte[] bytes = QUESTION.encode(question);
		if (SMALL_REQUEST_BYTES.getPlain() != bytes.length) {
			SMALL_REQUEST_BYTES.set(bytes.length);
		}
		return bytes;
	}

	/**
	 * What can be called.
	 */
	enum CalculatorMethod {

		MULTIPLY, ECHO, COUNT;

		private static final CalculatorMethod[] ALL = values();

		static CalculatorMethod of(int number) {
			return ALL[number];
		}

		String path() {
			return name().toLowerCase(java.util.Locale.ROOT);
		}

	}

	/**
	 * The codec of one type.
	 *
	 * @param <T> the type
	 */
	static final class Type<T> {

		private final Class<T> type;

		private final ValueCodec codec;

		Type(Class<T> type) {
			this.type = type;
			this.codec = CODEC.forType(type);
		}

		byte[] encode(T value) {
			return this.codec.encode(value);
		}

		T decode(byte[] bytes) {
			T value = this.type.cast(this.codec.decode(bytes));
			if (value == null) {
				throw new IllegalArgumentException("null instead of " + this.type);
			}
			return value;
		}

	}

}
