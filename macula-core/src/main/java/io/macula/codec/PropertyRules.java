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

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonBackReference;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.CreatorProperty;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.ser.AnyGetterWriter;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.jackson.JsonValueSerializer;

/**
 * Refuses a class whose properties would not all arrive: each is written and read, and as
 * one type.
 */
final class PropertyRules {

	/** What every exception has; coded apart or of use in its own process only. */
	static final Set<String> OF_THROWABLE = Set.of("message", "cause", "stackTrace", "suppressed", "localizedMessage");

	private static final String PROBE = "a message";

	private final ObjectMapper mapper;

	private final SerializationContext context;

	PropertyRules(ObjectMapper mapper) {
		this.mapper = mapper;
		this.context = mapper._serializationContext();
	}

	/** A property that is written and not read, or the other way round, gets lost. */
	void requireBothWays(TypePlace place) {
		BeanDeserializerBase bean = (BeanDeserializerBase) place.requireDeserializer();
		ValueInstantiator made = bean.getValueInstantiator();
		ValueSerializer<?> serializer = place.serializer(this.context);
		if (made.canCreateUsingDelegate() || made.canCreateUsingArrayDelegate()) {
			return;
		}
		if (serializer instanceof JsonValueSerializer) {
			requireMadeOfOne(place, made);
			return;
		}
		if (!asObject(serializer)) {
			return;
		}
		requireMade(place, made);
		if (place.type().isThrowable()) {
			requireMessage(place, made);
		}
		requireFurtherBothWays(place, bean);
		Map<String, PropertyWriter> written = new HashMap<>();
		Set<String> unwrapped = new HashSet<>();
		for (Iterator<PropertyWriter> all = serializer.properties(); all.hasNext();) {
			PropertyWriter writer = all.next();
			if (writer instanceof BeanPropertyWriter property && property.isUnwrapping()) {
				unwrapped.add(writer.getName());
			}
			else {
				written.put(writer.getName(), writer);
			}
		}
		Set<String> read = new HashSet<>();
		List<SettableBeanProperty> properties = new ArrayList<>();
		bean.properties().forEachRemaining(properties::add);
		for (SettableBeanProperty property : properties) {
			read.add(property.getName());
			requireSettable(place, property);
			requireOneType(place, property, written.get(property.getName()));
			if (!written.containsKey(property.getName()) && !unwrapped.contains(property.getName())
					&& !standard(place, property.getName())) {
				requireWritten(place, property);
			}
		}
		TypeWalk
			.toldBeside(this.mapper._deserializationContext(),
					this.mapper._deserializationContext().introspectBeanDescription(place.type()))
			.forEach((property) -> read.add(property.getName()));
		for (PropertyWriter writer : written.values()) {
			if (!read.contains(writer.getName()) && !standard(place, writer.getName())) {
				requireRead(place, writer);
			}
		}
		requireNothingHidden(place);
	}

	private void requireNothingHidden(TypePlace place) {
		List<String> hidden = place.type().isThrowable() ? List.of() : HiddenFields.of(this.mapper, place);
		if (!hidden.isEmpty()) {
			throw TypeRules.refused(place,
					"is of type " + place.raw().getName() + ", of which no property gives the fields ("
							+ String.join(", ", hidden) + "), so that they would be lost",
					"add getters and setters or a constructor with them (getxIndex is none: @JsonProperty makes it one),"
							+ " or leave them out with transient or @JsonIgnore" + TypeRules.OR_MODULE);
		}
	}

	private static boolean standard(TypePlace place, String property) {
		return place.type().isThrowable() && OF_THROWABLE.contains(property);
	}

	/** What shows nothing of itself is written as an empty object. */
	private static boolean asObject(ValueSerializer<?> serializer) {
		return serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
	}

	void requireWrittenAsOne(TypePlace place) {
		if (place.deserializer() instanceof BeanDeserializerBase && asObject(place.serializer(this.context))) {
			throw TypeRules.refused(place,
					"is of type " + place.raw().getName()
							+ ", which is read as one text or number, and written as an object",
					"annotate what stands for it with @JsonValue, or the constructor that takes its properties with @JsonCreator");
		}
	}

	private static void requireMadeOfOne(TypePlace place, ValueInstantiator made) {
		if (!TypeWalk.madeOfOne(made)) {
			throw TypeRules.refused(place,
					"is of type " + place.raw().getName() + ", which has @JsonValue that no creator takes",
					"annotate the constructor or static method that takes it with @JsonCreator");
		}
	}

	private void requireFurtherBothWays(TypePlace place, BeanDeserializerBase bean) {
		boolean given = this.context.introspectBeanDescription(place.type()).findAnyGetter() != null;
		if (given != bean.hasAnySetter()) {
			throw TypeRules.refused(place,
					"has " + (given ? "@JsonAnyGetter without @JsonAnySetter" : "@JsonAnySetter without @JsonAnyGetter")
							+ ", so that what it holds would be lost",
					"add the other one");
		}
	}

	/** No other module sets what an exception of the JDK keeps for itself. */
	private static void requireSettable(TypePlace place, SettableBeanProperty property) {
		AnnotatedMember member = property.getMember();
		if (member != null && place.type().isThrowable() && !standard(place, property.getName())
				&& TypePlace.ofJdk(member.getDeclaringClass()) && !member.isPublic()) {
			throw TypeRules.refused(place, "has a property '" + property.getName() + "' of "
					+ member.getDeclaringClass().getName() + " that only the JDK can set",
					"declare an exception of your own that has it");
		}
	}

