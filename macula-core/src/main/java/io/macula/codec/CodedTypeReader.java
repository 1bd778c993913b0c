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

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanAsArrayDeserializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;

/**
 * Reads what of one type is on the wire. Used by one thread.
 */
final class CodedTypeReader {

	/** No property has this name. */
	private static final String CONVERTED = "";

	private final ObjectMapper mapper;

	private final DeserializationConfig config;

	private final AnnotationIntrospector annotations;

	private final CodedFormat format;

	CodedTypeReader(ObjectMapper mapper) {
		this.mapper = mapper;
		this.config = mapper.deserializationConfig();
		this.annotations = this.config.getAnnotationIntrospector();
		this.format = new CodedFormat(mapper);
	}

	/** Tells the type of a property. */
	interface PropertyTypes {

		String text(TypePlace bean, String name, JavaType type);

	}

	/** In stable order, since names are given to types in the order they are met in. */
	CodedType.Properties properties(TypePlace place, PropertyTypes types) {
		BeanDeserializerBase bean = (BeanDeserializerBase) place.requireDeserializer();
		BeanDescription description = this.mapper._deserializationContext().introspectBeanDescription(place.type());
		Map<String, PropertyWriter> written = new TreeMap<>();
		place.serializer(this.mapper._serializationContext())
			.properties()
			.forEachRemaining((writer) -> written.put(writer.getName(), writer));
		List<SettableBeanProperty> read = new ArrayList<>();
		bean.properties().forEachRemaining(read::add);
		boolean positional = bean instanceof BeanAsArrayDeserializer;
		if (!positional) {
			read.sort(Comparator.comparing(SettableBeanProperty::getName));
		}
		Map<String, List<String>> aliases = aliases(description);
		List<CodedType.Property> properties = new ArrayList<>();
		for (SettableBeanProperty property : read) {
			String name = property.getName();
			if (place.type().isThrowable() && PropertyRules.OF_THROWABLE.contains(name)) {
				continue;
			}
			JavaType converted = this.format.convertedFrom(property.getMember());
			String type = (converted != null) ? types.text(place, CONVERTED, converted)
					: types.text(place, name, property.getType());
			properties.add(new CodedType.Property(name, type, aliases.getOrDefault(name, List.of()),
					property.isRequired(), written.containsKey(name), this.format.of(description.getClassInfo(),
							property.getMember(), property.getMetadata(), written.get(name))));
		}
		written.values().forEach((writer) -> {
			JsonUnwrapped unwrapped = writer.getAnnotation(JsonUnwrapped.class);
			if (unwrapped != null && writer instanceof BeanPropertyWriter inner && inner.isUnwrapping()) {
				properties.removeIf((property) -> property.name().equals(writer.getName()));
				properties
					.add(new CodedType.Property(writer.getName(), types.text(place, writer.getName(), writer.getType()),
							List.of(), false, true, "unwrapped " + unwrapped.prefix() + '*' + unwrapped.suffix()));
			}
		});
		TypeWalk.toldBeside(this.mapper._deserializationContext(), description)
			.forEach((property) -> properties.add(new CodedType.Property(property.getName(),
					types.text(place, property.getName(), property.getPrimaryType()),
					aliases.getOrDefault(property.getName(), List.of()), property.isRequired(),
					written.containsKey(property.getName()), null)));
		JavaType further = TypeWalk.further(description.findAnySetterAccessor());
		if (further != null) {
			properties.add(new CodedType.Property(TypeWalk.FURTHER, types.text(place, TypeWalk.FURTHER, further),
					List.of(), false, description.findAnyGetter() != null, "whatever else there is"));
		}
		if (!positional) {
			properties.sort(Comparator.comparing(CodedType.Property::name));
		}
		return new CodedType.Properties(properties, positional);
	}

	private static Map<String, List<String>> aliases(BeanDescription description) {
		Map<String, List<String>> aliases = new HashMap<>();
		for (BeanPropertyDefinition property : description.findProperties()) {
			aliases.put(property.getName(),
					property.findAliases().stream().map(PropertyName::getSimpleName).sorted().toList());
		}
		return aliases;
	}

