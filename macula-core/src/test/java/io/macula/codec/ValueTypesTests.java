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

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Properties;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.TypeFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Proves the outcome of each type of the JDK, in each place, with each codec, and writes
 * the table in docs/contracts.md: with {@code -Dmacula.docs.write=true} instead of
 * comparing it.
 */
class ValueTypesTests {

	private static final Path DOCUMENT = Stream.of("docs", "../docs")
		.map((docs) -> Path.of(docs, "contracts.md"))
		.filter(Files::exists)
		.findFirst()
		.orElseThrow();

	private static final String BEGIN = "<!-- types: written by ValueTypesTests -->";

	private static final String END = "<!-- types: end -->";

	private static final TypeFactory TYPES = new JsonMapper().getTypeFactory();

	private static final List<PayloadCodec> CODECS = List.of(JacksonPayloadCodec.cbor(), JacksonPayloadCodec.json());

	private static final LocalDateTime NANOS = LocalDateTime.of(2026, 10, 25, 2, 30, 5, 123_456_789);

	private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

	static Stream<Row> exact() {
		return rows().filter((row) -> row.refused == null);
	}

	static Stream<Row> refused() {
		return rows().filter((row) -> row.refused != null);
	}

	@SuppressWarnings("deprecation")
	private static Stream<Row> rows() {
		return Stream.of(exact("`boolean`, `Boolean`", boolean.class, true, false).key(Boolean.class, true),
				exact("`byte`, `short`, `int`, `long` and their classes", long.class, Long.MIN_VALUE, 0L,
						Long.MAX_VALUE)
					.also(byte.class, (byte) -1)
					.also(short.class, Short.MIN_VALUE)
					.also(int.class, Integer.MAX_VALUE)
					.key(Long.class, Long.MIN_VALUE),
				exact("`char`, `Character`", char.class, 'x', (char) 0, 'ä').key(Character.class, 'x'),
				exact("`float`, `Float`", float.class, Float.NaN, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE, 0.1f)
					.key(Float.class, 0.1f),
				exact("`double`, `Double`", double.class, Double.NaN, Double.NEGATIVE_INFINITY, -0.0, Double.MIN_VALUE,
						1e23)
					.key(Double.class, 1e23),
				exact("`BigInteger`", BigInteger.class, BigInteger.TWO.pow(64), BigInteger.TEN.pow(900).negate())
					.key(BigInteger.class, BigInteger.TEN.pow(900))
					.note("up to 990 digits in JSON and as a key, 2,400 in CBOR, refused at the call beyond"),
				exact("`BigDecimal`", BigDecimal.class, new BigDecimal("1.10"), new BigDecimal("1E+3"),
						new BigDecimal("0.000"), new BigDecimal(BigInteger.TEN.pow(900), 5))
					.key(BigDecimal.class, new BigDecimal("1.10"))
					.note("with its scale; up to 980 digits in JSON and as a key, 2,390 in CBOR; its scale is -9,999 to 9,999; refused at the call beyond"),
				exact("`String`", String.class, "", "gr\u00fc\u00dfe \uD83D\uDE00", "\u0000\n\"")
					.key(String.class, "a b")
					.note("half of a surrogate pair is refused at the call, and a key of more than 10,000 bytes"),
				exact("any `enum`", Colour.class, Colour.RED).key(Colour.class, Colour.RED)
					.note("by the constant's `name()`, whatever its `toString()` says"),
				exact("`UUID`", UUID.class, new UUID(-1, 2)).key(UUID.class, new UUID(-1, 2)),
				exact("`URI`", URI.class, URI.create("http://a/b?c=%20#d"), URI.create("")).key(URI.class,
						URI.create("urn:a")),
				exact("`Locale`", Locale.class, Locale.GERMANY, Locale.ROOT, Locale.forLanguageTag("zh-Hans-CN"),
						Locale.forLanguageTag("de-DE-u-co-phonebk"), new Locale("ja", "JP", "JP"))
					.key(Locale.class, Locale.forLanguageTag("zh-Hans-CN"))
					.note("one that is no language tag (`no_NO_NY`) is refused at the call"),
				exact("`Currency`", Currency.class, Currency.getInstance("EUR")).key(Currency.class,
						Currency.getInstance("EUR")),
				exact("`BitSet`", BitSet.class, BitSet.valueOf(new long[] { 0, 64 }), new BitSet()),
				exact("`Instant`", Instant.class, Instant.MIN, Instant.MAX, NANOS.toInstant(ZoneOffset.UTC))
					.key(Instant.class, Instant.MAX),
				exact("`LocalDate`, `LocalTime`, `LocalDateTime`", LocalDateTime.class, LocalDateTime.MIN,
						LocalDateTime.MAX, NANOS)
					.also(LocalDate.class, LocalDate.MIN)
					.also(LocalTime.class, LocalTime.MAX)
					.key(LocalDate.class, LocalDate.MAX),
				exact("`OffsetDateTime`, `OffsetTime`", OffsetDateTime.class, OffsetDateTime.MIN, OffsetDateTime.MAX,
						NANOS.atOffset(ZoneOffset.ofTotalSeconds(3723)))
					.also(OffsetTime.class, OffsetTime.MIN)
					.key(OffsetDateTime.class, NANOS.atOffset(ZoneOffset.ofHours(5)))
					.note("with offset and nanoseconds"),
				exact("`ZonedDateTime`", ZonedDateTime.class, NANOS.atZone(BERLIN).withLaterOffsetAtOverlap(),
						NANOS.atZone(BERLIN).withEarlierOffsetAtOverlap(), NANOS.atZone(ZoneId.of("UTC")),
						NANOS.atZone(ZoneOffset.UTC))
					.key(ZonedDateTime.class, NANOS.atZone(BERLIN))
					.note("with zone and nanoseconds, also in the hour that comes twice"),
				exact("`ZoneId`, `ZoneOffset`", ZoneId.class, BERLIN, ZoneId.of("UTC"), ZoneId.of("GMT0"),
						ZoneOffset.UTC)
					.also(ZoneOffset.class, ZoneOffset.ofTotalSeconds(3723))
					.key(ZoneId.class, BERLIN),
				exact("`Year`, `YearMonth`, `MonthDay`, `Month`, `DayOfWeek`", YearMonth.class, YearMonth.of(-5, 1))
					.also(Year.class, Year.of(Year.MAX_VALUE))
					.also(MonthDay.class, MonthDay.of(2, 29))
					.also(Month.class, Month.MAY)
					.also(DayOfWeek.class, DayOfWeek.FRIDAY)
					.key(YearMonth.class, YearMonth.of(2026, 2)),
				exact("`Period`, `Duration`", Duration.class, Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
						Duration.ofSeconds(-5, 7))
					.also(Period.class, Period.of(1, -2, 3))
					.key(Duration.class, Duration.ofSeconds(-5, 7))
					.note("in CBOR one of -2^63 seconds is refused at the call"),
				exact("`java.util.Date`", Date.class, new Date(Long.MIN_VALUE), new Date(1))
					.key(Date.class, new Date(1))
					.note("to the millisecond; a `java.sql.Timestamp` arrives as that"),
				exact("`Optional` of a value", type(new TypeReference<Optional<UUID>>() {
				}), Optional.empty(), Optional.of(new UUID(1, 2)))
					.note("where a null stands for an `Optional`, an empty one arrives"),
				exact("`OptionalInt`, `OptionalLong`, `OptionalDouble`", OptionalLong.class, OptionalLong.empty(),
						OptionalLong.of(Long.MIN_VALUE))
					.also(OptionalInt.class, OptionalInt.of(1))
					.also(OptionalDouble.class, OptionalDouble.of(Double.NaN)),
				exact("arrays of these, also of several dimensions", byte[].class, new byte[] { 0, -1 }, new byte[0])
					.also(int[].class, new int[] { 1 })
					.also(float[].class, new float[] { Float.NaN })
					.also(char[].class, new char[] { 'a' })
					.also(boolean[].class, new boolean[] { true })
					.also(String[].class, (Object) new @Nullable String[] { "a", null })
					.also(Instant[].class, (Object) new Instant[] { Instant.MAX })
					.also(byte[][].class, (Object) new byte[][] { { 1 }, {} }),
				exact("`Collection`, `List`, `ArrayList`, `LinkedList`, `CopyOnWriteArrayList`",
						type(new TypeReference<List<UUID>>() {
						}), new ArrayList<>(Arrays.asList(new UUID(1, 2), null)), List.of())
					.also(type(new TypeReference<Collection<String>>() {
					}), List.of("a"))
					.also(type(new TypeReference<LinkedList<String>>() {
					}), new LinkedList<>(List.of("a")))
					.also(type(new TypeReference<ArrayList<Integer>>() {
					}), new ArrayList<>(List.of(1)))
					.also(type(new TypeReference<CopyOnWriteArrayList<Integer>>() {
					}), new CopyOnWriteArrayList<>(List.of(1)))
					.note("whatever `List` is passed: its elements are what the contract declares"),
				exact("`Set`, `HashSet`, `LinkedHashSet`, `EnumSet`", type(new TypeReference<Set<UUID>>() {
				}), Set.of(new UUID(1, 2))).also(type(new TypeReference<HashSet<String>>() {
				}), new HashSet<>(Set.of("a"))).also(type(new TypeReference<LinkedHashSet<String>>() {
				}), new LinkedHashSet<>(Set.of("a"))).also(type(new TypeReference<EnumSet<Colour>>() {
				}), EnumSet.of(Colour.RED)),
				exact("`SortedSet`, `NavigableSet`, `TreeSet`", type(new TypeReference<SortedSet<String>>() {
				}), new TreeSet<>(Set.of("b", "a"))).also(type(new TypeReference<NavigableSet<Integer>>() {
				}), new TreeSet<>(Set.of(2, 1))).also(type(new TypeReference<TreeSet<Integer>>() {
				}), new TreeSet<>(Set.of(2, 1))).note("in natural order; one with a comparator is refused at the call"),
				exact("`Queue`, `Deque`, `ArrayDeque`", type(new TypeReference<Queue<Integer>>() {
				}), new LinkedList<>(List.of(1, 2))).also(type(new TypeReference<Deque<Integer>>() {
				}), new ArrayDeque<>(List.of(1, 2))).also(type(new TypeReference<ArrayDeque<Integer>>() {
				}), new ArrayDeque<>(List.of(1, 2))),
				exact("`Map`, `HashMap`, `LinkedHashMap`, `ConcurrentMap`, `ConcurrentHashMap`, `EnumMap`",
						type(new TypeReference<Map<UUID, Instant>>() {
						}), Map.of(new UUID(1, 2), Instant.MAX))
					.also(type(new TypeReference<HashMap<String, Integer>>() {
					}), new HashMap<>(Map.of("a", 1)))
					.also(type(new TypeReference<LinkedHashMap<String, Integer>>() {
					}), new LinkedHashMap<>(Map.of("a", 1)))
					.also(type(new TypeReference<ConcurrentMap<String, Integer>>() {
					}), new ConcurrentHashMap<>(Map.of("a", 1)))
					.also(type(new TypeReference<ConcurrentHashMap<String, Integer>>() {
					}), new ConcurrentHashMap<>(Map.of("a", 1)))
					.also(type(new TypeReference<EnumMap<Colour, Integer>>() {
					}), new EnumMap<>(Map.of(Colour.RED, 1)))
					.note("keys as in the column \"key\", or of one text by `@JsonValue` and `@JsonCreator`"),
				exact("`SortedMap`, `NavigableMap`, `TreeMap`", type(new TypeReference<SortedMap<String, Integer>>() {
				}), new TreeMap<>(Map.of("b", 1, "a", 2)))
					.also(type(new TypeReference<NavigableMap<Integer, Integer>>() {
					}), new TreeMap<>(Map.of(2, 1)))
					.also(type(new TypeReference<TreeMap<Integer, Integer>>() {
					}), new TreeMap<>(Map.of(2, 1)))
					.note("in natural order; one with a comparator is refused at the call"),
				refused("`Object`, `?`, and with them `Map<String, Object>`", Object.class, "declare the type")
					.also(type(new TypeReference<Map<String, Object>>() {
					})),
				refused("`Number`", Number.class, "use int, long, double, BigInteger or BigDecimal"),
				refused("`CharSequence`, `StringBuilder`, `StringBuffer`", StringBuilder.class, "use String")
					.also(CharSequence.class)
					.also(StringBuffer.class),
				refused("`Calendar`", Calendar.class, "use java.time.ZonedDateTime").also(GregorianCalendar.class),
				refused("`TimeZone`", TimeZone.class, "use java.time.ZoneId"),
				refused("`java.sql.Date`, `Time`, `Timestamp`", java.sql.Timestamp.class,
						"use java.time.Instant, LocalDate or LocalTime")
					.also(java.sql.Date.class)
					.also(java.sql.Time.class),
				refused("other calendars of `java.time`", JapaneseDate.class, "use a record with what is meant"),
				refused("`Clock`", Clock.class, "use a record with what is meant"),
				refused("`Pattern`", Pattern.class, "use String"),
				refused("`AtomicInteger`", AtomicInteger.class, "use int"),
				refused("`AtomicLong`", AtomicLong.class, "use long"),
				refused("`AtomicReference`", type(new TypeReference<AtomicReference<String>>() {
				}), "use the value itself"), refused("`ByteBuffer`", ByteBuffer.class, "use byte[]"),
				refused("`File`", File.class, "use String: a file is one of this machine"),
				refused("`Path`", Path.class, "use String: a path is one of this machine"),
				refused("`URL`", URL.class, "use java.net.URI: two URLs are compared by asking the name service"),
				refused("`InetAddress`", InetAddress.class, "use String: decoding it would ask the name service"),
				refused("`InetSocketAddress`", InetSocketAddress.class,
						"use String: decoding it would ask the name service"),
				refused("`Class`", type(new TypeReference<Class<String>>() {
				}), "use String: a peer must not choose classes"),
				refused("`Optional` of an `Optional`", type(new TypeReference<Optional<Optional<String>>>() {
				}), "drop one of them"), refused("`Map.Entry`", type(new TypeReference<Map.Entry<String, String>>() {
				}), "use a record"),
				refused("`Vector`, `PriorityQueue` and other collections", type(new TypeReference<Vector<String>>() {
				}), "use List, Set, SortedSet, Queue or another of the common ones")
					.also(type(new TypeReference<PriorityQueue<String>>() {
					})),
				refused("`Properties`, `Hashtable` and other maps", Properties.class,
						"use Map, SortedMap, LinkedHashMap or another of the common ones")
					.also(type(new TypeReference<Hashtable<String, String>>() {
					})),
				refused("`Throwable` and its subclasses, as a value", IllegalStateException.class,
						"declare it in the throws clause, or send a record")
					.inside(),
				refused("`Thread`, `Executor`, `Socket` and others that live in one process", Thread.class,
						"send what the other side needs to know of it")
					.also(Executor.class)
					.also(Socket.class),
				refused("`InputStream`, `Iterator`, `Stream` and others that can be read once", InputStream.class,
						"use a List, a byte[], or a Flux of the method itself for what is large")
					.also(type(new TypeReference<Iterator<String>>() {
					}))
					.also(type(new TypeReference<Stream<String>>() {
					})),
				refused("`CompletableFuture`, `Flux` and other results, as a value", CompletableFuture.class,
						"return it from the method itself, and put the value in this place")
					.also(type(new TypeReference<Flux<String>>() {
					})),
				refused("every other type of the JDK", Random.class, "use a record with what is meant")
					.also(StringJoiner.class)
					.also(ThreadLocal.class));
	}

