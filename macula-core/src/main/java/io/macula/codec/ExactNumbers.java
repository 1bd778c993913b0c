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

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Refuses numbers that stand for more digits than they have, and times that would
 * silently become others: Jackson takes 1e1000000000 seconds for 1970, and whoever adds 1
 * to such a number computes a gigabyte.
 */
final class ExactNumbers extends SimpleModule {

	private static final long serialVersionUID = 1L;

	/** Digits that a number has or stands for, before or behind its point. */
	static final int MAX_SCALE = 9_999;

	private static final int DIGITS_OF_LONG = 19;

	private static final BigDecimal LARGEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE).add(BigDecimal.ONE);

	private static final BigDecimal SMALLEST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);

	private static final Set<Class<?>> TIMES = Set.of(Instant.class, Duration.class, OffsetDateTime.class,
			ZonedDateTime.class);

	ExactNumbers() {
		super("macula-exact-numbers");
		setDeserializerModifier(new Modifier());
	}

	static boolean plausible(BigDecimal number) {
		return Math.abs((long) number.scale()) <= MAX_SCALE;
	}

	static String refusal(BigDecimal number) {
		return "a number with the exponent " + -(long) number.scale() + ": expected at most " + MAX_SCALE + " digits";
	}

	private static final class Modifier extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		@Override
		public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config, BeanDescription.Supplier type,
				ValueDeserializer<?> deserializer) {
			Class<?> raw = type.getBeanClass();
			if (raw == BigDecimal.class) {
				return new Decimals(deserializer);
			}
			return TIMES.contains(raw) ? new Times(deserializer) : deserializer;
		}

		@Override
		public KeyDeserializer modifyKeyDeserializer(DeserializationConfig config, JavaType type,
				KeyDeserializer deserializer) {
			return type.hasRawClass(BigDecimal.class) ? new DecimalKeys(deserializer) : deserializer;
		}

	}

	/** However a number came: as such, or as a text. */
	private static final class Decimals extends DelegatingDeserializer {

		Decimals(ValueDeserializer<?> delegate) {
			super(delegate);
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
			return new Decimals(delegate);
		}

		@Override
		public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
			Object value = super.deserialize(parser, context);
			if (value instanceof BigDecimal number && !plausible(number)) {
				return context.reportInputMismatch(this, refusal(number));
			}
			return value;
		}

	}

	private static final class DecimalKeys extends KeyDeserializer {

		private final KeyDeserializer delegate;

		DecimalKeys(KeyDeserializer delegate) {
			this.delegate = delegate;
		}

		@Override
		public @Nullable Object deserializeKey(String key, DeserializationContext context) {
			Object value = this.delegate.deserializeKey(key, context);
			if (value instanceof BigDecimal number && !plausible(number)) {
				return context.reportInputMismatch(BigDecimal.class, refusal(number));
			}
			return value;
		}

	}

	/** Seconds as a number. */
	private static final class Times extends DelegatingDeserializer {

		Times(ValueDeserializer<?> delegate) {
			super(delegate);
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
			return new Times(delegate);
		}

		@Override
		public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) {
			if (parser.hasToken(JsonToken.VALUE_NUMBER_FLOAT)) {
				BigDecimal seconds = parser.getDecimalValue();
				if (!plausible(seconds) || beyondLong(seconds)) {
					return context.reportInputMismatch(this,
							"a number of seconds that goes beyond 64 bits is no " + handledType().getSimpleName());
				}
			}
			return super.deserialize(parser, context);
		}

		/** Cheap where the number is far from the bound. */
		private static boolean beyondLong(BigDecimal number) {
			long digits = number.precision() - (long) number.scale();
			return digits >= DIGITS_OF_LONG && (digits > DIGITS_OF_LONG || number.compareTo(LARGEST_LONG) >= 0
					|| number.compareTo(SMALLEST_LONG) < 0);
		}

	}

}
