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

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.macula.testing.ThreadCost;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Payloads of a peer that means harm: what they cost is bounded by their bytes.
 */
class HostilePayloadTests {

	private static final JacksonPayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final JacksonPayloadCodec JSON = JacksonPayloadCodec.json();

	private static final Type OBJECTS = type(new TypeReference<List<Object>>() {
	});

	private static final Type INTEGERS = type(new TypeReference<List<Integer>>() {
	});

	private static final Type COUNTS = type(new TypeReference<Map<String, Integer>>() {
	});

	private static final Type POINTS = type(new TypeReference<Set<Point>>() {
	});

	private static final Type DECIMALS = type(new TypeReference<List<BigDecimal>>() {
	});

	private static final int SMALL = 32 << 10;

	private static final int TIMES = 16;

	/** Linear is {@link #TIMES}, quadratic is its square. */
	private static final int LIMIT = TIMES * 5;

	private static final long SLACK_NANOS = 150_000_000;

	private static final long SLACK_BYTES = 4 << 20;

	/** Bytes for a byte, what lists and buffers leave behind as they grow included. */
	private static final int MOST_MEMORY = 256;

	static Stream<Hostile> hostile() {
		return Stream.of(
				// Tags
				cbor("tags before a value", String.class, (n) -> bytes().times(n, 0xC1).add(0x60)),
				cbor("tags before a property", Point.class,
						(n) -> bytes().add(0xBF).times(n, 0xC1).add(0x61, 'x', 1, 0xFF)),
				cbor("tags before a key", COUNTS, (n) -> bytes().add(0xBF).times(n, 0xC1).add(0x61, 'x', 1, 0xFF)),
				cbor("tags before an exponent", BigDecimal.class,
						(n) -> bytes().add(0xC4, 0x82).times(n, 0xC1).add(1, 1)),
				cbor("tags before digits", BigDecimal.class, (n) -> bytes().add(0xC4, 0x82, 1).times(n, 0xC1).add(1)),
				cbor("tags behind digits", BigDecimal.class, (n) -> bytes().add(0xC4, 0x82, 1, 1).times(n, 0xC1)),
				cbor("tags of what is skipped", Point.class,
						(n) -> bytes().add(0xBF, 0x61, 'z').times(n, 0xC1).add(1, 0xFF)),
				cbor("tags and nothing else", OBJECTS, (n) -> bytes().times(n, 0xC1)),
				cbor("ten tags before each value", OBJECTS, (n) -> list(n / 11, () -> bytes().times(10, 0xC1).add(1))),
				// References to texts
				cbor("references to a text of spaces", INTEGERS,
						(n) -> bytes().add(0xD9, 1, 0, 0x9F)
							.text(" ".repeat(n / 2) + "1")
							.times(n / 8, 0xD8, 25, 0)
							.add(0xFF)),
				cbor("references to bytes as keys", COUNTS,
						(n) -> bytes().add(0xD9, 1, 0, 0xBF)
							.text("a")
							.add(0x59, 0x27, 0x10)
							.times(9_000, 'a')
							.times(n / 8, 0xD8, 25, 0, 1)
							.add(0xFF)),
				// Containers
				cbor("empty maps", OBJECTS, (n) -> list(n, () -> bytes().add(0xA0))),
				cbor("empty lists", OBJECTS, (n) -> list(n, () -> bytes().add(0x80))),
				cbor("nested lists", OBJECTS, (n) -> list(n / 150, () -> bytes().times(149, 0x81).add(0x80))),
				cbor("nested open lists", OBJECTS,
						(n) -> list(n / 300, () -> bytes().times(150, 0x9F).times(150, 0xFF))),
				cbor("nested maps", OBJECTS, (n) -> list(n / 300, () -> bytes().times(149, 0xA1, 0x60).add(0xA0))),
				cbor("too deep", OBJECTS, (n) -> bytes().times(n, 0x81)),
				cbor("a long list announced", OBJECTS, (n) -> bytes().add(0x9A, 0x7F, 0xFF, 0xFF, 0xFF).times(n, 1)),
				cbor("a long map announced", COUNTS, (n) -> bytes().add(0xBA, 0x7F, 0xFF, 0xFF, 0xFF).times(n, 1)),
				// Texts
				cbor("a long text announced", String.class,
						(n) -> bytes().add(0x7A, 0x7F, 0xFF, 0xFF, 0xF0).times(n, 'a')),
				cbor("long bytes announced", byte[].class,
						(n) -> bytes().add(0x5A, 0x7F, 0xFF, 0xFF, 0xF0).times(n, 'a')),
				cbor("short texts", OBJECTS, (n) -> list(n / 2, () -> bytes().add(0x61, 'a'))),
				cbor("a text of empty pieces", String.class, (n) -> bytes().add(0x7F).times(n, 0x60).add(0xFF)),
				cbor("a text of small pieces", String.class,
						(n) -> bytes().add(0x7F).times(n / 2, 0x61, 'a').add(0xFF)),
				cbor("bytes of empty pieces", byte[].class, (n) -> bytes().add(0x5F).times(n, 0x40).add(0xFF)),
				cbor("bytes of small pieces", byte[].class, (n) -> bytes().add(0x5F).times(n / 2, 0x41, 1).add(0xFF)),
				cbor("a key of empty pieces", COUNTS, (n) -> bytes().add(0xBF, 0x7F).times(n, 0x60).add(0xFF, 1, 0xFF)),
				cbor("a key of small pieces", COUNTS,
						(n) -> bytes().add(0xBF, 0x7F).times(n / 2, 0x61, 'a').add(0xFF, 1, 0xFF)),
				cbor("spaces for a number", int.class, (n) -> bytes().text(" ".repeat(n) + "1")),
				cbor("digits for a number", long.class, (n) -> bytes().text("1".repeat(n))),
				cbor("digits for a decimal", BigDecimal.class, (n) -> bytes().text("1".repeat(n))),
				cbor("digits for an integer", BigInteger.class, (n) -> bytes().text("1".repeat(n))),
				cbor("digits for a time", Instant.class, (n) -> bytes().text("1".repeat(n))),
				cbor("digits for a duration", Duration.class, (n) -> bytes().text("PT" + "1".repeat(n) + "S")),
				// Numbers
				cbor("long numbers", OBJECTS,
						(n) -> list(n / 900, () -> bytes().add(0xC2, 0x59, 3, 0x80).times(896, 0x7F))),
				cbor("a number too long", BigInteger.class, (n) -> bytes().add(0xC2, 0x5A).length(n).times(n, 0x7F)),
				cbor("long decimals", DECIMALS,
						(n) -> list(n / 900, () -> bytes().add(0xC4, 0x82, 1, 0xC2, 0x59, 3, 0x80).times(896, 0x7F))),
				// Names
				cbor("other keys each", COUNTS, (n) -> keys(n / 9, "k%07x"::formatted)),
				cbor("keys of one hash", COUNTS, (n) -> keys(n / 32, HostilePayloadTests::ofOneHash)),
				cbor("unknown properties", Point.class, (n) -> keys(n / 9, "k%07x"::formatted)),
				cbor("one property again and again", Point.class, (n) -> keys(n / 3, (i) -> "x")),
				// Objects
				cbor("elements of one hash", POINTS, (n) -> list(n / 14,
						(i) -> bytes().add(0xA2, 0x61, 'x', 0x1A).length(i).add(0x61, 'y', 0x3A).length(31 * i))),
				cbor("types named late", Shape.class, HostilePayloadTests::late),
				cbor("types named late, too deep", Shape.class, (n) -> late(n, 90)),
				cbor("types named beside", Crate.class, (n) -> beside(n, LateTypeNames.MAX_DEPTH - 1)),
				cbor("types named beside, too deep", Crate.class, (n) -> beside(n, 90)),
				// JSON
				json("spaces", OBJECTS, (n) -> " ".repeat(n) + "[]"),
				json("empty maps", OBJECTS, (n) -> "[" + "{},".repeat(n / 3) + "1]"),
				json("nested lists", OBJECTS,
						(n) -> "[" + ("[".repeat(150) + "]".repeat(150) + ",").repeat(n / 301) + "1]"),
				json("too deep", OBJECTS, (n) -> "[".repeat(n)),
				json("short texts", OBJECTS, (n) -> "[" + "\"a\",".repeat(n / 4) + "1]"),
				json("escapes", String.class, (n) -> '"' + "\\u0041".repeat(n / 6) + '"'),
				json("digits", BigInteger.class, (n) -> "1".repeat(n)),
				json("a fraction", BigDecimal.class, (n) -> "0." + "1".repeat(n)),
				json("long numbers", OBJECTS, (n) -> "[" + ("1".repeat(990) + ',').repeat(n / 991) + "1]"),
				json("long fractions", DECIMALS, (n) -> "[" + ("0." + "1".repeat(900) + ',').repeat(n / 903) + "1]"),
				json("other keys each", COUNTS, (n) -> object(n / 12, "k%07x"::formatted)),
				json("keys of one hash", COUNTS, (n) -> object(n / 34, HostilePayloadTests::ofOneHash)),
				json("unknown properties", Point.class, (n) -> object(n / 12, "k%07x"::formatted)),
				json("spaces for a number", int.class, (n) -> '"' + " ".repeat(n) + "1\""));
	}

