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

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;

import com.fasterxml.jackson.annotation.JsonFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.jsonFormatVisitors.JsonFormatVisitorWrapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeSerializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.type.CollectionType;
import tools.jackson.databind.type.MapType;
import tools.jackson.databind.util.NameTransformer;

/**
 * Keeps values to what the contract declares: a subclass of a declared class, which would
 * arrive as that class without its own fields, cannot be encoded, nor can an order that
 * would get lost. Where the contract names several types, each travels as itself.
 */
final class DeclaredTypes extends SimpleModule {

	private static final long serialVersionUID = 1L;

	DeclaredTypes() {
		super("macula-declared-types");
		setSerializerModifier(new Modifier());
	}

	@Override
	public void setupModule(SetupContext context) {
		super.setupModule(context);
		context.addSerializers(new Choice.Finder());
	}

	private static final class Modifier extends ValueSerializerModifier {

		private static final long serialVersionUID = 1L;

		@Override
		public ValueSerializer<?> modifySerializer(SerializationConfig config, BeanDescription.Supplier description,
				ValueSerializer<?> serializer) {
			JavaType type = description.getType();
			boolean bean = serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
			boolean exact = !bean || type.isFinal() || type.isJavaLangObject() || type.isThrowable()
					|| TypePlace.ofJdk(type.getRawClass());
			return exact ? serializer : new Declared(type, untyped(serializer), null);
		}

		@Override
		public ValueSerializer<?> modifyCollectionSerializer(SerializationConfig config, CollectionType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return SortedSet.class.isAssignableFrom(type.getRawClass()) ? new NaturalOrder(untyped(serializer))
					: serializer;
		}

		@Override
		public ValueSerializer<?> modifyMapSerializer(SerializationConfig config, MapType type,
				BeanDescription.Supplier description, ValueSerializer<?> serializer) {
			return SortedMap.class.isAssignableFrom(type.getRawClass()) ? new NaturalOrder(untyped(serializer))
					: serializer;
		}

		@SuppressWarnings("unchecked")
		private static ValueSerializer<Object> untyped(ValueSerializer<?> serializer) {
			return (ValueSerializer<Object>) serializer;
		}

	}

	/** Looks at a value, then leaves it to the serializer of its type. */
	private abstract static class Checked extends ValueSerializer<Object> {

		final ValueSerializer<Object> delegate;

		Checked(ValueSerializer<Object> delegate) {
			this.delegate = delegate;
		}

		abstract ValueSerializer<Object> with(ValueSerializer<Object> delegate, @Nullable BeanProperty property);

		/** The serializer of this very value. */
		abstract ValueSerializer<Object> checked(Object value, SerializationContext context, boolean named);

		@Override
		public void serialize(Object value, JsonGenerator generator, SerializationContext context) {
			checked(value, context, false).serialize(value, generator, context);
		}

		@Override
		public void serializeWithType(Object value, JsonGenerator generator, SerializationContext context,
				TypeSerializer type) {
			checked(value, context, true).serializeWithType(value, generator, context, type);
		}

		@Override
		public void resolve(SerializationContext context) {
			this.delegate.resolve(context);
		}

		@Override
		public ValueSerializer<?> createContextual(SerializationContext context, @Nullable BeanProperty property) {
			return with(Modifier.untyped(this.delegate.createContextual(context, property)), property);
		}

		@Override
		public ValueSerializer<Object> unwrappingSerializer(NameTransformer transformer) {
			return with(this.delegate.unwrappingSerializer(transformer), null);
		}

		@Override
		public ValueSerializer<?> withFilterId(Object filterId) {
			return with(Modifier.untyped(this.delegate.withFilterId(filterId)), null);
		}

		@Override
		public ValueSerializer<?> withIgnoredProperties(Set<String> ignored) {
			return with(Modifier.untyped(this.delegate.withIgnoredProperties(ignored)), null);
		}

		@Override
		public @Nullable ValueSerializer<?> withFormatOverrides(SerializationConfig config, JsonFormat.Value format) {
			ValueSerializer<?> other = this.delegate.withFormatOverrides(config, format);
			return (other == null || other == this.delegate) ? ((other != null) ? this : null)
					: with(Modifier.untyped(other), null);
		}

		@Override
		public Class<?> handledType() {
			return this.delegate.handledType();
		}

