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
import java.math.BigInteger;
import java.time.YearMonth;
import java.time.temporal.Temporal;
import java.util.Locale;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Keys of maps as texts: a key that the peer would not read, or would read as another
 * one, is not sent.
 */
final class MapKeys extends SimpleModule {

	private static final long serialVersionUID = 1L;

	MapKeys(int maxBytes, int maxDigits) {
		super("macula-map-keys");
		setSerializerModifier(new Modifier(maxBytes));
		addKeySerializer(Locale.class, new LocaleKeySerializer());
		addKeyDeserializer(Locale.class, new LocaleKeyDeserializer());
		addKeySerializer(BigInteger.class, new BigIntegerKeySerializer(maxDigits));
		addKeySerializer(BigDecimal.class, new BigDecimalKeySerializer(maxDigits));
		addKeySerializer(YearMonth.class, new YearMonthKeySerializer());
		addKeyDeserializer(YearMonth.class, new YearMonthKeyDeserializer());
	}

	private static final class Modifier extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		private final int maxBytes;

		Modifier(int maxBytes) {
			this.maxBytes = maxBytes;
		}

		@Override
		public ValueSerializer<?> modifyKeySerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return isShort(type.getRawClass()) ? serializer : new Bounded(untyped(serializer), this.maxBytes);
		}

		private static boolean isShort(Class<?> type) {
			return type.isEnum() || Number.class.isAssignableFrom(type) || Temporal.class.isAssignableFrom(type)
					|| type == Boolean.class || type == UUID.class || type.getName().equals(JdkTypes.DATE);
		}

		@SuppressWarnings("unchecked")
		private static ValueSerializer<Object> untyped(ValueSerializer<?> serializer) {
			return (ValueSerializer<Object>) serializer;
		}

	}

	/** Looks at what was written for a key. */
	private static final class Bounded extends ValueSerializer<Object> {

		private final ValueSerializer<Object> delegate;

		private final int maxBytes;

		Bounded(ValueSerializer<Object> delegate, int maxBytes) {
			this.delegate = delegate;
			this.maxBytes = maxBytes;
		}

		@Override
		public void serialize(Object key, JsonGenerator generator, SerializationContext context) {
			this.delegate.serialize(key, generator, context);
			String name = generator.streamWriteContext().currentName();
			int bytes = (name != null) ? length(name) : 0;
			if (bytes < 0) {
				context.reportMappingProblem("a key of a map has half of a surrogate pair, which is no character");
			}
			if (bytes > this.maxBytes) {
				context.reportMappingProblem(
						"a key of a map has %d bytes: expected at most %d; put what is longer into a value", bytes,
						this.maxBytes);
			}
		}

		/** In UTF-8, or -1 for half of a pair. */
		private static int length(String name) {
			int bytes = name.length();
			for (int i = 0; i < name.length(); i++) {
				char c = name.charAt(i);
				if (c < 0x80) {
					continue;
				}
				bytes += (c < 0x800) ? 1 : 2;
				if (Character.isSurrogate(c)) {
					if (Character.isLowSurrogate(c) || i + 1 == name.length()
							|| !Character.isLowSurrogate(name.charAt(i + 1))) {
						return -1;
					}
					i++;
				}
			}
			return bytes;
		}

		@Override
		public void resolve(SerializationContext context) {
			this.delegate.resolve(context);
		}

		@Override
		public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
			ValueSerializer<Object> contextual = Modifier.untyped(this.delegate.createContextual(context, property));
			return (contextual == this.delegate) ? this : new Bounded(contextual, this.maxBytes);
		}

		@Override
		public Class<?> handledType() {
			return this.delegate.handledType();
		}

		@Override
		public ValueSerializer<?> getDelegatee() {
			return this.delegate;
		}

	}

	private static final class LocaleKeySerializer extends StdSerializer<Locale> {

		LocaleKeySerializer() {
			super(Locale.class);
		}

		@Override
		public void serialize(Locale key, JsonGenerator generator, SerializationContext context) {
			generator.writeName(ExactValues.tag(key, context));
		}

	}

	private static final class LocaleKeyDeserializer extends KeyDeserializer {

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			return Locale.forLanguageTag(key);
		}

	}

	private static final class BigIntegerKeySerializer extends StdSerializer<BigInteger> {

		private final int maxDigits;

		BigIntegerKeySerializer(int maxDigits) {
			super(BigInteger.class);
			this.maxDigits = maxDigits;
		}

		@Override
		public void serialize(BigInteger key, JsonGenerator generator, SerializationContext context) {
			ExactValues.requireDigits(key, this.maxDigits, context);
			generator.writeName(key.toString());
		}

	}

	private static final class BigDecimalKeySerializer extends StdSerializer<BigDecimal> {

		private final int maxDigits;

		BigDecimalKeySerializer(int maxDigits) {
			super(BigDecimal.class);
			this.maxDigits = maxDigits - ExactValues.MARKS;
		}

		@Override
		public void serialize(BigDecimal key, JsonGenerator generator, SerializationContext context) {
			ExactValues.requireDigits(key.unscaledValue(), this.maxDigits, context);
			ExactValues.requireScale(key, context);
			generator.writeName(key.toString());
		}

	}

	/** Its {@code toString()} cannot be parsed beyond the year 9999. */
	private static final class YearMonthKeySerializer extends StdSerializer<YearMonth> {

		YearMonthKeySerializer() {
			super(YearMonth.class);
		}

		@Override
		public void serialize(YearMonth key, JsonGenerator generator, SerializationContext context) {
			generator.writeName((key.getYear() > 9999) ? "+" + key : key.toString());
		}

	}

	private static final class YearMonthKeyDeserializer extends KeyDeserializer {

		@Override
		public Object deserializeKey(String key, DeserializationContext context) {
			return YearMonth.parse(key);
		}

	}

}