	@ParameterizedTest
	@MethodSource("hostile")
	void costsNoMoreThanItsBytes(Hostile hostile) {
		byte[] small = hostile.payload().apply(SMALL);
		byte[] large = hostile.payload().apply(SMALL * TIMES);
		decode(hostile.decoder(), small);
		// Codecs remember names: each begins anew.
		ValueCodec first = hostile.decoder();
		ValueCodec second = hostile.decoder();
		ThreadCost once = ThreadCost.of(() -> decode(first, small));
		ThreadCost many = ThreadCost.of(() -> decode(second, large));
		assertThat(many.nanos())
			.as("nanoseconds for %d bytes, after %d for %d", large.length, once.nanos(), small.length)
			.isLessThan(once.nanos() * LIMIT + SLACK_NANOS);
		assertThat(many.bytes()).as("bytes for %d bytes, after %d for %d", large.length, once.bytes(), small.length)
			.isLessThan(once.bytes() * LIMIT / 2 + SLACK_BYTES)
			.isLessThan((long) large.length * MOST_MEMORY);
	}

	private static void decode(ValueCodec codec, byte[] payload) {
		try {
			codec.decode(payload);
		}
		catch (CodecException ex) {
			assertThat(ex.getMessage()).hasSizeLessThan(1000);
		}
	}