	/** Each constant is written to know its text. */
	CodedType.Constants constants(JavaType type) {
		Enum<?>[] constants = (Enum<?>[]) type.getRawClass().getEnumConstants();
		AnnotatedClass annotated = this.mapper._deserializationContext().introspectBeanDescription(type).getClassInfo();
		String[][] aliases = new String[constants.length][];
		this.annotations.findEnumAliases(this.config, annotated, constants, aliases);
		Enum<?> fallback = this.annotations.findDefaultEnumValue(this.config, annotated, constants);
		List<CodedType.Named> named = new ArrayList<>();
		StringJoiner features = new StringJoiner(" ");
		JsonFormat.Value format = this.annotations.findFormat(this.config, annotated);
		if (format != null) {
			CodedFormat.features(format, features);
		}
		for (int i = 0; i < constants.length; i++) {
			Stream<String> others = (aliases[i] != null) ? Stream.of(aliases[i]) : Stream.empty();
			Stream<String> any = (features.length() > 0) ? Stream.of("any, " + features) : Stream.empty();
			named.add(new CodedType.Named(text(constants[i]), Stream.concat(others, any).sorted().toList()));
		}
		named.sort(Comparator.comparing(CodedType.Named::name));
		return new CodedType.Constants(named, (fallback != null) ? text(fallback) : null);
	}

	/** By {@code @JsonValue} it may be a number. */
	private String text(Enum<?> constant) {
		JsonNode text = this.mapper.readTree(this.mapper.writeValueAsBytes(constant));
		return text.isString() ? text.asString() : "number " + text;
	}

	CodedType.Choice choice(TypePlace place, List<String> types) {
		TypeDeserializer naming = place.naming();
		if (naming == null) {
			throw new IllegalStateException(place.path() + " is no choice");
		}
		List<JavaType> options = TypeWalk.options(this.mapper, place.type());
		List<CodedType.Case> cases = new ArrayList<>();
		for (int i = 0; i < options.size(); i++) {
			Class<?> option = options.get(i).getRawClass();
			List<String> names = new ArrayList<>(names(place.type(), option));
			if (names.isEmpty()) {
				names.add(TypeWalk.typeName(this.mapper, options.get(i)));
			}
			cases.add(new CodedType.Case(names.get(0), names.stream().skip(1).sorted().toList(), types.get(i)));
		}
		cases.sort(Comparator.comparing(CodedType.Case::name));
		Class<?> fallback = naming.getDefaultImpl();
		return new CodedType.Choice(toldBy(naming), cases,
				(fallback != null && fallback != Void.class) ? fallback.getSimpleName() : null);
	}

	private static String toldBy(TypeDeserializer naming) {
		if (naming.getTypeIdResolver().getMechanism() == JsonTypeInfo.Id.DEDUCTION) {
			return "its properties";
		}
		return switch (naming.getTypeInclusion()) {
			case WRAPPER_OBJECT -> "an object around it";
			case WRAPPER_ARRAY -> "an array around it";
			case EXTERNAL_PROPERTY -> "the property " + naming.getPropertyName() + " beside it";
			default -> "the property " + naming.getPropertyName();
		};
	}

	/** The name that is written comes first. */
	private List<String> names(JavaType type, Class<?> option) {
		List<String> names = new ArrayList<>();
		AnnotatedClass annotated = this.mapper._deserializationContext().introspectClassAnnotations(type);
		List<NamedType> all = new ArrayList<>(TypeWalk.named(this.mapper, type));
		all.addAll(this.config.getSubtypeResolver().collectAndResolveSubtypesByTypeId(this.config, annotated));
		for (NamedType named : all) {
			if (named.getType() == option && named.hasName() && !names.contains(named.getName())) {
				names.add(named.getName());
			}
		}
		return names;
	}

	/** A value of one text or number: as what it is written, or of what it is made. */
	CodedType scalar(TypePlace place, PropertyTypes types) {
		AnnotatedMember value = this.mapper._serializationContext()
			.introspectBeanDescription(place.type())
			.findJsonValueAccessor();
		if (value != null) {
			return new CodedType.Same(TypePlace.simpleName(value.getType()));
		}
		Type inside = KotlinTypes.underlying(place.raw());
		JavaType converted = (inside != null) ? this.mapper.constructType(inside) : this.format.convertedFrom(
				this.mapper._deserializationContext().introspectBeanDescription(place.type()).getClassInfo());
		if (converted != null) {
			return new CodedType.Same(types.text(place, CONVERTED, converted));
		}
		if (place.requireDeserializer() instanceof BeanDeserializerBase bean) {
			ValueInstantiator made = bean.getValueInstantiator();
			return new CodedType.Same(made.canCreateFromString() ? "String"
					: made.canCreateFromInt() ? "int" : made.canCreateFromLong() ? "long" : made.canCreateFromDouble()
							? "double" : made.canCreateFromBoolean() ? "boolean" : "BigDecimal");
		}
		return new CodedType.Own(place.requireDeserializer().getClass().getName());
	}

}
