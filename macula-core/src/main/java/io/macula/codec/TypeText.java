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

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyName;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;

/**
 * All that values of a type can hold, as one text: properties with their names, aliases
 * and types, constants, named cases. In stable order, whatever order reflection has. Used
 * by one thread, for one walk.
 */
final class TypeText implements Consumer<TypePlace> {

	private final ObjectMapper mapper;

	private final StringBuilder text = new StringBuilder();

	private TypeText(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	static String of(ObjectMapper mapper, JavaType type) {
		TypeText text = new TypeText(mapper);
		new TypeWalk(mapper).walk(type, text);
		return text.text.toString();
	}

	@Override
	public void accept(TypePlace place) {
		this.text.append(place.path()).append(':').append(place.kind()).append(' ').append(place.type().toCanonical());
		switch (place.kind()) {
			case ENUM -> constants(place.raw());
			case BEAN -> properties((BeanDeserializerBase) place.requireDeserializer());
			case CHOICE -> cases(place.type());
			case KEY -> {
				if (place.raw().isEnum()) {
					constants(place.raw());
				}
			}
			default -> {
			}
		}
		this.text.append('|');
	}

	private void constants(Class<?> type) {
		Class<?> declared = type.isEnum() ? type : type.getSuperclass();
		List<String> names = new ArrayList<>();
		Stream.of(declared.getFields()).filter((field) -> field.isEnumConstant()).forEach((field) -> {
			boolean standsIn = field.isAnnotationPresent(JsonEnumDefaultValue.class);
			names.add(field.getName() + (standsIn ? "*" : ""));
		});
		names.sort(null);
		this.text.append(names);
	}

	/** Their types follow, each at its place. */
	private void properties(BeanDeserializerBase bean) {
		List<String> names = new ArrayList<>();
		for (Iterator<SettableBeanProperty> all = bean.properties(); all.hasNext();) {
			SettableBeanProperty property = all.next();
			List<String> aliases = property.findAliases(this.mapper.deserializationConfig())
				.stream()
				.map(PropertyName::getSimpleName)
				.sorted()
				.toList();
			names.add(property.getName() + (property.isRequired() ? "!" : "") + (aliases.isEmpty() ? "" : aliases));
		}
		names.sort(null);
		this.text.append(names);
	}

	private void cases(JavaType type) {
		this.text.append(TypeWalk.options(this.mapper, type)
			.stream()
			.map((one) -> TypeWalk.typeName(this.mapper, one))
			.toList());
	}

}