	@Test
	void aRunOfTagsIsRefusedBeforeItIsRead() {
		assertThat(CBOR.forType(String.class).decode(bytes().times(16, 0xC1).add(0x60).get())).isEqualTo("");
		refused(CBOR, String.class, bytes().times(17, 0xC1).add(0x60).get(), "$", "more than 16 CBOR tags");
		refused(CBOR, Order.class, bytes().add(0xA1).text("cents").times(17, 0xC1).add(1).get(), "$.cents",
				"more than 16 CBOR tags");
		refused(CBOR, COUNTS, bytes().add(0xA1).times(17, 0xD8, 40).text("cents").add(1).get(), "$",
				"more than 16 CBOR tags");
		refused(CBOR, BigDecimal.class, bytes().add(0xC4, 0x82, 1).times(17, 0xC1).add(1).get(), "$",
				"more than 16 CBOR tags");
	}

	@Test
	void referencesToTextsAreRefused() {
		refused(CBOR, OBJECTS, bytes().add(0xD9, 1, 0, 0x82).text("four").add(0xD8, 25, 0).get(), "$", "CBOR tag 256");
	}

	static Stream<Type> numbers() {
		return Stream.of(Instant.class, Duration.class, OffsetDateTime.class, ZonedDateTime.class, LocalDate.class,
				Year.class, java.util.Date.class, BigDecimal.class, BigInteger.class, long.class, int.class,
				short.class, byte.class, char.class, double.class, float.class, boolean.class, Colour.class,
				String.class, Object.class);
	}

