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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.impl.AsDeductionTypeDeserializer;

/**
 * Refuses, at its place, each type whose values would not arrive as they were sent.
 */
final class TypeRules implements Consumer<TypePlace> {

	private static final String NAME_THEM = "make it sealed, so that it permits the types it may be, or name them with @JsonTypeInfo(use = NAME) and @JsonSubTypes";

	/** What somebody else wrote may have a module, which this side lacks. */
	static final String OR_MODULE = "; or add a module that codes it, with a MaculaCodecCustomizer on both sides";

	private final ObjectMapper mapper;

	private final SerializationContext context;

	private final PropertyRules properties;

	TypeRules(ObjectMapper mapper) {
		this.mapper = mapper;
		this.context = mapper._serializationContext();
		this.properties = new PropertyRules(mapper);
	}

	@Override
	public void accept(TypePlace place) {
		requireNamesOnly(place);
		requireKotlin(place);
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
					this.properties.requireBothWays(place);
				}
				if (place.kind() == TypePlace.Kind.VALUE && !place.ofJdk() && !place.type().isThrowable()) {
					this.properties.requireWrittenAsOne(place);
				}
			}
		}
	}

	private static IllegalArgumentException open(TypePlace place) {
		if (place.type().isJavaLangObject()) {
			return refused(place, "is of type Object, so that nobody knows what to decode",
					"declare the type, or a sealed interface that permits the types it may be");
		}
		// What is abstract in the JDK nobody can seal.
		JdkTypes.require(place);
		return refused(place, "is of type " + place.raw().getName()
				+ ": the type is abstract and nothing says what to make of its values", NAME_THEM + OR_MODULE);
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

	/** Its constructor, its defaults and what may be null are in no Java class. */
	private static void requireKotlin(TypePlace place) {
		if (!KotlinTypes.coded() && KotlinTypes.kotlin(place.raw()) && place.kind() != TypePlace.Kind.OWN
				&& !place.raw().isEnum()) {
			throw refused(
					place, "is of type " + place.raw().getName() + ", which is written in Kotlin, and "
							+ KotlinTypes.MODULE + " is not on the class path",
					"add this dependency; Spring Boot manages its version");
		}
	}

	private void requireClosed(TypePlace place) {
		List<JavaType> options = TypeWalk.options(this.mapper, place.type());
		if (options.isEmpty()) {
			throw refused(place, "is of type " + place.raw().getName() + ", and no type is named that it may be",
					NAME_THEM);
		}
		if (ContractAnnotations.sealed(place.raw())) {
			requireSealedBelow(place, place.raw());
		}
		requireOneTypeOfAName(place, options);
		requireToldOnce(place);
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

	/** Beside it, another property of the name would be taken for it. */
	private void requireToldOnce(TypePlace place) {
		TypePlace owner = place.parent();
		TypeDeserializer naming = place.naming();
		if (owner != null && naming != null && naming.getTypeInclusion() == JsonTypeInfo.As.EXTERNAL_PROPERTY
				&& owner.deserializer() instanceof BeanDeserializerBase bean
				&& bean.findProperty(PropertyName.construct(naming.getPropertyName())) != null) {
			throw refused(place,
					"is told by the property '" + naming.getPropertyName() + "' beside it, which "
							+ owner.raw().getName() + " has as a property of its own",
					"name another property in @JsonTypeInfo");
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
			throw refused(place, "may be of type " + option.getRawClass().getName() + ", whose property '" + name
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
		while (serializer.getDelegatee() != null) {
			serializer = serializer.getDelegatee();
		}
		if (!ownText && serializer.getClass().getName().startsWith("tools.jackson.")) {
			throw refused(place, "is of type " + place.raw().getName() + ", which is no text and cannot be a key",
					"use a String, a number, an enum, a UUID or a date, or annotate what makes one text of it with @JsonValue, and what takes the text with @JsonCreator");
		}
	}

	/** Jackson writes the elements of a collection and nothing else of it. */
	private static void requireOnlyElements(TypePlace place) {
		List<Field> fields = place.fields();
		if (!fields.isEmpty()) {
			throw refused(place,
					"is of type " + place.raw().getName() + ", whose field '" + fields.get(0).getName()
							+ "' would be lost: only the elements of a collection travel",
					"declare a record with the field and a List or Map beside it");
		}
		ValueInstantiator made = (place.deserializer() instanceof ValueInstantiator.Gettable gettable)
				? gettable.getValueInstantiator() : null;
		if (made != null && !made.canInstantiate()) {
			throw refused(place,
					"is of type " + place.raw().getName() + ", which has no constructor without parameters",
					"add one, or declare a List or Map");
		}
	}

	static IllegalArgumentException refused(TypePlace place, String found, String remedy) {
		return new IllegalArgumentException(place.path() + " " + found + "; " + remedy);
	}

}
