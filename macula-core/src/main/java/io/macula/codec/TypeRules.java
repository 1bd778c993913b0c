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
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonBackReference;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.CreatorProperty;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.impl.AsDeductionTypeDeserializer;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.impl.UnknownSerializer;
import tools.jackson.databind.ser.jackson.JsonValueSerializer;

/**
 * Refuses, at its place, each type whose values would not arrive as they were sent.
 */
final class TypeRules implements Consumer<TypePlace> {

	/** What every exception has; coded apart or of use in its own process only. */
	static final Set<String> OF_THROWABLE = Set.of("message", "cause", "stackTrace", "suppressed", "localizedMessage");

	private static final String NAME_THEM = "make it sealed, so that it permits the types it may be, or name them with @JsonTypeInfo(use = NAME) and @JsonSubTypes";

	/** What somebody else wrote may have a module, which this side lacks. */
	static final String OR_MODULE = "; or add a module that codes it, with a MaculaCodecCustomizer on both sides";

	private static final String PROBE = "a message";

	private final ObjectMapper mapper;

	private final SerializationContext context;

	TypeRules(ObjectMapper mapper) {
		this.mapper = mapper;
		this.context = mapper._serializationContext();
	}

	@Override
	public void accept(TypePlace place) {
		requireNamesOnly(place);
		switch (place.kind()) {
			case OPEN -> throw open(place);
			case OWN -> {
			}
			case KEY -> requireKey(place);
			case CHOICE -> requireClosed(place);
			case OPTIONAL -> requireOneEmptiness(place);
			default -> {
				JdkTypes.require(place);
				if (place.kind() == TypePlace.Kind.ELEMENTS || place.kind() == TypePlace.Kind.MAP) {
					requireOnlyElements(place);
				}
				if (place.kind() == TypePlace.Kind.BEAN) {
					requireBothWays(place);
				}
				if (place.kind() == TypePlace.Kind.VALUE && !place.ofJdk() && !place.type().isThrowable()) {
					requireWrittenAsOne(place);
				}
			}
		}
	}

	private static IllegalArgumentException open(TypePlace place) {
		if (place.type().isJavaLangObject()) {
			return refused(place, "is an Object, so that nobody knows what to decode",
					"declare the type, or a sealed interface that permits the types it may be");
		}
		// What is abstract in the JDK nobody can seal.
		JdkTypes.require(place);
		return refused(place,
				"is a " + place.raw().getName() + ": the type is abstract and nothing says what to make of its values",
				NAME_THEM + OR_MODULE);
	}

	/** A peer that may name classes may have any class instantiated. */
	private static void requireNamesOnly(TypePlace place) {
		if (place.naming() == null) {
			return;
		}
		// Its resolver says CLASS, but the peer names nothing.
		if (place.naming() instanceof AsDeductionTypeDeserializer) {
			throw refused(place,
					"has @JsonTypeInfo(use = DEDUCTION), so that a property that is added could make another type of a value",
					"write use = NAME, or leave the annotation out at a sealed type");
		}
		JsonTypeInfo.Id mechanism = place.naming().getTypeIdResolver().getMechanism();
		if (mechanism != JsonTypeInfo.Id.NAME && mechanism != JsonTypeInfo.Id.SIMPLE_NAME) {
			throw refused(place, "has @JsonTypeInfo(use = " + mechanism + "), which lets the peer choose classes",
					"write use = NAME, and @JsonSubTypes or a sealed type");
		}
	}

	private void requireClosed(TypePlace place) {
		List<JavaType> options = TypeWalk.options(this.mapper, place.type());
		if (options.isEmpty()) {
			throw refused(place, "is a " + place.raw().getName() + ", and no type is named that it may be", NAME_THEM);
		}
		if (ContractAnnotations.sealed(place.raw())) {
			requireSealedBelow(place, place.raw());
		}
		requireOneTypeOfAName(place, options);
		options.forEach((option) -> requireSeen(place, option));
	}

