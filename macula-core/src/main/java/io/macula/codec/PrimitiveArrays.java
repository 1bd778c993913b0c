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

import java.util.Set;

import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.jdk.PrimitiveArrayDeserializers;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.ArrayType;

/**
 * Tells parsers that count what values take where these are the elements of an array of a
 * primitive type, which take less than any object.
 */
final class PrimitiveArrays extends SimpleModule {

	private static final long serialVersionUID = 1L;

	private static final Set<Class<?>> NUMBERS = Set.of(short[].class, int[].class, long[].class, float[].class,
			double[].class, boolean[].class);

	PrimitiveArrays() {
		super("macula-primitive-arrays");
		setDeserializerModifier(new Modifier());
	}

	/** A parser that counts. */
	interface Counter {

		/** Whether the values that follow are elements of such an array. */
		void primitive(boolean elements);

	}

	private static final class Modifier extends ValueDeserializerModifier {

		private static final long serialVersionUID = 1L;

		@Override
		public ValueDeserializer<?> modifyArrayDeserializer(DeserializationConfig config, ArrayType type,
				BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
			return (NUMBERS.contains(type.getRawClass()) && deserializer instanceof PrimitiveArrayDeserializers<?>)
					? new Elements(deserializer) : deserializer;
		}

	}

	private static final class Elements extends DelegatingDeserializer {

		Elements(ValueDeserializer<?> delegate) {
			super(delegate);
		}

		@Override
		protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegate) {
			return new Elements(delegate);
		}

		@Override
		public Object deserialize(JsonParser parser, DeserializationContext context) {
			if (!(parser instanceof Counter counter)) {
				return super.deserialize(parser, context);
			}
			counter.primitive(true);
			Object array = super.deserialize(parser, context);
			counter.primitive(false);
			return array;
		}

	}

}
