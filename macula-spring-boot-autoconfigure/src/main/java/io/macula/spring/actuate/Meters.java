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

package io.macula.spring.actuate;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters that read a part of a report. What is not there is {@code NaN} of a
 * gauge, and 0 of a counter. Immutable.
 *
 * @param <T> the part
 */
final class Meters<T> {

	private static final double NANOS = 1e9;

	private final MeterRegistry registry;

	/** A counter is there as long as this is; registries hold it weakly. */
	private final Object owner;

	private final Tags tags;

	private final Supplier<? extends @Nullable T> part;

	Meters(MeterRegistry registry, Object owner, Supplier<? extends @Nullable T> part) {
		this(registry, owner, Tags.empty(), part);
	}

	private Meters(MeterRegistry registry, Object owner, Tags tags, Supplier<? extends @Nullable T> part) {
		this.registry = registry;
		this.owner = owner;
		this.tags = tags;
		this.part = part;
	}

	Meters<T> tagged(String key, String value) {
		return new Meters<>(this.registry, this.owner, this.tags.and(key, value), this.part);
	}

	/** Meters of a part of the part. */
	<U> Meters<U> of(Function<T, @Nullable U> narrower) {
		return new Meters<>(this.registry, this.owner, this.tags, () -> {
			T whole = this.part.get();
			return (whole != null) ? narrower.apply(whole) : null;
		});
	}

	/**
	 * A gauge.
	 * @param name of it
	 * @param unit base unit, in the plural
	 * @param description for people
	 * @param value reads it; {@code null} is nothing
	 */
	void gauge(String name, String unit, String description, Function<T, @Nullable Number> value) {
		if (known(name)) {
			return;
		}
		Gauge.builder(name, this.owner, (owner) -> read(value, Double.NaN))
			.tags(this.tags)
			.baseUnit(unit)
			.description(description)
			.register(this.registry);
	}

	/** A gauge of a time, in seconds. */
	void seconds(String name, String description, Function<T, @Nullable Duration> value) {
		gauge(name, "seconds", description, (whole) -> {
			Duration time = value.apply(whole);
			return (time != null) ? time.toSeconds() + time.getNano() / NANOS : null;
		});
	}

	/** A counter, which begins anew when the node does. */
	void counter(String name, String unit, String description, ToDoubleFunction<T> value) {
		if (known(name)) {
			return;
		}
		FunctionCounter.builder(name, this.owner, (owner) -> read(value::applyAsDouble, 0))
			.tags(this.tags)
			.baseUnit(unit)
			.description(description)
			.register(this.registry);
	}

	/** A registry would keep the first of two, too, but warns of the second. */
	private boolean known(String name) {
		return this.registry.find(name).tags(this.tags).meter() != null;
	}

	private double read(Function<T, @Nullable Number> value, double otherwise) {
		T present = this.part.get();
		Number read = (present != null) ? value.apply(present) : null;
		return (read != null) ? read.doubleValue() : otherwise;
	}

}