	@ParameterizedTest
	@MethodSource("numbers")
	void anExponentThatStandsForAMillionDigitsIsRefused(Type type) throws Exception {
		Type boxed = type(new TypeReference<Map<String, Object>>() {
		});
		boolean open = type == Object.class;
		for (String exponent : List.of("1000000000", "-1000000000", "100000", "-100000")) {
			byte[] cbor = bytes().add(0xA1)
				.text("when")
				.add(0xC4, 0x82)
				.integer(Integer.parseInt(exponent))
				.add(1)
				.get();
			byte[] json = ("{\"when\":1e" + exponent + "}").getBytes(StandardCharsets.UTF_8);
			ValueCodec fromCbor = CBOR.forData(open ? boxed : mapOf(type));
			ValueCodec fromJson = JSON.forData(open ? boxed : mapOf(type));
			assertRefused(fromCbor, cbor, type, exponent);
			if (!((type == double.class || type == float.class || open) && exponent.startsWith("-"))
					&& type != String.class) {
				assertRefused(fromJson, json, type, exponent);
			}
			if (type == BigDecimal.class) {
				assertRefused(fromCbor, bytes().add(0xA1).text("when").text("1e" + exponent).get(), type, exponent);
				assertRefused(fromJson, ("{\"when\":\"1e" + exponent + "\"}").getBytes(StandardCharsets.UTF_8), type,
						exponent);
			}
		}
	}

	private static void assertRefused(ValueCodec codec, byte[] payload, Type type, String exponent) {
		assertThatExceptionOfType(CodecException.class).as("%s from 1e%s", type, exponent)
			.isThrownBy(() -> System.out.println(type + " from 1e" + exponent + " = " + codec.decode(payload)))
			.withMessageContaining("$.when");
	}

	@ParameterizedTest
	@MethodSource("numbers")
	void secondsBeyondALongAreNoTimes(Type type) throws Exception {
		if (!List.of(Instant.class, Duration.class, OffsetDateTime.class, ZonedDateTime.class).contains(type)) {
			return;
		}
		for (String seconds : List.of("1e19", "-1e19", "1e64", "1e400", "9223372036854775808.5",
				"31556889864403200.5")) {
			BigDecimal number = new BigDecimal(seconds);
			byte[] json = ("{\"when\":" + seconds + "}").getBytes(StandardCharsets.UTF_8);
			byte[] cbor = CBOR.forData(mapOf(BigDecimal.class)).encode(Map.of("when", number));
			if (type == Duration.class && seconds.startsWith("3155")) {
				continue;
			}
			assertRefused(JSON.forType(mapOf(type)), json, type, seconds);
			assertRefused(CBOR.forType(mapOf(type)), cbor, type, seconds);
		}
	}

	@Test
	void whatIsNotReadIsNotWritten() {
		for (JacksonPayloadCodec codec : List.of(CBOR, JSON)) {
			ValueCodec decimals = codec.forType(BigDecimal.class);
			for (BigDecimal good : List.of(new BigDecimal("1E-9999"), new BigDecimal("1E9999"), BigDecimal.TEN.pow(900),
					new BigDecimal("0.1").pow(900))) {
				assertThat(decimals.decode(decimals.encode(good))).isEqualTo(good);
			}
			for (BigDecimal bad : List.of(new BigDecimal("1E-10000"), new BigDecimal("1E10000"))) {
				assertThatExceptionOfType(CodecException.class).isThrownBy(() -> decimals.encode(bad))
					.withMessageContaining("exponent");
			}
		}
	}

