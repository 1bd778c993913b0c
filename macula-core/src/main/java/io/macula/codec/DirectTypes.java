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

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.deser.jdk.EnumDeserializer;
import tools.jackson.databind.introspect.AnnotatedWithParams;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.jdk.EnumSerializer;

/**
 * Finds the types of which it is known to the byte how Jackson writes them: those that
 * nobody annotated, and of which Jackson itself says that it takes all components of a
 * record and nothing else. Used by one thread, for one type.
 */
final class DirectTypes {

	/** Annotations that say nothing to Jackson. */
	private static final List<String> OTHER_ANNOTATIONS = List.of("java.lang.", "jakarta.annotation.",
			"jakarta.validation.", "org.jspecify.", "org.springframework.lang.", "org.jetbrains.annotations.");

	/** Parameters that a handle can have, with room for wide ones. */
	private static final int MOST_COMPONENTS = 100;

	private final ObjectMapper mapper;

	private final Map<JavaType, @Nullable DirectValue> found = new HashMap<>();

	DirectTypes(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Whether it is worth to look closer at a type.
	 */
	static boolean possible(JavaType type) {
		Class<?> raw = type.getRawClass();
		return raw.isRecord() || raw == List.class || raw.isEnum() || DirectScalar.of(raw) != null;
	}

	/**
	 * The direct way to code values of a type.
	 * @return the way, or {@code null} if there is none
	 */
	@Nullable DirectValue find(JavaType type) {
		if (this.found.containsKey(type)) {
			return this.found.get(type);
		}
		// A type within itself finds none.
		this.found.put(type, null);
		DirectValue value = make(type);
		if (value != null && value.levels() > PayloadMapper.MAX_DEPTH) {
			return null;
		}
		this.found.put(type, value);
		return value;
	}

	private @Nullable DirectValue make(JavaType type) {
		Class<?> raw = type.getRawClass();
		if (raw == List.class) {
			DirectValue element = find(type.getContentType());
			return (element != null) ? new DirectList(element) : null;
		}
		if (raw.isEnum()) {
			return (unannotated(raw) && byName(type)) ? DirectEnum.of(raw) : null;
		}
		if (!raw.isRecord()) {
			return DirectScalar.of(raw);
		}
		return (raw.getTypeParameters().length == 0 && unannotated(raw)) ? makeRecord(type) : null;
	}

	/** Whether Jackson takes it as an enum, and not as one of its interfaces. */
	private boolean byName(JavaType type) {
		ValueSerializer<?> serializer = this.mapper._serializationContext().findValueSerializer(type);
		return serializer instanceof EnumSerializer && this.mapper._deserializationContext()
			.findContextualValueDeserializer(type, null) instanceof EnumDeserializer;
	}

	private @Nullable DirectValue makeRecord(JavaType type) {
		RecordComponent[] components = type.getRawClass().getRecordComponents();
		if (components.length > MOST_COMPONENTS) {
			return null;
		}
		try {
			Constructor<?> canonical = canonical(type.getRawClass(), components);
			if (!written(type, components) || !made(type, canonical)) {
				return null;
			}
			List<DirectValue> values = new ArrayList<>();
			for (RecordComponent component : components) {
				DirectValue value = find(this.mapper.getTypeFactory().constructType(component.getGenericType()));
				if (value == null) {
					return null;
				}
				values.add(value);
			}
			return DirectRecord.of(canonical, components, values);
		}
		catch (ReflectiveOperationException ex) {
			// Not open to this library.
			return null;
		}
	}

	private static Constructor<?> canonical(Class<?> raw, RecordComponent[] components) throws NoSuchMethodException {
		return raw.getDeclaredConstructor(Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
	}

	/** Whether all components are written in their order, by their accessors. */
	private boolean written(JavaType type, RecordComponent[] components) {
		ValueSerializer<?> serializer = this.mapper._serializationContext().findValueSerializer(type);
		if (!(serializer instanceof BeanSerializerBase)) {
			return false;
		}
		Iterator<PropertyWriter> properties = serializer.properties();
		for (RecordComponent component : components) {
			if (!properties.hasNext() || !(properties.next() instanceof BeanPropertyWriter property)
					|| !property.getName().equals(component.getName())
					|| !component.getAccessor().equals(property.getMember().getMember())
					|| property.getTypeSerializer() != null || property.isUnwrapping()) {
				return false;
			}
		}
		return !properties.hasNext();
	}

	private boolean made(JavaType type, Constructor<?> canonical) {
		if (!(this.mapper._deserializationContext()
			.findRootValueDeserializer(type) instanceof BeanDeserializerBase deserializer)) {
			return false;
		}
		AnnotatedWithParams creator = deserializer.getValueInstantiator().getWithArgsCreator();
		return (creator != null) ? canonical.equals(creator.getAnnotated()) : canonical.getParameterCount() == 0;
	}

	private static boolean unannotated(Class<?> type) {
		return plain(type) && Stream.of(type.getDeclaredFields()).allMatch(DirectTypes::plain)
				&& Stream.of(type.getDeclaredMethods()).allMatch(DirectTypes::plainExecutable)
				&& Stream.of(type.getDeclaredConstructors()).allMatch(DirectTypes::plainExecutable)
				&& Stream.of(type.getInterfaces()).allMatch((each) -> !each.isSealed() && unannotated(each));
	}

	private static boolean plainExecutable(Executable executable) {
		return plain(executable) && Stream.of(executable.getParameters()).allMatch(DirectTypes::plain);
	}

	private static boolean plain(AnnotatedElement element) {
		return Arrays.stream(element.getAnnotations())
			.map((each) -> each.annotationType().getName())
			.allMatch((name) -> OTHER_ANNOTATIONS.stream().anyMatch(name::startsWith));
	}

}