		@Override
		public boolean usesObjectId() {
			return this.delegate.usesObjectId();
		}

		@Override
		public boolean isUnwrappingSerializer() {
			return this.delegate.isUnwrappingSerializer();
		}

		@Override
		public ValueSerializer<?> getDelegatee() {
			return this.delegate;
		}

		@Override
		public Iterator<PropertyWriter> properties() {
			return this.delegate.properties();
		}

		@Override
		public boolean isEmpty(SerializationContext context, Object value) {
			return this.delegate.isEmpty(context, value);
		}

		@Override
		public void acceptJsonFormatVisitor(JsonFormatVisitorWrapper visitor, JavaType type) {
			this.delegate.acceptJsonFormatVisitor(visitor, type);
		}

	}

	/** One class, or the classes that the contract names in its place. */
	private static final class Declared extends Checked {

		private final JavaType type;

		private final Class<?> raw;

		private final @Nullable BeanProperty property;

		/** Replaced whole; grows up to the number of named classes. */
		private volatile Map<Class<?>, ValueSerializer<Object>> named = Map.of();

		Declared(JavaType type, ValueSerializer<Object> delegate, @Nullable BeanProperty property) {
			super(delegate);
			this.type = type;
			this.raw = type.getRawClass();
			this.property = property;
		}

		@Override
		ValueSerializer<Object> with(ValueSerializer<Object> delegate, @Nullable BeanProperty property) {
			boolean same = delegate == this.delegate && property == this.property;
			return same ? this : new Declared(this.type, delegate, property);
		}

		@Override
		ValueSerializer<Object> checked(Object value, SerializationContext context, boolean named) {
			if (value.getClass() == this.raw) {
				return this.delegate;
			}
			if (!named && !this.type.isAbstract()) {
				context.reportMappingProblem(
						"a value of type %s stands where the contract declares %s, and would arrive as %s without what is its own; "
								+ "declare a sealed type that permits both, or copy the value into %s",
						value.getClass().getName(), this.raw.getName(), this.raw.getSimpleName(),
						this.raw.getSimpleName());
			}
			ValueSerializer<Object> serializer = this.named.get(value.getClass());
			return (serializer != null) ? serializer : learn(value.getClass(), context);
		}

		private ValueSerializer<Object> learn(Class<?> found, SerializationContext context) {
			JavaType special = context.constructSpecializedType(this.type, found);
			requireNamed(found, context);
			ValueSerializer<Object> serializer = context.findPrimaryPropertySerializer(special, this.property);
			if (serializer instanceof Declared declared && declared.raw == found) {
				serializer = declared.delegate;
			}
			Map<Class<?>, ValueSerializer<Object>> more = new HashMap<>(this.named);
			more.put(found, serializer);
			this.named = Map.copyOf(more);
			return serializer;
		}

		private void requireNamed(Class<?> found, SerializationContext context) {
			SerializationConfig config = context.getConfig();
			AnnotatedClass annotated = context.introspectClassAnnotations(this.type);
			for (NamedType option : config.getSubtypeResolver().collectAndResolveSubtypesByClass(config, annotated)) {
				// The class of an enum's constant with a body is a subclass of the enum.
				if (option.getType() == found
						|| (option.getType().isEnum() && option.getType().isAssignableFrom(found))) {
					return;
				}
			}
			context.reportMappingProblem(
					"a value of type %s stands where the contract declares %s, which does not name it", found.getName(),
					this.raw.getName());
		}

	}

	/** A sorted collection or map whose order the peer can tell. */
	private static final class NaturalOrder extends Checked {

		NaturalOrder(ValueSerializer<Object> delegate) {
			super(delegate);
		}

		@Override
		ValueSerializer<Object> with(ValueSerializer<Object> delegate, @Nullable BeanProperty property) {
			return (delegate == this.delegate) ? this : new NaturalOrder(delegate);
		}

		@Override
		ValueSerializer<Object> checked(Object value, SerializationContext context, boolean named) {
			Object comparator = (value instanceof SortedSet<?> set) ? set.comparator()
					: (value instanceof SortedMap<?, ?> map) ? map.comparator() : null;
			if (comparator != null) {
				context.reportMappingProblem(
						"its comparator does not travel, and it would arrive in another order; declare a List or a Map");
			}
			return this.delegate;
		}

	}

}
