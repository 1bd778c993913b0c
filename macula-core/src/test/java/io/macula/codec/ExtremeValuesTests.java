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

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Currency;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.TypeFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a value of the JDK is, it arrives as it was sent or is not sent: in each
 * place, with each codec, as far as its type goes.
 */
class ExtremeValuesTests {

	private static final TypeFactory TYPES = new JsonMapper().getTypeFactory();

	private static final List<PayloadCodec> CODECS = List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());

	/** A type with a value of it. */
	record Sample(Type type, Object value, boolean key) {

		@Override
		public String toString() {
			String text = String.valueOf(this.value);
			return this.type.getTypeName() + " " + text.length() + ": "
					+ text.substring(0, Math.min(100, text.length()));
		}

	}

	record Box<T>(T value) {

	}

	@Property(tries = 4000)
	void arrivesAsItWasSentOrIsNotSent(@ForAll("samples") Sample sample) {
		for (PayloadCodec codec : CODECS) {
			check(codec, sample.type(), sample.value());
			check(codec, TYPES.constructParametricType(Box.class, TYPES.constructType(sample.type())),
					new Box<>(sample.value()));
			check(codec, TYPES.constructCollectionType(List.class, TYPES.constructType(sample.type())),
					List.of(sample.value()));
			if (sample.key()) {
				Map<Object, String> map = new LinkedHashMap<>();
				map.put(sample.value(), "v");
				check(codec, TYPES.constructMapType(Map.class, TYPES.constructType(sample.type()),
						TYPES.constructType(String.class)), map);
			}
		}
	}

	private static void check(PayloadCodec codec, Type type, Object value) {
		ValueCodec values = codec.forType(type);
		byte[] bytes;
		try {
			bytes = values.encode(value);
		}
		catch (CodecException ex) {
			assertThat(ex.getMessage()).startsWith("Cannot encode ").contains(" at $");
			return;
		}
		Object decoded = values.decode(bytes);
		assertThat(same(value, decoded)).as("%s of %s with %s", decoded, type, codec).isTrue();
	}

	private static boolean same(@Nullable Object one, @Nullable Object other) {
		if (one instanceof Box<?> box && other instanceof Box<?> arrived) {
			return Objects.deepEquals(box.value(), arrived.value());
		}
		return Objects.deepEquals(one, other) || one instanceof List<?> list && other instanceof List<?> arrived
				&& Objects.deepEquals(list.toArray(), arrived.toArray());
	}

	@Provide
	Arbitrary<Sample> samples() {
		return Arbitraries.oneOf(numbers(), texts(), dates(), others());
	}

	private static Arbitrary<Sample> of(Type type, Arbitrary<?> values) {
		return values.map((value) -> new Sample(type, value, true));
	}

	private static Arbitrary<Sample> noKey(Type type, Arbitrary<?> values) {
		return values.map((value) -> new Sample(type, value, false));
	}

	private static Arbitrary<BigInteger> integers() {
		Arbitrary<BigInteger> small = Arbitraries.bigIntegers();
		Arbitrary<BigInteger> large = Combinators
			.combine(Arbitraries.integers().between(0, 34_000), Arbitraries.integers().between(-2, 2),
					Arbitraries.of(1, -1))
			.as((bits, more,
					sign) -> BigInteger.TWO.pow(bits).add(BigInteger.valueOf(more)).multiply(BigInteger.valueOf(sign)));
		Arbitrary<BigInteger> atBounds = Combinators
			.combine(Arbitraries.of(975, 985, 990, 1000, 2390, 2400, 2408, 9999),
					Arbitraries.integers().between(-12, 12), Arbitraries.of(1, -1))
			.as((digits, more, sign) -> BigInteger.TEN.pow(digits + more)
				.subtract(BigInteger.ONE)
				.multiply(BigInteger.valueOf(sign)));
		return Arbitraries.oneOf(small, large, atBounds);
	}

	private static Arbitrary<Integer> scales() {
		return Arbitraries.oneOf(Arbitraries.integers(), Arbitraries.integers().between(-2000, 2000),
				Arbitraries.of(Integer.MIN_VALUE, Integer.MIN_VALUE + 1, Integer.MAX_VALUE, Integer.MAX_VALUE - 1));
	}

	private static Arbitrary<Sample> numbers() {
		return Arbitraries.oneOf(of(Byte.class, Arbitraries.bytes()), of(Short.class, Arbitraries.shorts()),
				of(Integer.class, Arbitraries.integers()), of(Long.class, Arbitraries.longs()),
				of(Float.class,
						Arbitraries.integers().map(Float::intBitsToFloat).map((f) -> f.isNaN() ? Float.NaN : f)),
				of(Double.class,
						Arbitraries.longs().map(Double::longBitsToDouble).map((d) -> d.isNaN() ? Double.NaN : d)),
				of(Float.class, Arbitraries.of(Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE)),
				of(Double.class, Arbitraries.of(Double.NaN, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE)),
				of(BigInteger.class, integers()),
				of(BigDecimal.class, Combinators.combine(integers(), scales()).as(BigDecimal::new)),
				noKey(OptionalInt.class, Arbitraries.integers().map(OptionalInt::of)),
				noKey(OptionalLong.class, Arbitraries.longs().map(OptionalLong::of)),
				noKey(OptionalDouble.class, Arbitraries.doubles().map(OptionalDouble::of)));
	}

	private static Arbitrary<String> strings() {
		Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(40);
		Arbitrary<String> long_ = Combinators
			.combine(Arbitraries.of("a", "\u00e4", "\u20ac", "\uD83D\uDE00", "\"", "\u0001", "ab\u20ac"),
					Arbitraries.of(1, 63, 64, 255, 256, 2490, 2500, 3333, 4990, 5000, 9990, 9999, 10_000, 10_001,
							10_100, 65_535, 65_536, 100_001),
					Arbitraries.integers().between(-8, 8))
			.as((text, count, more) -> text.repeat(Math.max(0, count + more)));
		return Arbitraries.oneOf(any, long_);
	}

	private static Arbitrary<Sample> texts() {
		return Arbitraries.oneOf(of(String.class, strings()), of(String.class, strings()),
				of(Character.class, Arbitraries.chars().all()),
				of(Character.class, Arbitraries.of('\0', '\uD800', '\uDC00', '\uFFFF')),
				of(URI.class,
						Arbitraries.integers().between(1, 12_000).map((n) -> URI.create("http://a/" + "b".repeat(n)))),
				of(UUID.class, Combinators.combine(Arbitraries.longs(), Arbitraries.longs()).as(UUID::new)),
				of(Locale.class, Arbitraries.of(Locale.getAvailableLocales())),
				of(Currency.class, Arbitraries.of(Currency.getAvailableCurrencies())),
				noKey(byte[].class, Arbitraries.bytes().array(byte[].class).ofMaxSize(70_000)),
				noKey(char[].class, Arbitraries.chars().all().array(char[].class).ofMaxSize(50)),
				noKey(BitSet.class, Arbitraries.longs().array(long[].class).ofMaxSize(50).map(BitSet::valueOf)),
				noKey(TYPES.constructReferenceType(Optional.class, TYPES.constructType(String.class)),
						strings().map(Optional::of)));
	}

	private static Arbitrary<Integer> years() {
		return Arbitraries.oneOf(Arbitraries.integers().between(Year.MIN_VALUE, Year.MAX_VALUE),
				Arbitraries.integers().between(-20_000, 20_000), Arbitraries.of(Year.MIN_VALUE, -10_000, -9_999, -1000,
						-999, -1, 0, 1, 999, 1000, 9_999, 10_000, Year.MAX_VALUE));
	}

	private static Arbitrary<LocalDate> localDates() {
		return Combinators.combine(years(), Arbitraries.integers().between(1, 365)).as(LocalDate::ofYearDay);
	}

	private static Arbitrary<LocalTime> localTimes() {
		return Arbitraries.oneOf(Arbitraries.longs().between(0, 86_399_999_999_999L).map(LocalTime::ofNanoOfDay),
				Arbitraries.of(LocalTime.MIN, LocalTime.MAX, LocalTime.NOON, LocalTime.of(1, 2, 3),
						LocalTime.of(1, 2, 3, 4_000_000)));
	}

	private static Arbitrary<LocalDateTime> localDateTimes() {
		return Combinators.combine(localDates(), localTimes()).as(LocalDateTime::of);
	}

	private static Arbitrary<ZoneOffset> offsets() {
		return Arbitraries.oneOf(Arbitraries.integers().between(-18 * 3600, 18 * 3600).map(ZoneOffset::ofTotalSeconds),
				Arbitraries.of(ZoneOffset.MIN, ZoneOffset.MAX, ZoneOffset.UTC));
	}

	private static Arbitrary<ZoneId> zones() {
		return Arbitraries.oneOf(Arbitraries.of(ZoneId.getAvailableZoneIds()).map(ZoneId::of), offsets(),
				Combinators.combine(Arbitraries.of("GMT", "UTC", "UT"), offsets()).as(ZoneId::ofOffset));
	}

	private static Arbitrary<Sample> dates() {
		Arbitrary<Long> seconds = Arbitraries.oneOf(
				Arbitraries.longs().between(Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond()),
				Arbitraries.longs().between(-10, 10));
		Arbitrary<Long> nanos = Arbitraries.longs().between(0, 999_999_999);
		return Arbitraries.oneOf(of(Instant.class, Combinators.combine(seconds, nanos).as(Instant::ofEpochSecond)),
				of(Instant.class, Arbitraries.of(Instant.MIN, Instant.MAX, Instant.EPOCH)),
				of(LocalDate.class, localDates()), of(LocalTime.class, localTimes()),
				of(LocalDateTime.class, localDateTimes()),
				of(OffsetDateTime.class, Combinators.combine(localDateTimes(), offsets()).as(OffsetDateTime::of)),
				of(OffsetTime.class, Combinators.combine(localTimes(), offsets()).as(OffsetTime::of)),
				of(ZonedDateTime.class, Combinators.combine(localDateTimes(), zones()).as(ExtremeValuesTests::zoned)),
				of(ZoneId.class, zones()), of(ZoneOffset.class, offsets()), of(Year.class, years().map(Year::of)),
				of(YearMonth.class,
						Combinators.combine(years(), Arbitraries.integers().between(1, 12)).as(YearMonth::of)),
				of(MonthDay.class, localDates().map(MonthDay::from)),
				of(Period.class,
						Combinators.combine(Arbitraries.integers(), Arbitraries.integers(), Arbitraries.integers())
							.as(Period::of)),
				of(Duration.class, Combinators.combine(Arbitraries.longs(), nanos).as(Duration::ofSeconds)),
				of(Duration.class,
						Arbitraries.of(Duration.ZERO, Duration.ofSeconds(Long.MIN_VALUE),
								Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), Duration.ofSeconds(-1, 1))),
				of(Date.class, Arbitraries.longs().map(Date::new)),
				of(Date.class, Arbitraries.integers().map((i) -> new Date(i * 1000L))));
	}

	/** At the ends of time some zones have no local time. */
	private static ZonedDateTime zoned(LocalDateTime local, ZoneId zone) {
		try {
			return local.atZone(zone);
		}
		catch (java.time.DateTimeException ex) {
			return LocalDateTime.MIN.plusYears(10).atZone(ZoneOffset.UTC);
		}
	}

	private static Arbitrary<Sample> others() {
		return Arbitraries.oneOf(of(Boolean.class, Arbitraries.of(true, false)),
				of(java.time.Month.class, Arbitraries.of(java.time.Month.values())),
				of(java.time.DayOfWeek.class, Arbitraries.of(java.time.DayOfWeek.values())));
	}

}
