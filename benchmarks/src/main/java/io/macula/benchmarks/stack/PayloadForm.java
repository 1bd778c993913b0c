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

/**
 * What a peer, which carries bytes, makes of records and of bytes.
 */
enum PayloadForm {

	/** All of it CBOR, by the product's own codec at both ends: equal work. */
	CBOR,

	/**
	 * Records in CBOR by the same codec, bytes as they are: what Spring's RSocket does.
	 */
	RAW,

	/** Records as messages of Protocol Buffers, bytes as they are: what gRPC does. */
	PROTOBUF;

	byte[] question(Question question) {
		if (this != PROTOBUF) {
			return Payloads.encoded(question);
		}
		if (Payloads.SMALL_REQUEST_BYTES.getPlain() == 0) {
			// All stacks tell the size of the same form.
			Payloads.encoded(question);
		}
		return Protobuf.bytes(question);
	}

	Answer answer(byte[] bytes) {
		return (this == PROTOBUF) ? Protobuf.answer(bytes) : Payloads.ANSWER.decode(bytes);
	}

	byte[] body(byte[] body) {
		return (this == CBOR) ? Payloads.BYTES.encode(body) : body;
	}

	byte[] bodyOf(byte[] bytes) {
		return (this == CBOR) ? Payloads.BYTES.decode(bytes) : bytes;
	}

	byte[] element(Element element) {
		return (this == PROTOBUF) ? Protobuf.bytes(element) : Payloads.ELEMENT.encode(element);
	}

	Element elementOf(byte[] bytes) {
		return (this == PROTOBUF) ? Protobuf.element(bytes) : Payloads.ELEMENT.decode(bytes);
	}

	/** What a server does with the bytes of a call. */
	byte[] handle(CalculatorMethod method, byte[] request) {
		return switch (method) {
			case MULTIPLY -> (this == PROTOBUF) ? Protobuf.bytes(Payloads.answer(Protobuf.question(request)))
					: Payloads.ANSWER.encode(Payloads.answer(Payloads.QUESTION.decode(request)));
			case ECHO -> body(bodyOf(request));
			case COUNT -> throw new IllegalArgumentException("a stream answers " + method);
		};
	}

}
