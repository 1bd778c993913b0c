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

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.ser.Serializers;

/**
 * A value that is one of several types, at the root of a payload; its bytes are those of
 * the value. Jackson looks such a root up by the class of the value, without the type
 * arguments that the contract declares; this leaves it to the serializer of the declared
 * type.
 *
 * @param value one of the types
 * @param <T> the declared type
 */
record Choice<T>(@Nullable T value) {

	/** Finds the serializer of {@code Choice<Shape>}. */
	static final class Finder implements Serializers {

		@Override
		public @Nullable ValueSerializer<?> findSerializer(SerializationConfig config, JavaType type,
				BeanDescription.Supplier description, JsonFormat.Value format) {
			return type.hasRawClass(Choice.class) ? new Serializer(type.containedType(0)) : null;
		}

	}

	private static final class Serializer extends ValueSerializer<Choice<?>> {

		private final JavaType type;

		private @Nullable ValueSerializer<Object> named;

		Serializer(JavaType type) {
			this.type = type;
		}

		@Override
		public void resolve(SerializationContext context) {
			this.named = context.findTypedValueSerializer(this.type, true);
		}

		@Override
		public void serialize(Choice<?> choice, JsonGenerator generator, SerializationContext context) {
			Object value = choice.value();
			if (value == null || this.named == null) {
				generator.writeNull();
				return;
			}
			this.named.serialize(value, generator, context);
		}

	}

}
