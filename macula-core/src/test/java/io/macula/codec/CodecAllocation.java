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

package io.macula.codec;

import java.lang.management.ManagementFactory;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Prints how many bytes the Jackson codecs allocate for each value, beside the value and
 * its encoded form. To be started by hand.
 */
final class CodecAllocation {

	private static final int ROUNDS = 100_000;

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final char[] TEXT = "node1".toCharArray();

	private static @Nullable Object sink;

	private CodecAllocation() {
	}

	/**
	 * Measure.
	 * @param args none
	 */
	private static final Type MAP = new TypeReference<Map<String, Integer>>() {
	}.getType();

	public static void main(String[] args) {
		System.out.printf("JDK %s%n%-22s %8s %8s %8s %10s %10s%n", Runtime.version().feature(), "value", "bytes",
				"encode B", "decode B", "encode ns", "decode ns");
		for (PayloadCodec codec : List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json())) {
			measure(codec, "question", Question.class, () -> new Question(21, 2));
			measure(codec, "answer", Answer.class, () -> new Answer(new String(TEXT), 42));
			measure(codec, "string", String.class, () -> new String(TEXT));
			measure(codec, "int", int.class, () -> Integer.valueOf(300_000 + (int) System.nanoTime() % 2));
			measure(codec, "order of 10 lines", Order.class, CodecAllocation::order);
			measure(codec, "map", MAP, () -> Map.of(new String(TEXT), 21));
		}
	}

	private static void measure(PayloadCodec codec, String name, Type type, Supplier<Object> maker) {
		ValueCodec values = codec.forType(type);
		Object value = maker.get();
		byte[] encoded = values.encode(value);
		Figure encode = figure(() -> values.encode(value));
		Figure decode = figure(() -> values.decode(encoded));
		Figure array = figure(encoded::clone);
		Figure made = figure(maker);
		System.out.printf("%-22s %8d %8d %8d %10d %10d%n", codec.name() + " " + name, encoded.length,
				encode.bytes() - array.bytes(), decode.bytes() - made.bytes(), encode.nanos(), decode.nanos());
	}

	private static Figure figure(Supplier<? extends @Nullable Object> work) {
		Figure last = new Figure(0, 0);
		for (int i = 0; i < 6; i++) {
			long bytes = THREADS.getCurrentThreadAllocatedBytes();
			long start = System.nanoTime();
			for (int j = 0; j < ROUNDS; j++) {
				sink = work.get();
			}
			long nanos = (System.nanoTime() - start) / ROUNDS;
			last = new Figure((THREADS.getCurrentThreadAllocatedBytes() - bytes) / ROUNDS, nanos);
		}
		return last;
	}

	private static Order order() {
		return new Order(new String(TEXT),
				IntStream.range(0, 10).mapToObj((i) -> new Line(new String(TEXT), i, 100L * i)).toList());
	}

	private record Figure(long bytes, long nanos) {
	}

	record Question(int a, int b) {
	}

	record Answer(String node, int result) {
	}

	record Order(String id, List<Line> lines) {
	}

	record Line(String product, int count, long cents) {
	}

}