	@ParameterizedTest
	@MethodSource("exact")
	void arrivesAsItWasSent(Row row) {
		for (PayloadCodec codec : CODECS) {
			for (Sample sample : row.samples) {
				JavaType type = TYPES.constructType(sample.type);
				assertSame(codec, type, sample.value, sample.value);
				assertSame(codec, TYPES.constructParametricType(Box.class, type), new Box<>(sample.value),
						new Box<>(sample.value));
				List<@Nullable Object> elements = new ArrayList<>(Arrays.asList(sample.value, sample.value));
				assertSame(codec, TYPES.constructCollectionType(List.class, type), elements, elements);
				Map<String, @Nullable Object> values = new HashMap<>(Map.of("a", sample.value));
				assertSame(codec, TYPES.constructMapType(Map.class, TYPES.constructType(String.class), type), values,
						values);
			}
			for (Sample key : row.keys) {
				Map<Object, Integer> keys = Map.of(key.value, 1);
				assertSame(codec, TYPES.constructMapType(Map.class, TYPES.constructType(key.type),
						TYPES.constructType(Integer.class)), keys, keys);
			}
		}
	}

	@ParameterizedTest
	@MethodSource("refused")
	void isRefusedWithPathAndRemedy(Row row) {
		for (PayloadCodec codec : CODECS) {
			for (Sample sample : row.samples) {
				JavaType type = TYPES.constructType(sample.type);
				if (!row.inside) {
					assertThatIllegalArgumentException().as("%s", type)
						.isThrownBy(() -> codec.forType(type))
						.withMessageContaining(row.refused);
				}
				assertThatIllegalArgumentException().as("component %s", type)
					.isThrownBy(() -> codec.forType(TYPES.constructParametricType(Box.class, type)))
					.withMessageContaining(".value")
					.withMessageContaining(row.refused);
			}
		}
	}

