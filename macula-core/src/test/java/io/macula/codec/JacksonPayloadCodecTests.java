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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.dataformat.cbor.CBORMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JacksonPayloadCodecTests {

	private static final JacksonPayloadCodec CBOR = JacksonPayloadCodec.cbor();

	private static final JacksonPayloadCodec JSON = JacksonPayloadCodec.json();

	private static final Order ORDER = new Order("o-1", List.of(new Item("pen", 2), new Item("ink", 1)),
			new BigDecimal("12.50"), Optional.of("be quick"), Instant.parse("2026-03-01T10:15:30.123456789Z"),
			LocalDate.of(2026, 3, 1), Duration.ofMillis(1500), Colour.DARK_RED, Map.of("a", 1L), null);

	static Stream<PayloadCodec> codecs() {
		return Stream.of(CBOR, JSON);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void roundTripsRecordsAndGenerics(PayloadCodec codec) {
		assertThat(roundTrip(codec, Order.class, ORDER)).isEqualTo(ORDER);
		assertThat(roundTrip(codec, type(new TypeReference<List<Order>>() {
		}), List.of(ORDER, ORDER))).isEqualTo(List.of(ORDER, ORDER));
		Map<String, Order> map = new LinkedHashMap<>();
		map.put("x", ORDER);
		map.put("nothing", null);
		assertThat(roundTrip(codec, type(new TypeReference<Map<String, Order>>() {
		}), map)).isEqualTo(map);
		assertThat(roundTrip(codec, type(new TypeReference<Page<Order>>() {
		}), new Page<>(List.of(ORDER), 7))).isEqualTo(new Page<>(List.of(ORDER), 7));
		assertThat(roundTrip(codec, type(new TypeReference<Map<LocalDate, Set<Colour>>>() {
		}), Map.of(LocalDate.EPOCH, Set.of(Colour.GREEN)))).isEqualTo(Map.of(LocalDate.EPOCH, Set.of(Colour.GREEN)));
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void roundTripsPlainValues(PayloadCodec codec) {
		assertThat(roundTrip(codec, int.class, 42)).isEqualTo(42);
		assertThat(roundTrip(codec, long.class, Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
		assertThat(roundTrip(codec, double.class, 0.1)).isEqualTo(0.1);
		assertThat(roundTrip(codec, double.class, Double.NaN)).isEqualTo(Double.NaN);
		assertThat(roundTrip(codec, float.class, 0.1f)).isEqualTo(0.1f);
		assertThat(roundTrip(codec, boolean.class, true)).isEqualTo(true);
		assertThat(roundTrip(codec, char.class, 'x')).isEqualTo('x');
		assertThat(roundTrip(codec, byte.class, (byte) -1)).isEqualTo((byte) -1);
		assertThat(roundTrip(codec, short.class, (short) -1)).isEqualTo((short) -1);
		assertThat(roundTrip(codec, String.class, "grüße \uD83D\uDE00")).isEqualTo("grüße \uD83D\uDE00");
		assertThat(roundTrip(codec, String.class, "")).isEqualTo("");
		assertThat(roundTrip(codec, Colour.class, Colour.DARK_RED)).isEqualTo(Colour.DARK_RED);
		assertThat(roundTrip(codec, byte[].class, new byte[] { 0, 1, -1 })).isEqualTo(new byte[] { 0, 1, -1 });
		assertThat(roundTrip(codec, int[].class, new int[] { 1, 2 })).isEqualTo(new int[] { 1, 2 });
		assertThat(roundTrip(codec, BigDecimal.class, new BigDecimal("1.10"))).isEqualTo(new BigDecimal("1.10"));
		assertThat(roundTrip(codec, BigInteger.class, BigInteger.TWO.pow(100))).isEqualTo(BigInteger.TWO.pow(100));
		UUID uuid = UUID.randomUUID();
		assertThat(roundTrip(codec, UUID.class, uuid)).isEqualTo(uuid);
		assertThat(roundTrip(codec, type(new TypeReference<Optional<Order>>() {
		}), Optional.of(ORDER))).isEqualTo(Optional.of(ORDER));
		assertThat(roundTrip(codec, type(new TypeReference<Optional<Order>>() {
		}), Optional.empty())).isEqualTo(Optional.empty());
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void roundTripsNull(PayloadCodec codec) {
		assertThat(roundTrip(codec, Order.class, null)).isNull();
		assertThat(roundTrip(codec, String.class, null)).isNull();
		assertThat(roundTrip(codec, Integer.class, null)).isNull();
		assertThat(roundTrip(codec, type(new TypeReference<List<Order>>() {
		}), null)).isNull();
		List<@Nullable String> holes = new ArrayList<>(Arrays.asList("a", null));
		assertThat(roundTrip(codec, type(new TypeReference<List<String>>() {
		}), holes)).isEqualTo(holes);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void roundTripsTime(PayloadCodec codec) {
		assertThat(roundTrip(codec, LocalDateTime.class, LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6)))
			.isEqualTo(LocalDateTime.of(2026, 1, 2, 3, 4, 5, 6));
		assertThat(roundTrip(codec, LocalTime.class, LocalTime.of(3, 4))).isEqualTo(LocalTime.of(3, 4));
		assertThat(roundTrip(codec, YearMonth.class, YearMonth.of(2026, 2))).isEqualTo(YearMonth.of(2026, 2));
		assertThat(roundTrip(codec, Period.class, Period.ofDays(3))).isEqualTo(Period.ofDays(3));
		assertThat(roundTrip(codec, Duration.class, Duration.ofSeconds(-5, 7))).isEqualTo(Duration.ofSeconds(-5, 7));
		assertThat(roundTrip(codec, Instant.class, Instant.MAX)).isEqualTo(Instant.MAX);
		assertThat(roundTrip(codec, Instant.class, Instant.MIN)).isEqualTo(Instant.MIN);
		assertThat(roundTrip(codec, ZoneId.class, ZoneId.of("Europe/Berlin"))).isEqualTo(ZoneId.of("Europe/Berlin"));
	}

	@Test
	void keepsZonesAndOffsets() {
		OffsetDateTime offset = OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(5));
		ZonedDateTime zoned = ZonedDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneId.of("Europe/Berlin"));
		for (PayloadCodec codec : List.of(CBOR, JSON)) {
			assertThat(roundTrip(codec, OffsetDateTime.class, offset)).isEqualTo(offset);
			assertThat(roundTrip(codec, ZonedDateTime.class, zoned)).isEqualTo(zoned);
		}
	}

	@Test
	void understandsTheDefaultsOfOtherMappers() {
		ValueCodec compact = CBOR.forType(Order.class);
		assertThat(compact.decode(new CBORMapper().writeValueAsBytes(ORDER))).isEqualTo(ORDER);
		assertThat(compact.encode(ORDER).length).isLessThan(new CBORMapper().writeValueAsBytes(ORDER).length);
	}

	@Test
	void voidHasNoPayload() {
		for (Type type : List.<Type>of(void.class, Void.class)) {
			ValueCodec codec = CBOR.forType(type);
			assertThat(codec.encode(null)).isEmpty();
			assertThat(codec.decode(new byte[0])).isNull();
			assertThat(codec.decode(new byte[] { 1, 2 })).as("a result that this end does not know yet").isNull();
		}
	}

	@Test
	void decodesAPartOfAnArray() {
		ValueCodec codec = CBOR.forType(String.class);
		byte[] value = codec.encode("abc");
		byte[] padded = new byte[value.length + 5];
		System.arraycopy(value, 0, padded, 2, value.length);
		assertThat(codec.decode(padded, 2, value.length)).isEqualTo("abc");
	}

	@Test
	void whenPropertyIsUnknownThenItIsIgnored() {
		assertThat(JSON.forType(Item.class).decode(utf8("{\"name\":\"pen\",\"count\":2,\"later\":{\"x\":[1]}}")))
			.isEqualTo(new Item("pen", 2));
	}

	@Test
	void whenPropertyIsMissingThenItHasItsDefault() {
		assertThat(JSON.forType(Item.class).decode(utf8("{\"name\":\"pen\"}"))).isEqualTo(new Item("pen", 0));
		Order order = (Order) Objects.requireNonNull(JSON.forType(Order.class).decode(utf8("{\"id\":\"x\"}")));
		assertThat(order.note()).isIn(Optional.empty(), null);
	}

	@Test
	void namesTypeAndPlaceOfWhatCannotBeDecoded() {
		ValueCodec codec = JSON.forType(Order.class);
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.decode(utf8("{\"items\":[{\"count\":1},{\"count\":\"many\"}]}")))
			.withMessageContaining("Cannot decode " + Order.class.getName() + " at $.items[1].count: ")
			.withMessageContaining("many");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.decode(utf8("{\"colour\":\"PINK\"}")))
			.withMessageContaining("$.colour")
			.withMessageContaining("DARK_RED");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.decode(new byte[0]))
			.withMessageContaining("Cannot decode " + Order.class.getName());
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JSON.forType(Positive.class).decode(utf8("{\"value\":-1}")))
			.withMessageContaining("-1 is not positive");
	}

	@Test
	void namesTypeAndPlaceOfWhatCannotBeEncoded() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> CBOR.forType(Broken.class).encode(new Broken(List.of(new Thrower()))))
			.withMessageContaining("Cannot encode " + Broken.class.getName() + " at $.throwers[0].value")
			.withMessageContaining("no value today");
		Loop loop = new Loop();
		loop.next = loop;
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CBOR.forType(Loop.class).encode(loop))
			.withMessageContaining("Cannot encode " + Loop.class.getName());
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CBOR.forType(Item.class).encode("text"))
			.withMessageContaining(Item.class.getName());
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CBOR.forType(int.class).encode(null))
			.withMessageContaining("Cannot encode int: null is no such value");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whenPrimitiveIsNullThenItIsRefused(PayloadCodec codec) {
		byte[] nothing = codec.forType(Integer.class).encode(null);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.forType(int.class).decode(nothing))
			.withMessageContaining("Cannot decode int");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void refusesBytesAfterTheValue(PayloadCodec codec) {
		ValueCodec strings = codec.forType(String.class);
		byte[] twice = concat(strings.encode("a"), strings.encode("b"));
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> strings.decode(twice))
			.withMessageContaining("java.lang.String");
		byte[] garbage = concat(codec.forType(Item.class).encode(new Item("a", 1)), new byte[] { (byte) 0xFF, 7 });
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> codec.forType(Item.class).decode(garbage));
	}

	@Test
	void refusesEveryTruncation() {
		ValueCodec codec = CBOR.forType(Order.class);
		byte[] bytes = codec.encode(ORDER);
		for (int length = 0; length < bytes.length; length++) {
			byte[] truncated = Arrays.copyOf(bytes, length);
			assertThatExceptionOfType(CodecException.class).as("%d bytes", length)
				.isThrownBy(() -> codec.decode(truncated));
		}
	}

	@Test
	void refusesHostileNesting() {
		byte[] arrays = new byte[100_000];
		Arrays.fill(arrays, (byte) 0x9F);
		byte[] objects = HexFormat.of().parseHex("BF6161".repeat(50_000));
		for (Type type : List.<Type>of(Item.class, Loop.class, int[].class)) {
			for (byte[] hostile : List.of(arrays, objects)) {
				assertThatExceptionOfType(CodecException.class).isThrownBy(() -> CBOR.forType(type).decode(hostile));
			}
		}
		byte[] json = utf8("{\"later\":" + "[".repeat(100_000));
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> JSON.forType(Item.class).decode(json))
			.withMessageContaining("nested deeper than 200 levels");
	}

	@Test
	void refusesHostileLengths() {
		for (String hostile : List.of("5B7FFFFFFFFFFFFFFF", "7B7FFFFFFFFFFFFFFF", "9B7FFFFFFFFFFFFFFF01",
				"5A7FFFFFFF00", "7A7FFFFFFF00", "9A7FFFFFFF00", "BA7FFFFFFF00", "C25A7FFFFFFF00")) {
			byte[] bytes = HexFormat.of().parseHex(hostile);
			for (Type type : List.<Type>of(Item.class, byte[].class, String.class, BigInteger.class, int[].class)) {
				assertThatExceptionOfType(CodecException.class).as("%s as %s", hostile, type)
					.isThrownBy(() -> CBOR.forType(type).decode(bytes));
			}
		}
	}

	@Test
	void refusesHostileNumbers() {
		byte[] digits = utf8("9".repeat(2000));
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> JSON.forType(BigInteger.class).decode(digits))
			.withMessageContaining("1000");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JSON.forType(BigInteger.class).decode(utf8("1e1000000000")));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JSON.forType(Duration.class).decode(utf8("1e-1000000000")));
	}

	@Test
	void acceptsLongStrings() {
		String text = "x".repeat(25_000_000);
		assertThat(roundTrip(CBOR, String.class, text)).isEqualTo(text);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void nothingOfOneValueReachesTheNext(PayloadCodec codec) {
		ValueCodec boxes = codec.forType(Box.class);
		Box box = new Box(new Numbered(7));
		byte[] first = boxes.encode(box);
		assertThat(boxes.encode(box)).as("not a reference to an object of an earlier payload").isEqualTo(first);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> boxes.encode(new Box(new Thrower())));
		assertThat(boxes.encode(box)).as("after a failure in the middle").isEqualTo(first);
		byte[] nested = boxes.encode(new Box(new Encoding(() -> boxes.encode(box))));
		assertThat(boxes.encode(new Box(new Encoding(() -> first)))).as("a serializer that encodes").isEqualTo(nested);
	}

	@Test
	void refusesMappersWithDefaultTyping() {
		CBORMapper mapper = CBORMapper.builder()
			.activateDefaultTyping(BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build(),
					DefaultTyping.NON_FINAL)
			.build();
		assertThatIllegalArgumentException().isThrownBy(() -> new JacksonPayloadCodec("cbor", "", mapper))
			.withMessageContaining("'cbor' has default typing")
			.withMessageContaining("remove activateDefaultTyping");
	}

	@Test
	void refusesClassNamesOfThePeer() {
		assertThatIllegalArgumentException().isThrownBy(() -> JSON.forType(ByClass.class))
			.withMessageContaining(
					"ByClass has @JsonTypeInfo(use = CLASS), which lets the peer choose classes; write use = NAME");
		assertThatIllegalArgumentException().isThrownBy(() -> JSON.forType(ByClassInside.class))
			.withMessageContaining("ByClassInside.list has @JsonTypeInfo(use = MINIMAL_CLASS)");
		assertThatIllegalArgumentException().isThrownBy(() -> JSON.forType(Object.class))
			.withMessageContaining("Object is of type Object, so that nobody knows what to decode; declare the type");
		assertThat(roundTrip(CBOR, Shape.class, new Circle(3))).isEqualTo(new Circle(3));
	}

	@Test
	void refusesTypesThatCannotBeCoded() {
		assertThatIllegalArgumentException().isThrownBy(() -> CBOR.forType(TwoCreators.class))
			.withMessageContaining("Values of " + TwoCreators.class.getName() + " cannot be coded as cbor");
		assertThatIllegalArgumentException().isThrownBy(() -> CBOR.forType(Unnamed.class))
			.withMessageContaining("the type is abstract")
			.withMessageContaining("@JsonSubTypes");
		assertThatIllegalArgumentException().isThrownBy(() -> CBOR.forType(UncheckedIOException.class))
			.withMessageContaining("no constructor that takes nothing, the message, or its properties");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void exceptionsTravelAsMessageAndOwnProperties(PayloadCodec codec) {
		ByCreator creator = new ByCreator("acct", new BigDecimal("7.50"));
		ByCreator byCreator = (ByCreator) roundTripThrowable(codec, ByCreator.class, creator);
		assertThat(byCreator.getAccount()).isEqualTo("acct");
		assertThat(byCreator.getMissing()).isEqualTo(new BigDecimal("7.50"));
		assertThat(byCreator).hasMessage(creator.getMessage()).hasNoCause();

		ByNames byNames = (ByNames) roundTripThrowable(codec, ByNames.class, new ByNames("sku", 3));
		assertThat(byNames).hasMessage("sku: only 3 left");
		assertThat(byNames.getSku()).isEqualTo("sku");
		assertThat(byNames.getLeft()).isEqualTo(3);

		BySetter original = new BySetter("late");
		original.setMinutes(5);
		BySetter bySetter = (BySetter) roundTripThrowable(codec, BySetter.class, original);
		assertThat(bySetter).hasMessage("late");
		assertThat(bySetter.getMinutes()).isEqualTo(5);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void exceptionsNeedNoSpecialConstructor(PayloadCodec codec) {
		assertThat(roundTripThrowable(codec, ByString.class, new ByString("why"))).hasMessage("why");
		assertThat(roundTripThrowable(codec, ByNothing.class, new ByNothing())).hasMessage("always the same");
		assertThat(roundTripThrowable(codec, ByBoth.class, new ByBoth("why", new IOException("inner"))))
			.hasMessage("why")
			.hasNoCause();
		assertThat(roundTripThrowable(codec, IOException.class, new IOException("disk full"))).hasMessage("disk full");
		assertThat(roundTripThrowable(codec, IOException.class, new IOException())).hasMessage(null);
		assertThat(roundTripThrowable(codec, IllegalStateException.class, new IllegalStateException("off")))
			.hasMessage("off");
		assertThat(roundTripThrowable(codec, Wrapping.class, new Wrapping("why", null))).hasMessage("why");
		assertThat(roundTripThrowable(codec, Typed.class, new Typed(Colour.GREEN, "why"))).hasMessage("why")
			.extracting("colour")
			.isEqualTo(Colour.GREEN);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void onlyTheDeclaredExceptionIsEverMade(PayloadCodec codec) {
		Throwable decoded = roundTripThrowable(codec, ByString.class, new ByStringChild("why"));
		assertThat(decoded).isExactlyInstanceOf(ByString.class).hasMessage("why").hasNoSuppressedExceptions();
	}

	@Test
	void exceptionsTravelWithoutWhatIsOfUseLocallyOnly() {
		ByString exception = new ByString("why");
		exception.initCause(new IOException("secret cause"));
		exception.addSuppressed(new IOException("secret suppressed"));
		String json = new String(JSON.forType(ByString.class).encode(exception), StandardCharsets.UTF_8);
		assertThat(json).isEqualTo("{\"message\":\"why\"}");
	}

	private static Throwable roundTripThrowable(PayloadCodec codec, Class<? extends Throwable> type, Throwable value) {
		Throwable decoded = (Throwable) Objects.requireNonNull(roundTrip(codec, type, value));
		assertThat(decoded).isExactlyInstanceOf(type);
		return decoded;
	}

	private static @Nullable Object roundTrip(PayloadCodec codec, Type type, @Nullable Object value) {
		ValueCodec values = codec.forType(type);
		return values.decode(values.encode(value));
	}

	private static Type type(TypeReference<?> reference) {
		return reference.getType();
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] concat(byte[] one, byte[] other) {
		byte[] both = Arrays.copyOf(one, one.length + other.length);
		System.arraycopy(other, 0, both, one.length, other.length);
		return both;
	}

	enum Colour {

		DARK_RED, GREEN

	}

	record Item(String name, int count) {
	}

	record Order(String id, List<Item> items, BigDecimal total, Optional<String> note, Instant at, LocalDate day,
			Duration within, Colour colour, Map<String, Long> tags, @Nullable String remark) {
	}

	record Page<T>(List<T> content, int total) {
	}

	record Positive(int value) {

		Positive {
			if (value < 0) {
				throw new IllegalArgumentException(value + " is not positive");
			}
		}

	}

	record Broken(List<Thrower> throwers) {
	}

	static final class Thrower {

		public int getValue() {
			throw new IllegalStateException("no value today");
		}

	}

	static final class Loop {

		public @Nullable Loop next;

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	static class ByClass {

		public int x;

	}

	record ByClassInside(@JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS) List<Item> list) {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
	interface Shape {

	}

	interface Unnamed {

		int radius();

	}

	record Circle(int radius) implements Shape {
	}

	static final class TwoCreators {

		@JsonCreator
		TwoCreators(@JsonProperty("a") int a) {
		}

		@JsonCreator
		TwoCreators(@JsonProperty("a") int a, @JsonProperty("b") int b) {
		}

	}

	static class ByCreator extends Exception {

		private static final long serialVersionUID = 1L;

		private final String account;

		private final BigDecimal missing;

		@JsonCreator
		ByCreator(@JsonProperty("account") String account, @JsonProperty("missing") BigDecimal missing) {
			super(account + " misses " + missing);
			this.account = account;
			this.missing = missing;
		}

		public String getAccount() {
			return this.account;
		}

		public BigDecimal getMissing() {
			return this.missing;
		}

	}

	public static class ByNames extends Exception {

		private static final long serialVersionUID = 1L;

		private final String sku;

		private final int left;

		public ByNames(String sku, int left) {
			super(sku + ": only " + left + " left");
			this.sku = sku;
			this.left = left;
		}

		public String getSku() {
			return this.sku;
		}

		public int getLeft() {
			return this.left;
		}

	}

	public static class BySetter extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private int minutes;

		public BySetter(String message) {
			super(message);
		}

		public int getMinutes() {
			return this.minutes;
		}

		public void setMinutes(int minutes) {
			this.minutes = minutes;
		}

	}

	public static class ByString extends Exception {

		private static final long serialVersionUID = 1L;

		public ByString(String message) {
			super(message);
		}

	}

	public static class ByStringChild extends ByString {

		private static final long serialVersionUID = 1L;

		public ByStringChild(String message) {
			super(message);
		}

		public int getExtra() {
			return 1;
		}

	}

	public static class ByNothing extends Exception {

		private static final long serialVersionUID = 1L;

		public ByNothing() {
			super("always the same");
		}

	}

	public static class ByBoth extends Exception {

		private static final long serialVersionUID = 1L;

		public ByBoth() {
		}

		public ByBoth(String text) {
			super(text);
		}

		public ByBoth(String text, Throwable reason) {
			super(text, reason);
		}

		public ByBoth(Throwable reason) {
			super(reason);
		}

	}

	public static class Wrapping extends Exception {

		private static final long serialVersionUID = 1L;

		public Wrapping(String message, @Nullable Throwable cause) {
			super(message, cause);
		}

	}

	public static class Typed extends Exception {

		private static final long serialVersionUID = 1L;

		private final Colour colour;

		public Typed(Colour colour, String message) {
			super(message);
			this.colour = colour;
		}

		public Colour getColour() {
			return this.colour;
		}

	}

	@JsonSerialize(using = BoxSerializer.class)
	@JsonDeserialize(using = BoxDeserializer.class)
	record Box(Object content) {
	}

	static final class BoxSerializer extends ValueSerializer<Box> {

		@Override
		public void serialize(Box box, JsonGenerator generator, SerializationContext context) {
			generator.writeStartObject();
			generator.writePOJOProperty("content", box.content());
			generator.writeEndObject();
		}

	}

	static final class BoxDeserializer extends ValueDeserializer<Box> {

		@Override
		public Box deserialize(JsonParser parser, DeserializationContext context) {
			return new Box(parser.readValueAsTree());
		}

	}

	@JsonIdentityInfo(generator = ObjectIdGenerators.PropertyGenerator.class, property = "id")
	record Numbered(int id) {
	}

	record Encoding(@JsonIgnore Supplier<byte[]> work) {

		public byte[] getBytes() {
			return this.work.get();
		}

	}

}