	private static boolean madeByJdkOnly(Class<?> type) {
		return TypePlace.ofJdk(type) && Stream.of(type.getConstructors())
			.noneMatch((one) -> one.getParameterCount() == 0
					|| (one.getParameterCount() == 1 && one.getParameterTypes()[0] == String.class));
	}

	private static void requireMade(TypePlace place, ValueInstantiator made) {
		boolean ofMessage = place.type().isThrowable() && made.canCreateFromString();
		if ((!made.canCreateUsingDefault() && !ofMessage && !made.canCreateFromObjectWith())
				|| (place.type().isThrowable() && madeByJdkOnly(place.raw()))) {
			String found = place.type().isThrowable()
					? "has no constructor that takes nothing, the message, or its properties" : "is of type "
							+ place.raw().getName() + ", which has no constructor that takes nothing or its properties";
			throw TypeRules.refused(place, found, "add one, annotate one with @JsonCreator, or compile with -parameters"
					+ (place.type().isThrowable() ? "" : TypeRules.OR_MODULE));
		}
	}

	/**
	 * The one text that it takes may be a part of the message only, which would come
	 * twice.
	 */
	private void requireMessage(TypePlace place, ValueInstantiator made) {
		if (!made.canCreateFromString() || made.canCreateFromObjectWith()) {
			return;
		}
		Object exception = made.createFromString(this.mapper._deserializationContext(), PROBE);
		if (!(exception instanceof Throwable thrown) || !PROBE.equals(thrown.getMessage())) {
			throw TypeRules.refused(place, "has a constructor " + place.raw().getSimpleName()
					+ "(String) that makes another message of the one it is given, so that its message would change",
					"let it take the message, or keep what it takes in a field of the parameter's name, and compile with -parameters");
		}
	}

	/** Whoever converts knows what comes. */
	private void requireOneType(TypePlace place, SettableBeanProperty property, @Nullable PropertyWriter writer) {
		if (writer == null || writer.getMember() == null || property.getMember() == null
				|| AccessorTypes.fit(writer.getType(), property.getType())) {
			return;
		}
		AnnotationIntrospector annotations = this.context.getConfig().getAnnotationIntrospector();
		boolean coded = annotations.findSerializer(this.context.getConfig(), writer.getMember()) != null
				|| annotations.findDeserializer(this.context.getConfig(), property.getMember()) != null
				|| annotations.findSerializationConverter(this.context.getConfig(), writer.getMember()) != null
				|| annotations.findDeserializationConverter(this.context.getConfig(), property.getMember()) != null;
		if (!coded && !standard(place, property.getName())) {
			throw TypeRules.refused(place,
					"has a property '" + property.getName() + "' of " + place.raw().getName() + " that gives "
							+ TypePlace.simpleName(writer.getType()) + " and takes "
							+ TypePlace.simpleName(property.getType()) + ", so that it could not be read",
					"let both have one type");
		}
	}

	private static void requireWritten(TypePlace place, SettableBeanProperty property) {
		JsonProperty declared = property.getAnnotation(JsonProperty.class);
		boolean oneWay = declared != null && declared.access() == JsonProperty.Access.WRITE_ONLY;
		boolean parameter = property instanceof CreatorProperty && property.getInjectableValueId() == null;
		// The way back is made anew on the other side.
		boolean back = property.getAnnotation(JsonBackReference.class) != null;
		if (oneWay || back || property.isIgnorable() || (!parameter && !field(place, property.getName()))) {
			return;
		}
		throw TypeRules.refused(place,
				"has a " + (parameter ? "constructor with a parameter" : "setter of a property") + " '"
						+ property.getName() + "' of " + place.raw().getName()
						+ " that no getter or field gives, so that it would arrive as null",
				"add a getter or field of that name, name the one that is meant with @JsonProperty, or annotate another constructor with @JsonCreator");
	}

	private static void requireRead(TypePlace place, PropertyWriter writer) {
		AnnotatedMember member = writer.getMember();
		JsonProperty declared = writer.getAnnotation(JsonProperty.class);
		// What a @JsonAnyGetter gives the @JsonAnySetter takes.
		boolean oneWay = writer instanceof AnyGetterWriter
				|| (declared != null && declared.access() == JsonProperty.Access.READ_ONLY);
		boolean field = member != null && (member.getAnnotated() instanceof Field || field(place, writer.getName()));
		// A getter without a field is computed on the other side, too.
		if (oneWay || !field) {
			return;
		}
		if (writer.getType().isContainerType() && member.getAnnotated() instanceof Method) {
			throw TypeRules.refused(place,
					"has a property '" + writer.getName() + "' of " + place.raw().getName()
							+ " that only its getter gives, which may give a copy, so that nothing is added to it",
					"add a setter, add it to the constructor, or leave it out with @JsonIgnore");
		}
		throw TypeRules.refused(place,
				"has a property '" + writer.getName() + "' of " + place.raw().getName()
						+ " that no constructor or setter takes, so that it would be lost",
				"add it to the constructor, add a setter, or leave it out with @JsonIgnore");
	}

	private static boolean field(TypePlace place, String name) {
		return place.fields().stream().anyMatch((field) -> field.getName().equals(name));
	}

}
