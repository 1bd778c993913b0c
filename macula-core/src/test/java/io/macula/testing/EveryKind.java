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
package io.macula.testing;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A payload with a component of every kind. Not in a package that fuzzing instruments: a
 * Java runtime that is asked for the annotated components of a redefined record crashes.
 */
public record EveryKind(boolean flag, byte small, short shorter, int number, long big, char letter, double real,
		@Nullable String text, byte @Nullable [] bytes, int @Nullable [] numbers, @Nullable Colour colour,
		@Nullable Shape shape, @Nullable List<Shape> shapes, @Nullable Map<Colour, Set<Long>> map,
		@Nullable Map<YearMonth, String> months, @Nullable Optional<String> optional, @Nullable UUID id,
		@Nullable BigDecimal price, @Nullable Instant instant, @Nullable Duration duration, @Nullable LocalDate date,
		@Nullable ZonedDateTime moment) {

	/** Of a component. */
	public enum Colour {

		RED, GREEN

	}

	/** Of a component. */
	public sealed interface Shape permits Circle, Square {

	}

	/** Of a component. */
	public record Circle(double radius) implements Shape {

	}

	/** Of a component. */
	public record Square(@Nullable Square inner, float side) implements Shape {

	}

}
