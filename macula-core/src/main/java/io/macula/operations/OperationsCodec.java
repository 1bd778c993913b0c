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

package io.macula.operations;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;

/**
 * How questions and answers are coded: always in the same CBOR, whatever the application
 * uses. Properties that one side does not know are skipped, so that versions may differ.
 */
final class OperationsCodec {

	/** Most bytes of a question: refused before it is decoded. */
	static final int MAX_QUESTION = 1 << 16;

	/** Made when somebody asks: a node that nobody asks pays nothing. */
	private static final class Made {

		private static final PayloadCodec CBOR = JacksonPayloadCodec.cbor();

		private static final Map<Class<?>, ValueCodec> CODECS = Stream
			.of(Question.class, Act.class, NodeStatus.class, NodeChange.class, KnownNodes.class,
					ServiceDescriptions.class)
			.collect(Collectors.toUnmodifiableMap(Function.identity(), CBOR::forType));

	}

	private OperationsCodec() {
	}

	static byte[] encode(Object value) {
		return codec(value.getClass()).encode(value);
	}

	/** What a peer sent. */
	static <T> T decode(byte[] payload, Class<T> type) {
		Object value;
		try {
			value = codec(type).decode(payload);
		}
		catch (CodecException ex) {
			throw Status
				.processed(Code.INVALID_ARGUMENT,
						"what was sent to or by " + NodeOperations.SERVICE + " is no " + type.getSimpleName() + ": "
								+ ex.getMessage())
				.toException();
		}
		if (value == null) {
			throw Status
				.processed(Code.INVALID_ARGUMENT,
						"nothing was sent to or by " + NodeOperations.SERVICE + " where a " + type.getSimpleName()
								+ " was expected")
				.toException();
		}
		return type.cast(value);
	}

	private static ValueCodec codec(Class<?> type) {
		ValueCodec codec = Made.CODECS.get(type);
		if (codec == null) {
			throw new IllegalArgumentException(type + " does not travel");
		}
		return codec;
	}

}
