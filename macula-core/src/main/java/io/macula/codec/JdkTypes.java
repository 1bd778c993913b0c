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
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.Buffer;
import java.nio.file.Path;
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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The types of the JDK that arrive as they were sent. All others are refused, those that
 * are often met with what to use instead. The tests prove both, and write the table in
 * docs/contracts.md.
 */
final class JdkTypes {

	private static final Set<Class<?>> VALUES = Set.of(String.class, boolean.class, Boolean.class, byte.class,
			Byte.class, short.class, Short.class, char.class, Character.class, int.class, Integer.class, long.class,
			Long.class, float.class, Float.class, double.class, Double.class, BigInteger.class, BigDecimal.class,
			UUID.class, URI.class, Locale.class, Currency.class, BitSet.class, Instant.class, LocalDate.class,
			LocalTime.class, LocalDateTime.class, OffsetTime.class, OffsetDateTime.class, ZonedDateTime.class,
			ZoneId.class, ZoneOffset.class, Year.class, YearMonth.class, MonthDay.class, Month.class, DayOfWeek.class,
			Period.class, Duration.class, Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

	private static final Set<Class<?>> CONTAINERS = Set.of(Collection.class, List.class, Set.class, SortedSet.class,
			NavigableSet.class, Queue.class, Deque.class, ArrayList.class, LinkedList.class, CopyOnWriteArrayList.class,
			HashSet.class, LinkedHashSet.class, TreeSet.class, EnumSet.class, ArrayDeque.class, Map.class,
			SortedMap.class, NavigableMap.class, ConcurrentMap.class, HashMap.class, LinkedHashMap.class, TreeMap.class,
			EnumMap.class, ConcurrentHashMap.class);

	/** Values that are no text, or whose text is not exact. */
	private static final Set<Class<?>> NO_KEYS = Set.of(BitSet.class, Optional.class, OptionalInt.class,
			OptionalLong.class, OptionalDouble.class);

	/** By its name: no clock of this library is one. */
	static final String DATE = "java.util.Date";

	/** By the names of classes, super-classes and interfaces; the first match counts. */
	private static final Map<String, String> REMEDIES = remedies();

	private JdkTypes() {
	}

	private static Map<String, String> remedies() {
		Map<String, String> remedies = new LinkedHashMap<>();
		remedies.put("java.util.Calendar", "use java.time.ZonedDateTime");
		remedies.put(TimeZone.class.getName(), "use java.time.ZoneId");
		remedies.put(DATE, "use java.time.Instant, LocalDate or LocalTime");
		remedies.put(StringBuilder.class.getName(), "use String");
		remedies.put(StringBuffer.class.getName(), "use String");
		remedies.put(CharSequence.class.getName(), "use String");
		remedies.put(Pattern.class.getName(), "use String");
		remedies.put(AtomicInteger.class.getName(), "use int");
		remedies.put(AtomicLong.class.getName(), "use long");
		remedies.put(AtomicBoolean.class.getName(), "use boolean");
		remedies.put(AtomicReference.class.getName(), "use the value itself");
		remedies.put(Number.class.getName(), "use int, long, double, BigInteger or BigDecimal");
		remedies.put(File.class.getName(), "use String: a file is one of this machine");
		remedies.put(Path.class.getName(), "use String: a path is one of this machine");
		remedies.put(InetAddress.class.getName(), "use String: decoding it would ask the name service");
		remedies.put(InetSocketAddress.class.getName(), "use String: decoding it would ask the name service");
		remedies.put(URL.class.getName(), "use java.net.URI: two URLs are compared by asking the name service");
		remedies.put(Buffer.class.getName(), "use byte[]");
		remedies.put(Class.class.getName(), "use String: a peer must not choose classes");
		remedies.put(Map.class.getName(), "use Map, SortedMap, LinkedHashMap or another of the common ones");
		remedies.put(Map.Entry.class.getName(), "use a record");
		remedies.put(Iterable.class.getName(), "use List, Set, SortedSet, Queue or another of the common ones");
		remedies.put(Throwable.class.getName(), "declare it in the throws clause, or send a record");
		return remedies;
	}

	/** Refuse a type of the JDK that is not known to arrive as it was sent. */
	static void require(TypePlace place) {
		Class<?> raw = place.raw();
		if (!place.ofJdk() || raw.isArray() || raw.isEnum() || value(raw) || CONTAINERS.contains(raw)
				|| (place.parent() == null && place.type().isThrowable())) {
			return;
		}
		throw TypeRules.refused(place, "is of type " + raw.getName() + ", which would not arrive as it was sent",
				remedy(place));
	}

	/** Whether a map may have keys of this type of the JDK. */
	static boolean key(Class<?> type) {
		return value(type) && !NO_KEYS.contains(type);
	}

	/**
	 * Whether a type of the JDK has this simple name, so that one of the user's must not.
	 */
	static boolean named(String simpleName) {
		return Stream.of(VALUES, CONTAINERS)
			.flatMap(Set::stream)
			.anyMatch((type) -> type.getSimpleName().equals(simpleName)) || DATE.endsWith('.' + simpleName);
	}

	private static boolean value(Class<?> type) {
		return VALUES.contains(type) || type.getName().equals(DATE);
	}

	private static String remedy(TypePlace place) {
		String remedy = place.said(REMEDIES);
		return (remedy != null) ? remedy : "use a record with what is meant";
	}

}
