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

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is coded directly is what Jackson would have made of it.
 */
class DirectCodecTests {

	private static final JacksonPayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final ObjectMapper MAPPER = CBOR.mapper(Object.class);

	private final Both all = new Both(All.class);

	@Property(tries = 2000)
	void recordsAreTheSameBytesAndComeBack(@ForAll("alls") All value) {
		byte[] payload = this.all.encode(value);
		assertThat(this.all.decode(payload)).usingRecursiveComparison().isEqualTo(value);
	}

	@Property(tries = 2000)
	void payloadsThatWereChangedAreReadOrRefusedAlike(@ForAll("alls") All value, @ForAll long seed) {
		byte[] payload = this.all.encode(value);
		Random random = new Random(seed);
		for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
			payload[random.nextInt(payload.length)] = (byte) random.nextInt();
		}
		int length = random.nextInt(4) == 0 ? random.nextInt(payload.length) : payload.length;
		this.all.decodeOrRefuse(Arrays.copyOf(payload, length));
	}

	@Property(tries = 1000)
	void textsAreTheSame(@ForAll String text) {
		Both texts = new Both(String.class);
		assertThat(texts.decodeOrRefuse(texts.encodeOrRefuse(text))).isIn(text, null);
	}

	@Property(tries = 1000)
	void anyBytesAreReadOrRefusedAlike(@ForAll byte[] payload) {
		new Both(String.class).decodeOrRefuse(payload);
		new Both(long.class).decodeOrRefuse(payload);
		new Both(Kind.class).decodeOrRefuse(payload);
	}

	@Property(tries = 500)
	void numbersAreTheSame(@ForAll long number, @ForAll double real) {
		Both longs = new Both(long.class);
		assertThat(longs.decode(longs.encode(number))).isEqualTo(number);
		new Both(int.class).decodeOrRefuse(longs.encode(number));
		new Both(Short.class).decodeOrRefuse(longs.encode(number));
		new Both(Byte.class).decodeOrRefuse(longs.encode(number));
		Both reals = new Both(double.class);
		assertThat(reals.decode(reals.encode(real))).isEqualTo(real);
		new Both(float.class).decodeOrRefuse(reals.encode(real));
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295L, 4_294_967_296L, Long.MAX_VALUE, -1, -24,
			-25, -256, -257, -65_536, -65_537, -4_294_967_296L, -4_294_967_297L, Long.MIN_VALUE })
	void numbersAtTheBoundsOfForms(long number) {
		Both longs = new Both(Long.class);
		assertThat(longs.decode(longs.encode(number))).isEqualTo(number);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 23, 24, 85, 86, 255, 256, 333, 999, 1000, 1001, 1400, 4000, 70_000 })
	void textsOfAnyLength(int length) {
		Both texts = new Both(String.class);
		for (String letter : List.of("a", "\u00e4", "\u20ac", "\ud83d\ude00")) {
			String text = letter.repeat(length);
			assertThat(texts.decode(texts.encode(text))).isEqualTo(text);
		}
	}

	@Test
	void halvesOfPairsAreJudgedByJackson() {
		Both texts = new Both(String.class);
		texts.encodeOrRefuse("a\ud83d");
		texts.decodeOrRefuse(new byte[] { 0x63, (byte) 0xED, (byte) 0xA0, (byte) 0x80 });
		texts.decodeOrRefuse(new byte[] { 0x62, (byte) 0xC0, (byte) 0x80 });
		texts.decodeOrRefuse(new byte[] { 0x63, (byte) 0xEF, (byte) 0xBF, (byte) 0xBD });
	}

	@Test
	void aRecordOfANewerPeerIsReadByName() {
		Both old = new Both(Old.class);
		byte[] payload = CBOR.forType(Newer.class).encode(new Newer(1, "more", "b"));
		assertThat(old.decode(payload)).isEqualTo(new Old(1, "b"));
		assertThat(new Both(Newer.class).decode(CBOR.forType(Old.class).encode(new Old(1, "b"))))
			.isEqualTo(new Newer(1, null, "b"));
	}

	@Test
	void aConstructorThatRefusesSaysSoAsEver() {
		Both positive = new Both(Positive.class);
		byte[] payload = CBOR.forType(Any.class).encode(new Any(-1));
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> positive.direct.decode(payload))
			.withMessageContaining("must be positive")
			.withMessageContaining("Positive");
		positive.decodeOrRefuse(payload);
	}

	@Test
	void aConstructorThatMakesAnotherValueIsAsked() {
		Both trimmed = new Both(Trimmed.class);
		assertThat(trimmed.decode(CBOR.forType(Any2.class).encode(new Any2(" a ")))).isEqualTo(new Trimmed("a"));
	}

	@Test
	void anAccessorThatGivesAnotherValueIsAsked() {
		Both loud = new Both(Loud.class);
		assertThat(loud.decode(loud.encode(new Loud("a")))).isEqualTo(new Loud("A"));
	}

	@Test
	void listsWithNullAndListsThatAreNull() {
		Both lists = new Both(Lists.class);
		List<@Nullable String> texts = new ArrayList<>(Arrays.asList("a", null));
		assertThat(lists.decode(lists.encode(new Lists(texts, null)))).isEqualTo(new Lists(texts, null));
	}

	@Test
	void aListOfOtherThingsThanItsTypeIsJudgedByJackson() {
		Both lists = new Both(Lists.class);
		@SuppressWarnings({ "unchecked", "rawtypes" })
		List<String> wrong = (List) List.of(1);
		lists.encodeOrRefuse(new Lists(wrong, null));
	}

	@Test
	void aPayloadThatPromisesMoreThanThereIsMakesNoRoomForIt() {
		byte[] payload = { (byte) 0x9A, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1 };
		Both names = new Both(new ParameterizedListOfString());
		names.decodeOrRefuse(payload);
	}

	@Test
	void anAccessorThatCallsItselfIsToldAsEver() {
		new Both(Endless.class).encodeOrRefuse(new Endless(1));
	}

	@Test
	void typesThatAreDeeperThanAPayloadMayBeAreLeftToJackson() {
		JavaType type = MAPPER.constructType(Empty.class);
		for (int levels = 1; levels < PayloadMapper.MAX_DEPTH; levels++) {
			type = MAPPER.getTypeFactory().constructCollectionType(List.class, type);
		}
		assertThat(new DirectTypes(MAPPER).find(type)).isNotNull();
		type = MAPPER.getTypeFactory().constructCollectionType(List.class, type);
		assertThat(new DirectTypes(MAPPER).find(type)).isNull();
	}

	@Test
	void constantsOfWhichOneBeginsAsAnother() {
		Both names = new Both(Names.class);
		for (Names each : Names.values()) {
			byte[] payload = names.encode(each);
			assertThat(names.decode(payload)).isEqualTo(each);
			for (int length = 0; length < payload.length; length++) {
				names.decodeOrRefuse(Arrays.copyOf(payload, length));
			}
		}
		Both texts = new Both(String.class);
		for (String other : List.of("", "0", "A", "AD", "a", "a0", "b", "\u00e3", "\u00e4a", "\u00e5", "zzzz")) {
			names.decodeOrRefuse(texts.encode(other));
		}
	}

	@Test
	void emptyRecords() {
		Both empty = new Both(Empty.class);
		assertThat(empty.decode(empty.encode(new Empty()))).isEqualTo(new Empty());
		empty.decodeOrRefuse(new byte[] { (byte) 0xBF });
	}

	@ParameterizedTest
	@ValueSource(classes = { Renamed.class, ByFactory.class, WithGetter.class, WithMap.class, Letter.class,
			OfSealed.class, Strange.class, Generic.class, Shouting.class, Quiet.class, OfQuiet.class, Pair.class })
	void whatSomebodyAnnotatedOrWritesHimselfIsLeftToJackson(Class<?> type) {
		assertThat(new DirectTypes(MAPPER).find(MAPPER.constructType(type))).isNull();
	}

	@Test
	void anotherCodecIsLeftToJackson() {
		JacksonPayloadCodec own = JacksonPayloadCodec.cborBuilder().named("own").build();
		assertThat(own.forType(Old.class)).isInstanceOf(JacksonValueCodec.class);
		assertThat(JacksonPayloadCodec.json().forType(Old.class)).isInstanceOf(JacksonValueCodec.class);
	}

	@Test
	void aTypeThatIsUsedOftenIsCodedDirectly() {
		DirectCodec codec = (DirectCodec) CBOR.forType(Old.class);
		byte[] payload = codec.encode(new Old(1, "b"));
		for (int i = 0; i < 100; i++) {
			assertThat(codec.encode(new Old(1, "b"))).isEqualTo(payload);
		}
		Awaitility.await().until(codec::decided);
		assertThat(codec.encode(new Old(1, "b"))).isEqualTo(payload);
		assertThat(codec.decode(payload)).isEqualTo(new Old(1, "b"));
	}

	@Test
	void whereNoThreadIsToBeHadValuesAreCodedAllTheSame() {
		DirectCodec made = (DirectCodec) CBOR.forType(Old.class);
		List<Runnable> asked = new ArrayList<>();
		DirectCodec codec = new DirectCodec(made, MAPPER, MAPPER.constructType(Old.class), (work) -> {
			asked.add(work);
			if (asked.size() == 1) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			work.run();
		});
		byte[] payload = made.encode(new Old(1, "b"));
		for (int i = 0; i < 100; i++) {
			assertThat(codec.encode(new Old(1, "b"))).isEqualTo(payload);
		}
		assertThat(asked).hasSize(1);
		assertThat(codec.decided()).isFalse();
		for (int i = 0; i < 100_000; i++) {
			codec.decode(payload);
		}
		assertThat(codec.decode(payload)).isEqualTo(new Old(1, "b"));
		assertThat(asked).hasSize(2);
		assertThat(codec.decided()).isTrue();
	}

	@Provide
	Arbitrary<All> alls() {
		Arbitrary<@Nullable String> texts = Arbitraries.strings().ofMaxLength(40).injectNull(0.1);
		Arbitrary<Old> olds = Combinators.combine(Arbitraries.integers(), texts).as(Old::new).injectNull(0.1);
		Arbitrary<Numbers> numbers = Combinators
			.combine(Arbitraries.bytes(), Arbitraries.shorts(), Arbitraries.integers(), Arbitraries.longs(),
					Arbitraries.floats(), Arbitraries.doubles(), Arbitraries.of(true, false))
			.as(Numbers::new);
		Arbitrary<Objects> objects = Combinators
			.combine(Arbitraries.bytes().injectNull(0.2), Arbitraries.shorts().injectNull(0.2),
					Arbitraries.integers().injectNull(0.2), Arbitraries.longs().injectNull(0.2),
					Arbitraries.floats().injectNull(0.2), Arbitraries.doubles().injectNull(0.2),
					Arbitraries.of(true, false).injectNull(0.2))
			.as(Objects::new);
		return Combinators
			.combine(numbers, objects, texts, Arbitraries.of(Kind.class).injectNull(0.1),
					Arbitraries.bytes().array(byte[].class).ofMaxSize(300).injectNull(0.1), olds,
					olds.list().ofMaxSize(30).injectNull(0.1), texts.list().ofMaxSize(5).injectNull(0.1))
			.as(All::new);
	}

	/** The direct codec and the one that it speeds up. */
	private static final class Both {

		private final DirectCodec direct;

		private final ValueCodec jackson;

		Both(java.lang.reflect.Type type) {
			JavaType javaType = MAPPER.constructType(type);
			this.jackson = new JacksonValueCodec(type.getTypeName(), javaType.isPrimitive(), false,
					MAPPER.writerFor(javaType), MAPPER.readerFor(javaType)
						.with(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS));
			this.direct = (DirectCodec) DirectCodec.of(this.jackson, MAPPER, javaType);
			this.direct.decide();
			assertThat(new DirectTypes(MAPPER).find(javaType)).as(type.getTypeName()).isNotNull();
		}

		byte[] encode(@Nullable Object value) {
			byte[] payload = this.direct.encode(value);
			assertThat(payload).isEqualTo(this.jackson.encode(value));
			return payload;
		}

		byte[] encodeOrRefuse(@Nullable Object value) {
			byte[] expected;
			try {
				expected = this.jackson.encode(value);
			}
			catch (CodecException ex) {
				assertThatExceptionOfType(CodecException.class).isThrownBy(() -> this.direct.encode(value))
					.withMessage(ex.getMessage());
				return new byte[0];
			}
			assertThat(this.direct.encode(value)).isEqualTo(expected);
			return expected;
		}

		@Nullable Object decode(byte[] payload) {
			Object value = this.direct.decode(payload);
			assertThat(value).usingRecursiveComparison()
				.withStrictTypeChecking()
				.isEqualTo(this.jackson.decode(payload));
			byte[] within = new byte[payload.length + 5];
			System.arraycopy(payload, 0, within, 2, payload.length);
			assertThat(this.direct.decode(within, 2, payload.length)).usingRecursiveComparison().isEqualTo(value);
			return value;
		}

		@Nullable Object decodeOrRefuse(byte[] payload) {
			Object expected;
			try {
				expected = this.jackson.decode(payload);
			}
			catch (CodecException ex) {
				assertThatExceptionOfType(CodecException.class).isThrownBy(() -> this.direct.decode(payload))
					.withMessage(ex.getMessage());
				return null;
			}
			assertThat(this.direct.decode(payload)).usingRecursiveComparison()
				.withStrictTypeChecking()
				.isEqualTo(expected);
			return expected;
		}

	}

	private static final class ParameterizedListOfString implements java.lang.reflect.ParameterizedType {

		@Override
		public java.lang.reflect.Type[] getActualTypeArguments() {
			return new java.lang.reflect.Type[] { String.class };
		}

		@Override
		public java.lang.reflect.Type getRawType() {
			return List.class;
		}

		@Override
		public java.lang.reflect.@Nullable Type getOwnerType() {
			return null;
		}

	}

	enum Kind {

		ONE, Two, three {
			@Override
			public String toString() {
				return "3";
			}
		}

	}

	record Numbers(byte b, short s, int i, long l, float f, double d, boolean z) {

	}

	record Objects(@Nullable Byte b, @Nullable Short s, @Nullable Integer i, @Nullable Long l, @Nullable Float f,
			@Nullable Double d, @Nullable Boolean z) {

	}

	record All(Numbers numbers, Objects objects, @Nullable String text, @Nullable Kind kind, byte @Nullable [] bytes,
			@Nullable Old old, @Nullable List<@Nullable Old> olds, @Nullable List<@Nullable String> texts) {

	}

	record Old(int a, @Nullable String b) {

	}

	record Newer(int a, @Nullable String between, @Nullable String b) {

	}

	record Any(int number) {

	}

	record Positive(int number) {

		Positive {
			if (number < 0) {
				throw new IllegalArgumentException("must be positive");
			}
		}

	}

	record Any2(String text) {

	}

	record Trimmed(String text) {

		Trimmed {
			text = text.trim();
		}

		Trimmed(int number) {
			this(String.valueOf(number));
		}

	}

	record Loud(String text) {

		@Override
		public String text() {
			return this.text.toUpperCase(Locale.ROOT);
		}

	}

	record Lists(@Nullable List<@Nullable String> texts, @Nullable List<Kind> kinds) {

	}

	record Empty() {

	}

	record Renamed(@JsonProperty("other") String text) {

	}

	record ByFactory(String text) {

		@JsonCreator
		static ByFactory of(@JsonProperty("text") String text) {
			return new ByFactory(text + "!");
		}

	}

	record WithGetter(int number) {

		public int getDouble() {
			return 2 * this.number;
		}

	}

	record WithMap(Map<String, String> map) {

	}

	record Letter(char letter) {

	}

	record OfSealed(Either either) {

	}

	sealed interface Either permits Left, Right {

	}

	record Left(int a) implements Either {

	}

	record Right(int b) implements Either {

	}

	record Generic<T>(T value) {

	}

	@Retention(RetentionPolicy.RUNTIME)
	@interface Unknown {

	}

	@Unknown
	record Strange(int number) {

	}

	enum Shouting {

		A;

		@JsonValue
		String shout() {
			return name() + "!";
		}

	}

	record Endless(int number) {

		@Override
		public int number() {
			return number() + 1;
		}

	}

	enum Names {

		b, ABC, aB, A_NAME_OF_TWENTY_FOUR_SO, AB, a, zzz, A_NAME_OF_TWENTY_THREE_, zz, AC, A$

	}

	enum Quiet implements JacksonSerializable {

		A;

		@Override
		public void serialize(JsonGenerator generator, SerializationContext context) {
			generator.writeString("a");
		}

		@Override
		public void serializeWithType(JsonGenerator generator, SerializationContext context, TypeSerializer type) {
			serialize(generator, context);
		}

	}

	record OfQuiet(Quiet quiet) {

	}

	enum Pair implements Map.Entry<String, String> {

		A;

		@Override
		public String getKey() {
			return "key";
		}

		@Override
		public String getValue() {
			return "value";
		}

		@Override
		public String setValue(String value) {
			throw new UnsupportedOperationException();
		}

	}

}