	@Test
	void numbersThatThePeerWouldNotReadAreNotSent() {
		PayloadCodec json = JacksonPayloadCodec.json();
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> json.forType(BigInteger.class).encode(BigInteger.TEN.pow(1000)))
			.withMessageContaining("about 1001 digits");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> json.forType(BigDecimal.class).encode(new BigDecimal(BigInteger.TEN.pow(1000), 5)))
			.withMessageContaining("digits: expected at most");
	}

	@Test
	void theTableInTheDocumentIsWhatIsProvedHere() throws IOException {
		String document = Files.readString(DOCUMENT, StandardCharsets.UTF_8);
		String table = BEGIN + "\n\n" + table() + "\n" + END;
		int begin = document.indexOf(BEGIN);
		int end = document.indexOf(END);
		assertThat(begin).as("'%s' in %s", BEGIN, DOCUMENT).isNotNegative();
		String updated = document.substring(0, begin) + table + document.substring(end + END.length());
		if (Boolean.getBoolean("macula.docs.write")) {
			Files.writeString(DOCUMENT, updated, StandardCharsets.UTF_8);
			return;
		}
		assertThat(document).as("%s; write it with -Dmacula.docs.write=true", DOCUMENT).isEqualTo(updated);
	}

	private static String table() {
		StringBuilder table = new StringBuilder("| type | outcome | key of a map |\n| --- | --- | --- |\n");
		rows().forEach((row) -> {
			String outcome = (row.refused == null) ? "arrives as it was sent" : "refused at start: " + row.refused;
			table.append("| ")
				.append(row.name)
				.append(" | ")
				.append(outcome)
				.append(row.note.isEmpty() ? "" : "; " + row.note)
				.append(" | ")
				.append(row.keys.isEmpty() ? "no" : "yes")
				.append(" |\n");
		});
		return table.toString();
	}

	private static void assertSame(PayloadCodec codec, Type type, Object value, Object expected) {
		ValueCodec values = codec.forType(type);
		Object decoded = values.decode(values.encode(value));
		assertThat(same(decoded, expected)).as("%s -> %s as %s with %s", expected, decoded, type, codec).isTrue();
	}

	/** Exact, also for arrays inside of collections, and in order where there is one. */
	private static boolean same(@Nullable Object one, @Nullable Object other) {
		if (one instanceof Box<?> box && other instanceof Box<?> expected) {
			return same(box.value(), expected.value());
		}
		boolean ordered = other instanceof List || other instanceof Queue || other instanceof SortedSet;
		if (ordered && one instanceof Collection<?> values && other instanceof Collection<?> expected) {
			Iterator<?> found = values.iterator();
			return values.size() == expected.size() && expected.stream().allMatch((value) -> same(found.next(), value));
		}
		if (one instanceof Map<?, ?> map && other instanceof Map<?, ?> expected) {
			return map.keySet().equals(expected.keySet())
					&& map.keySet().stream().allMatch((key) -> same(map.get(key), expected.get(key)));
		}
		return Objects.deepEquals(one, other);
	}

	private static Type type(TypeReference<?> reference) {
		return reference.getType();
	}

	private static Row exact(String name, Type type, Object... values) {
		Row row = new Row(name, null);
		for (Object value : values) {
			row.samples.add(new Sample(type, value));
		}
		return row;
	}

	private static Row refused(String name, Type type, String remedy) {
		Row row = new Row(name, remedy);
		row.samples.add(new Sample(type, ""));
		return row;
	}

	record Box<T>(T value) {
	}

	enum Colour {

		RED {

			@Override
			public String toString() {
				return "a red one";
			}

		}

	}

	record Sample(Type type, Object value) {
	}

	/** A line of the table. */
	static final class Row {

		private final String name;

		private final @Nullable String refused;

		private final List<Sample> samples = new ArrayList<>();

		private final List<Sample> keys = new ArrayList<>();

		private String note = "";

		private boolean inside;

		Row(String name, @Nullable String refused) {
			this.name = name;
			this.refused = refused;
		}

		Row also(Type type, Object value) {
			this.samples.add(new Sample(type, value));
			return this;
		}

		Row also(Type type) {
			return also(type, "");
		}

		Row key(Type type, Object value) {
			this.keys.add(new Sample(type, value));
			return this;
		}

		Row note(String text) {
			this.note = text;
			return this;
		}

		/** As a component only: the root is an exception, which may travel. */
		Row inside() {
			this.inside = true;
			return this;
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