	@Test
	void theMemoryOfValuesIsBounded() {
		JacksonPayloadCodec cbor = new JacksonPayloadCodec("cbor", "",
				PayloadMapper.cbor(new DecodedBound(1 << 20)).build());
		JacksonPayloadCodec json = new JacksonPayloadCodec("json", "",
				PayloadMapper.json(new DecodedBound(1 << 20)).build());
		byte[] maps = list(1 << 20, () -> bytes().add(0xA0)).get();
		ThreadCost cost = ThreadCost.of(() -> refused(cbor, OBJECTS, maps, "$[", "would take more memory"));
		assertThat(cost.bytes()).isLessThan(4 << 20);
		refused(cbor, OBJECTS, list(1 << 20, () -> bytes().add(0x80)).get(), "$[", "would take more memory");
		refused(cbor, OBJECTS, list(1 << 20, () -> bytes().add(0x61, 'a')).get(), "$[", "would take more memory");
		refused(cbor, INTEGERS, list(1 << 20, () -> bytes().add(0x18, 200)).get(), "$[", "would take more memory");
		refused(cbor, int[].class, list(1 << 20, () -> bytes().add(0x18, 200)).get(), "$[", "would take more memory");
		refused(cbor, COUNTS, keys(1 << 16, "%05x"::formatted).get(), "$", "would take more memory");
		refused(json, OBJECTS, ("[" + "{},".repeat(1 << 20) + "1]").getBytes(StandardCharsets.UTF_8), "$[",
				"would take more memory");
		refused(json, OBJECTS, ("[" + "\"a\",".repeat(1 << 20) + "1]").getBytes(StandardCharsets.UTF_8), "$[",
				"would take more memory");
		assertThatNoException()
			.isThrownBy(() -> cbor.forType(String.class).decode(bytes().text("a".repeat(4 << 20)).get()));
		assertThatNoException().isThrownBy(() -> cbor.forType(int[].class)
			.decode(cbor.forType(int[].class).encode(IntStream.range(0, 120_000).toArray())));
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> cbor.forType(INTEGERS)
			.decode(cbor.forType(INTEGERS).encode(IntStream.range(0, 120_000).boxed().toList())));
	}

	@Test
	void sixteenMegabytesOfEmptyMapsAreRefused() {
		byte[] payload = bytes().add(0x9F).times(16 << 20, 0xA0).add(0xFF).get();
		long most = DecodedBound.ofHeap().bytes();
		ThreadCost cost = ThreadCost.of(() -> refused(CBOR, OBJECTS, payload, "$[", "would take more memory"));
		assertThat(cost.bytes()).isLessThan(most * 3 / 2);
	}

	@Test
	void typesNamedLateInsideOfEachOtherAreBounded() {
		ValueCodec shapes = CBOR.forType(Shape.class);
		assertThat(shapes.decode(late(3, LateTypeNames.MAX_DEPTH - 1).get())).isInstanceOf(Box.class);
		refused(CBOR, Shape.class, late(3, LateTypeNames.MAX_DEPTH).get(), "$.inner.inner",
				"whose property '@type' comes after others");
		Shape deep = new Square(1);
		for (int i = 0; i < 90; i++) {
			deep = new Box(deep);
		}
		assertThat(shapes.decode(shapes.encode(deep))).isEqualTo(deep);
		ValueCodec crates = CBOR.forType(Crate.class);
		Crate crate = new Crate(null);
		for (int i = 1; i < LateTypeNames.MAX_DEPTH; i++) {
			crate = new Crate(crate);
		}
		assertThat(crates.decode(crates.encode(crate))).isEqualTo(crate);
		refused(CBOR, Crate.class, beside(3, LateTypeNames.MAX_DEPTH + 1).get(), "$",
				"whose property 'kind' comes after others");
	}

	private static void refused(PayloadCodec codec, Type type, byte[] payload, String path, String reason) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.forData(type).decode(payload))
			.withMessageContaining(" at " + path)
			.withMessageContaining(reason);
	}

	private static Type mapOf(Type type) {
		return tools.jackson.databind.json.JsonMapper.shared()
			.getTypeFactory()
			.constructMapType(Map.class, String.class, (type instanceof Class<?> raw && raw.isPrimitive())
					? java.lang.invoke.MethodType.methodType(raw).wrap().returnType() : (Class<?>) type);
	}

	/** "AaAaBB...": all have the same hash. */
	private static String ofOneHash(int number) {
		StringBuilder name = new StringBuilder();
		for (int bit = 0; bit < 14; bit++) {
			name.append(((number >>> bit & 1) == 0) ? "Aa" : "BB");
		}
		return name.toString();
	}

	private static Bytes late(int size) {
		return late(size, LateTypeNames.MAX_DEPTH - 1);
	}

	private static Bytes late(int size, int depth) {
		Bytes bytes = bytes();
		for (int i = 0; i < depth; i++) {
			bytes.add(0xBF).text("inner");
		}
		bytes.add(0xBF).text("other").add(0x9F).times(size, 1).add(0xFF).text("@type").text("Square").add(0xFF);
		for (int i = 0; i < depth; i++) {
			bytes.text("@type").text("Box").add(0xFF);
		}
		return bytes;
	}

	private static Bytes beside(int size, int depth) {
		Bytes bytes = bytes();
		for (int i = 0; i < depth; i++) {
			bytes.add(0xBF).text("inner");
		}
		bytes.add(0xBF).text("other").add(0x9F).times(size, 1).add(0xFF, 0xFF);
		for (int i = 0; i < depth; i++) {
			bytes.text("kind").text("Crate").add(0xFF);
		}
		return bytes;
	}

	private static Bytes keys(int count, IntFunction<String> name) {
		Bytes bytes = bytes().add(0xBF);
		for (int i = 0; i < count; i++) {
			bytes.text(name.apply(i)).add(1);
		}
		return bytes.add(0xFF);
	}

	private static String object(int count, IntFunction<String> name) {
		StringBuilder text = new StringBuilder("{");
		for (int i = 0; i < count; i++) {
			text.append((i > 0) ? "," : "").append('"').append(name.apply(i)).append("\":1");
		}
		return text.append('}').toString();
	}

	private static Bytes list(int count, Supplier<Bytes> element) {
		Bytes one = element.get();
		return list(count, (i) -> one);
	}

	private static Bytes list(int count, IntFunction<Bytes> element) {
		Bytes bytes = bytes().add(0x9F);
		for (int i = 0; i < count; i++) {
			bytes.out.writeBytes(element.apply(i).get());
		}
		return bytes.add(0xFF);
	}

	private static Hostile cbor(String name, Type type, IntFunction<Bytes> payload) {
		return new Hostile("cbor: " + name, JacksonPayloadCodec::cbor, type, (n) -> payload.apply(n).get());
	}

	private static Hostile json(String name, Type type, IntFunction<String> payload) {
		return new Hostile("json: " + name, JacksonPayloadCodec::json, type,
				(n) -> payload.apply(n).getBytes(StandardCharsets.UTF_8));
	}

	private static Type type(TypeReference<?> reference) {
		return reference.getType();
	}

	private static Bytes bytes() {
		return new Bytes();
	}

	/** Writes CBOR that no encoder would. */
	private static final class Bytes {

		private final ByteArrayOutputStream out = new ByteArrayOutputStream();

		Bytes add(int... bytes) {
			for (int each : bytes) {
				this.out.write(each);
			}
			return this;
		}

		Bytes times(int count, int... bytes) {
			for (int i = 0; i < count; i++) {
				add(bytes);
			}
			return this;
		}

		Bytes length(int number) {
			return add(number >>> 24, number >>> 16, number >>> 8, number);
		}

		Bytes integer(int number) {
			return add((number < 0) ? 0x3A : 0x1A).length((number < 0) ? -1 - number : number);
		}

		Bytes text(String text) {
			byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
			if (utf8.length < 24) {
				add(0x60 + utf8.length);
			}
			else {
				add(0x7A).length(utf8.length);
			}
			this.out.writeBytes(utf8);
			return this;
		}

		byte[] get() {
			return this.out.toByteArray();
		}

	}

	record Hostile(String name, Supplier<PayloadCodec> codec, Type type, IntFunction<byte[]> payload) {

		ValueCodec decoder() {
			return this.codec.get().forData(this.type);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

	record Point(int x, int y) {
	}

	record Order(int cents) {
	}

	enum Colour {

		RED, GREEN

	}

	sealed interface Cargo {

	}

	record Crate(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
			property = "kind") @Nullable Cargo inner) implements Cargo {
	}

	sealed interface Shape {

	}

	record Square(int side) implements Shape {
	}

	record Box(@Nullable Shape inner) implements Shape {
	}

}
