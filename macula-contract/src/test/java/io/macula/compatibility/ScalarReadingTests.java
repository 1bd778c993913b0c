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

package io.macula.compatibility;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import io.macula.codec.CodecException;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.codec.PayloadCodec;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Asks the codecs: each value of each type, written as that and read as each other type.
 */
class ScalarReadingTests {

	private static final Map<Class<?>, List<?>> VALUES = new LinkedHashMap<>();

	static {
		VALUES.put(Byte.class, List.of((byte) 0, Byte.MIN_VALUE, Byte.MAX_VALUE));
		VALUES.put(Short.class, List.of((short) 7, Short.MIN_VALUE, Short.MAX_VALUE));
		VALUES.put(Integer.class, List.of(7, Integer.MIN_VALUE, Integer.MAX_VALUE));
		VALUES.put(Long.class, List.of(7L, Long.MIN_VALUE, Long.MAX_VALUE));
		VALUES.put(BigInteger.class, List.of(BigInteger.ONE, BigInteger.TWO.pow(200).subtract(BigInteger.ONE)));
		VALUES.put(Float.class, List.of(1f, 0.1f, -3.5f, Float.MAX_VALUE));
		VALUES.put(Double.class, List.of(1d, 0.1, -3.5, Double.MAX_VALUE));
		VALUES.put(BigDecimal.class, List.of(BigDecimal.ONE, new BigDecimal("0.1234567890123456789012345")));
		VALUES.put(Boolean.class, List.of(true, false));
		VALUES.put(Character.class, List.of('a', '7', '\u00e4'));
		VALUES.put(String.class, List.of("", "a", "7", "true", "two words", "2020-01-01"));
		VALUES.put(Color.class, List.of(Color.RED));
		VALUES.put(UUID.class, List.of(new UUID(1, 2)));
		VALUES.put(URI.class, List.of(URI.create("a:b")));
		VALUES.put(Locale.class, List.of(Locale.GERMANY));
		VALUES.put(Currency.class, List.of(Currency.getInstance("EUR")));
		VALUES.put(ZoneId.class, List.of(ZoneId.of("Europe/Paris")));
		VALUES.put(ZoneOffset.class, List.of(ZoneOffset.ofHours(2)));
		VALUES.put(Instant.class, List.of(Instant.parse("2020-01-01T00:00:00.123456789Z")));
		VALUES.put(LocalDate.class, List.of(LocalDate.of(2020, 1, 2)));
		VALUES.put(Duration.class, List.of(Duration.ofMillis(1234)));
		VALUES.put(Period.class, List.of(Period.ofDays(3)));
		VALUES.put(byte[].class, List.of(new byte[] { 1, 2, 3 }));
	}

	@Test
	void whatIsCalledReadableArrives() {
		List<String> wrong = new ArrayList<>();
		forEachPair((written, read) -> {
			if (ScalarReading.of(name(written), name(read)) == null) {
				VALUES.get(written).forEach((value) -> {
					for (PayloadCodec codec : List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json())) {
						String arrived = arrived(codec, value, written, read);
						if (!text(value).equals(arrived)) {
							wrong.add(name(written) + " " + text(value) + " read as " + name(read) + " by "
									+ codec.name() + " is " + arrived);
						}
					}
				});
			}
		});
		assertThat(wrong).isEmpty();
	}

	/** By one codec at least, since the peer may use either. */
	@Test
	void ofWhatIsCalledBrokenSomeValueDoesNotArrive() {
		List<String> wrong = new ArrayList<>();
		forEachPair((written, read) -> {
			String effect = ScalarReading.of(name(written), name(read));
			if (effect == null) {
				return;
			}
			boolean arrive = VALUES.get(written)
				.stream()
				.allMatch((value) -> text(value).equals(arrived(JacksonPayloadCodec.cbor(), value, written, read))
						&& text(value).equals(arrived(JacksonPayloadCodec.json(), value, written, read)));
			// A URI takes nearly any text; that is no meaning that arrives.
			boolean chance = read == URI.class || (written == Boolean.class && read == Locale.class);
			if (arrive && !chance) {
				wrong.add(name(written) + " as " + name(read) + ": " + effect);
			}
		});
		assertThat(wrong).isEmpty();
	}

	private interface Pair {

		void of(Class<?> written, Class<?> read);

	}

	private static void forEachPair(Pair pair) {
		VALUES.keySet().forEach((written) -> VALUES.keySet().forEach((read) -> pair.of(written, read)));
	}

	private static String name(Class<?> type) {
		return type.isEnum() ? ScalarReading.ENUM : type.getSimpleName();
	}

	private static String arrived(PayloadCodec codec, Object value, Type written, Type read) {
		try {
			return text(codec.forType(read).decode(codec.forType(written).encode(value)));
		}
		catch (CodecException ex) {
			return "refused";
		}
	}

	private static String text(Object value) {
		if (value instanceof byte[] bytes) {
			return Arrays.toString(bytes);
		}
		if (value instanceof Float || value instanceof Double) {
			if (Double.isInfinite(((Number) value).doubleValue())) {
				return "infinite";
			}
			return new BigDecimal(((Number) value).doubleValue()).stripTrailingZeros().toPlainString();
		}
		if (value instanceof BigDecimal number) {
			return number.stripTrailingZeros().toPlainString();
		}
		if (value instanceof Number number) {
			return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
		}
		return (value instanceof Locale locale) ? locale.toLanguageTag() : String.valueOf(value);
	}

	enum Color {

		RED

	}

}