	private void requireOneTypeOfAName(TypePlace place, List<JavaType> options) {
		Set<Class<?>> possible = new HashSet<>();
		options.forEach((option) -> possible.add(option.getRawClass()));
		Map<String, Class<?>> names = new HashMap<>();
		for (NamedType option : TypeWalk.named(this.mapper, place.type())) {
			if (!option.hasName() || !possible.contains(option.getType())) {
				continue;
			}
			Class<?> other = names.putIfAbsent(option.getName(), option.getType());
			if (other != null && other != option.getType()) {
				List<String> both = Stream.of(other, option.getType()).map(Class::getName).sorted().toList();
				throw refused(place, "permits two types of one name, " + both.get(0) + " and " + both.get(1),
						"rename one, or give one another name with @JsonTypeName");
			}
		}
	}

	/** The property that names the type is taken away before the type is read. */
	private void requireSeen(TypePlace place, JavaType option) {
		DeserializationContext reading = this.mapper._deserializationContext();
		JsonTypeInfo.Value naming = reading.getAnnotationIntrospector()
			.findPolymorphicTypeInfo(reading.getConfig(), reading.introspectClassAnnotations(place.type()));
		if (naming == null || naming.getInclusionType() != JsonTypeInfo.As.EXISTING_PROPERTY || naming.getIdVisible()
				|| place.naming() == null) {
			return;
		}
		String name = place.naming().getPropertyName();
		if (reading.findContextualValueDeserializer(option, null) instanceof BeanDeserializerBase bean
				&& bean.findProperty(PropertyName.construct(name)) != null) {
			throw refused(place, "may be a " + option.getRawClass().getName() + ", whose property '" + name
					+ "' names the type and would arrive as null", "write visible = true in @JsonTypeInfo");
		}
	}

	private static void requireSealedBelow(TypePlace place, Class<?> sealed) {
		for (Class<?> permitted : sealed.getPermittedSubclasses()) {
			if (permitted.isSealed() && !permitted.isEnum()) {
				requireSealedBelow(place, permitted);
			}
			else if (!permitted.isEnum() && !Modifier.isFinal(permitted.getModifiers())) {
				throw refused(place, "permits " + permitted.getName() + ", which is non-sealed and may be anything",
						"make that a record, final or sealed");
			}
		}
	}

	private static void requireOneEmptiness(TypePlace place) {
		JdkTypes.require(place);
		if (place.type().getContentType() != null && place.type().getContentType().isReferenceType()) {
			throw refused(place, "is an Optional of an Optional, which can be empty in two ways", "drop one of them");
		}
	}

	/** What has no text of its own would become its toString(), and nothing thereof. */
	private void requireKey(TypePlace place) {
		if (place.raw().isEnum() || JdkTypes.key(place.raw())) {
			return;
		}
		BeanDescription description = this.context.introspectBeanDescription(place.type());
		boolean ownText = description.findJsonKeyAccessor() != null || description.findJsonValueAccessor() != null;
		ValueSerializer<?> serializer = this.context.findKeySerializer(place.type(), null);
		if (!ownText && serializer.getClass().getName().startsWith("tools.jackson.")) {
			throw refused(place, "is a " + place.raw().getName() + ", which is no text and cannot be a key",
					"use a String, a number, an enum, a UUID or a date, or give it a @JsonValue and a @JsonCreator of one text");
		}
	}

	/** Jackson writes the elements of a collection and nothing else of it. */
	private static void requireOnlyElements(TypePlace place) {
		List<Field> fields = place.fields();
		if (!fields.isEmpty()) {
			throw refused(place,
					"is a " + place.raw().getName() + ", whose field '" + fields.get(0).getName()
							+ "' would be lost: only the elements of a collection travel",
					"declare a record with the field and a List or Map beside it");
		}
		ValueInstantiator made = (place.deserializer() instanceof ValueInstantiator.Gettable gettable)
				? gettable.getValueInstantiator() : null;
		if (made != null && !made.canInstantiate()) {
			throw refused(place, "is a " + place.raw().getName() + ", which has no constructor without parameters",
					"add one, or declare a List or Map");
		}
	}

