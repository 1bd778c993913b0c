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

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeResolverProvider;
import tools.jackson.databind.jsontype.impl.AsExternalTypeDeserializer;
import tools.jackson.databind.jsontype.impl.AsPropertyTypeDeserializer;

/**
 * Bounds how often a value is copied before its type is known. What stands before the
 * property that names the type, within the value or beside it, is kept until that comes;
 * where such values are inside of each other, each of them keeps all that is in it. Safe
 * for all threads.
 */
final class LateTypeNames extends TypeResolverProvider {

	private static final long serialVersionUID = 1L;

	private static final Object DEPTH = new Object();

	/** Values inside of each other that name their type late. */
	static final int MAX_DEPTH = 16;

	@Override
	public @Nullable TypeDeserializer findTypeDeserializer(DeserializationContext context, JavaType type,
			AnnotatedClass annotated) {
		return bounded(super.findTypeDeserializer(context, type, annotated));
	}

	@Override
	public @Nullable TypeDeserializer findPropertyTypeDeserializer(DeserializationContext context,
			AnnotatedMember accessor, JavaType type) {
		return bounded(super.findPropertyTypeDeserializer(context, accessor, type));
	}

	@Override
	public @Nullable TypeDeserializer findPropertyContentTypeDeserializer(DeserializationContext context,
			AnnotatedMember accessor, JavaType type) {
		return bounded(super.findPropertyContentTypeDeserializer(context, accessor, type));
	}

	private static @Nullable TypeDeserializer bounded(@Nullable TypeDeserializer found) {
		if (found != null && found.getClass() == AsPropertyTypeDeserializer.class) {
			return new Bounded((AsPropertyTypeDeserializer) found, null);
		}
		if (found != null && found.getClass() == AsExternalTypeDeserializer.class) {
			return new Beside((AsExternalTypeDeserializer) found, null);
		}
		return found;
	}

	private static Object deeper(DeserializationContext context, TypeDeserializer type, Supplier<Object> value) {
		int depth = (context.getAttribute(DEPTH) instanceof Integer outer) ? outer : 0;
		if (depth == MAX_DEPTH) {
			return context.reportInputMismatch(Object.class,
					"it stands in %d values whose property '%s' comes after others; let that be the first", MAX_DEPTH,
					type.getPropertyName());
		}
		context.setAttribute(DEPTH, depth + 1);
		try {
			return value.get();
		}
		finally {
			context.setAttribute(DEPTH, depth);
		}
	}

	private static final class Bounded extends AsPropertyTypeDeserializer {

		Bounded(AsPropertyTypeDeserializer source, @Nullable BeanProperty property) {
			super(source, property);
		}

		@Override
		public TypeDeserializer forProperty(@Nullable BeanProperty property) {
			return (property == this._property) ? this : new Bounded(this, property);
		}

		@Override
		public Object deserializeTypedFromObject(JsonParser parser, DeserializationContext context) {
			JsonToken first = parser.currentToken();
			if (first == JsonToken.START_OBJECT) {
				first = parser.nextToken();
			}
			if (first != JsonToken.PROPERTY_NAME || this._typePropertyName.equals(parser.currentName())) {
				return super.deserializeTypedFromObject(parser, context);
			}
			return deeper(context, this, () -> super.deserializeTypedFromObject(parser, context));
		}

	}

	private static final class Beside extends AsExternalTypeDeserializer {

		Beside(AsExternalTypeDeserializer source, @Nullable BeanProperty property) {
			super(source, property);
		}

		@Override
		public TypeDeserializer forProperty(@Nullable BeanProperty property) {
			return (property == this._property) ? this : new Beside(this, property);
		}

		@Override
		public Object deserializeTypedFromArray(JsonParser parser, DeserializationContext context) {
			return deeper(context, this, () -> super.deserializeTypedFromArray(parser, context));
		}

		@Override
		public Object deserializeTypedFromObject(JsonParser parser, DeserializationContext context) {
			return deeper(context, this, () -> super.deserializeTypedFromObject(parser, context));
		}

		@Override
		public Object deserializeTypedFromScalar(JsonParser parser, DeserializationContext context) {
			return deeper(context, this, () -> super.deserializeTypedFromScalar(parser, context));
		}

		@Override
		public Object deserializeTypedFromAny(JsonParser parser, DeserializationContext context) {
			return deeper(context, this, () -> super.deserializeTypedFromAny(parser, context));
		}

	}

}
