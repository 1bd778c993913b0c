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

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.introspect.BeanPropertyDefinition;

/**
 * Fields of a class that none of its properties gives or takes: its values would arrive
 * without them.
 */
final class HiddenFields {

	private static final String JACKSON_ANNOTATIONS = JsonIgnore.class.getPackageName();

	private HiddenFields() {
	}

	/**
	 * Find them. A field of another name than its property cannot be told from a hidden
	 * one, so that each property without a field of its name stands for one.
	 * @param mapper codes the values
	 * @param place a class that is coded property by property
	 * @return names of fields, if there are more than those properties explain
	 */
	static List<String> of(ObjectMapper mapper, TypePlace place) {
		Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		Set<String> unexplained = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
		for (BeanDescription description : List.of(
				mapper._serializationContext().introspectBeanDescription(place.type()),
				mapper._deserializationContext().introspectBeanDescription(place.type()))) {
			known.addAll(description.getIgnoredPropertyNames());
			if (description.findAnyGetter() != null) {
				// Further properties are kept somewhere.
				unexplained.add("*");
			}
			for (BeanPropertyDefinition property : description.findProperties()) {
				known.add(property.getName());
				known.add(property.getInternalName());
				unexplained.add(property.getName());
			}
		}
		List<String> hidden = new ArrayList<>();
		for (Field field : place.fields()) {
			String name = field.getName();
			if (known.contains(name) || known.contains(withoutIs(name))) {
				unexplained.remove(name);
				unexplained.remove(withoutIs(name));
			}
			else if (name.indexOf('$') < 0 && !annotated(field)) {
				hidden.add(name);
			}
		}
		return (hidden.size() > unexplained.size()) ? hidden : List.of();
	}

	/** The field {@code isNew} has the accessor {@code isNew()} of a property "new". */
	private static String withoutIs(String name) {
		return (name.length() > 2 && name.startsWith("is")) ? name.substring(2).toLowerCase(Locale.ROOT) : name;
	}

	/** Whoever wrote that thought of it. */
	private static boolean annotated(Field field) {
		return Stream.of(field.getAnnotations())
			.map(Annotation::annotationType)
			.anyMatch((type) -> type.getPackageName().equals(JACKSON_ANNOTATIONS));
	}

}