	/** A property that is written and not read, or the other way round, gets lost. */
	private void requireBothWays(TypePlace place) {
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
			if (!written.containsKey(property.getName()) && !unwrapped.contains(property.getName())
					&& !standard(place, property.getName())) {
				requireWritten(place, property);
			}
		}
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
			throw refused(place,
					"is a " + place.raw().getName() + ", of which no property gives the fields ("
							+ String.join(", ", hidden) + "), so that they would be lost",
					"add getters and setters or a constructor with them (getxIndex is none: @JsonProperty makes it one),"
							+ " or leave them out with transient or @JsonIgnore" + OR_MODULE);
		}
	}

	private static boolean standard(TypePlace place, String property) {
		return place.type().isThrowable() && OF_THROWABLE.contains(property);
	}

	/** What shows nothing of itself is written as an empty object. */
	private static boolean asObject(ValueSerializer<?> serializer) {
		return serializer instanceof BeanSerializerBase || serializer instanceof UnknownSerializer;
	}

	private void requireWrittenAsOne(TypePlace place) {
		if (place.deserializer() instanceof BeanDeserializerBase && asObject(place.serializer(this.context))) {
			throw refused(place,
					"is a " + place.raw().getName() + ", which is read as one text or number, and written as an object",
					"give it a @JsonValue, or annotate the constructor that takes its properties with @JsonCreator");
		}
	}

	private static void requireMadeOfOne(TypePlace place, ValueInstantiator made) {
		if (!TypeWalk.madeOfOne(made)) {
			throw refused(place, "is a " + place.raw().getName() + ", which has a @JsonValue that no creator takes",
					"annotate the constructor or static method that takes it with @JsonCreator");
		}
	}

	private void requireFurtherBothWays(TypePlace place, BeanDeserializerBase bean) {
		boolean given = this.context.introspectBeanDescription(place.type()).findAnyGetter() != null;
		if (given != bean.hasAnySetter()) {
			throw refused(place,
					"has a " + (given ? "@JsonAnyGetter without a @JsonAnySetter"
							: "@JsonAnySetter without a @JsonAnyGetter") + ", so that what it holds would be lost",
					"add the other one");
		}
	}

	/** No other module sets what an exception of the JDK keeps for itself. */
	private static void requireSettable(TypePlace place, SettableBeanProperty property) {
		AnnotatedMember member = property.getMember();
		if (member != null && place.type().isThrowable() && !standard(place, property.getName())
				&& TypePlace.ofJdk(member.getDeclaringClass()) && !member.isPublic()) {
			throw refused(place, "has a property '" + property.getName() + "' of "
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
					? "has no constructor that takes nothing, the message, or its properties" : "is a "
							+ place.raw().getName() + ", which has no constructor that takes nothing or its properties";
			throw refused(place, found, "add one, annotate one with @JsonCreator, or compile with -parameters"
					+ (place.type().isThrowable() ? "" : OR_MODULE));
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
			throw refused(place, "has a constructor " + place.raw().getSimpleName()
					+ "(String) that makes another message of the one it is given, so that its message would change",
					"let it take the message, or keep what it takes in a field of the parameter's name, and compile with -parameters");
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
		throw refused(place,
				"has a " + (parameter ? "constructor with a parameter" : "setter of a property") + " '"
						+ property.getName() + "' of " + place.raw().getName()
						+ " that no getter or field gives, so that it would arrive as null",
				"add a getter or field of that name, name the one that is meant with @JsonProperty, or annotate another constructor with @JsonCreator");
	}

	private static void requireRead(TypePlace place, PropertyWriter writer) {
		AnnotatedMember member = writer.getMember();
		JsonProperty declared = writer.getAnnotation(JsonProperty.class);
		boolean oneWay = declared != null && declared.access() == JsonProperty.Access.READ_ONLY;
		boolean field = member != null && (member.getAnnotated() instanceof Field || field(place, writer.getName()));
		// A getter without a field is computed on the other side, too.
		if (oneWay || !field) {
			return;
		}
		throw refused(place,
				"has a property '" + writer.getName() + "' of " + place.raw().getName()
						+ " that no constructor or setter takes, so that it would be lost",
				"add it to the constructor, add a setter, or leave it out with @JsonIgnore");
	}

	private static boolean field(TypePlace place, String name) {
		return place.fields().stream().anyMatch((field) -> field.getName().equals(name));
	}

	static IllegalArgumentException refused(TypePlace place, String found, String remedy) {
		return new IllegalArgumentException(place.path() + " " + found + "; " + remedy);
	}

}
