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

package io.macula.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;

/**
 * Explains a value that is none of its setting's type, such as a word where a duration is
 * wanted, of this product's settings and those of its engines; Boot's own analysis, which
 * comes later, tells of converters, and of names of constants.
 */
@Order(1)
final class ValueSettingFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

	private final InvalidSettings invalid;

	ValueSettingFailureAnalyzer(Environment environment) {
		this.invalid = new InvalidSettings(environment);
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
		ConfigurationProperty property = cause.getProperty();
		Class<?> type = cause.getTarget().getType().resolve();
		if (!KnownKeys.PREFIX.isAncestorOf(cause.getName()) || property == null || type == null) {
			return null;
		}
		String key = cause.getName().toString();
		String value = String.valueOf(property.getValue());
		if (type.isEnum()) {
			List<String> names = Stream.of(type.getEnumConstants()).map(ValueSettingFailureAnalyzer::name).toList();
			return this.invalid.refuseName(key, value, names, "one of " + String.join(", ", names)).analysis();
		}
		String allowed = allowed(ClassUtils.resolvePrimitiveIfNecessary(type));
		return (allowed != null) ? this.invalid.refuse(key, value, allowed).analysis() : null;
	}

	/** As one writes it. */
	private static String name(Object constant) {
		return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static @Nullable String allowed(Class<?> type) {
		if (type == Duration.class) {
			return "a duration such as 500ms, 30s or 5m";
		}
		if (type == DataSize.class) {
			return "a size such as 64KB or 16MB";
		}
		if (type == Boolean.class) {
			return "true or false";
		}
		if (type == Integer.class) {
			return "a whole number of at most " + Integer.MAX_VALUE;
		}
		if (type == Long.class) {
			return "a whole number of at most " + Long.MAX_VALUE;
		}
		return (type == Double.class) ? "a number such as 0.2" : null;
	}

}
