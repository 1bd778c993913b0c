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

import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * Jackson's annotations, without those that suit the JSON of a web page and make another
 * value of what was sent. Safe for all threads.
 */
final class ExactAnnotations extends JacksonAnnotationIntrospector {

	private static final long serialVersionUID = 1L;

	/**
	 * Every property is written: one that is left out arrives as null, or as its class
	 * initializes it, whatever it was.
	 */
	@Override
	public JsonInclude.Value findPropertyInclusion(MapperConfig<?> config, Annotated annotated) {
		return JsonInclude.Value.empty();
	}

	/** A constant goes by its name; its number or its properties cannot be read. */
	@Override
	public JsonFormat.@Nullable Value findFormat(MapperConfig<?> config, Annotated annotated) {
		JsonFormat.Value format = super.findFormat(config, annotated);
		return (format != null && format.hasShape() && annotated.getRawType().isEnum())
				? format.withShape(JsonFormat.Shape.STRING) : format;
	}

	/** The class of a constant with a body is no type of its own. */
	@Override
	public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
		return annotated.getRawType().isEnum() ? null : super.findSubtypes(config, annotated);
	}

	/**
	 * A constructor for people, beside the one without parameters, whose parameters are
	 * named otherwise than the properties.
	 */
	@Override
	public JsonCreator.@Nullable Mode findCreatorAnnotation(MapperConfig<?> config, Annotated annotated) {
		JsonCreator.Mode mode = super.findCreatorAnnotation(config, annotated);
		boolean otherwise = mode == null && annotated instanceof AnnotatedConstructor constructor
				&& forPeople(constructor);
		return otherwise ? JsonCreator.Mode.DISABLED : mode;
	}

	private static boolean forPeople(AnnotatedConstructor constructor) {
		Class<?> owner = constructor.getDeclaringClass();
		Parameter[] parameters = constructor.getAnnotated().getParameters();
		return parameters.length > 0 && !owner.isRecord() && !Throwable.class.isAssignableFrom(owner)
				&& Stream.of(owner.getDeclaredConstructors()).anyMatch((one) -> one.getParameterCount() == 0)
				&& Stream.of(parameters)
					.anyMatch((parameter) -> parameter.isNamePresent()
							&& !parameter.isAnnotationPresent(JsonProperty.class)
							&& !property(owner, parameter.getName()));
	}

	private static boolean property(Class<?> owner, String name) {
		for (Class<?> type = owner; type != null; type = type.getSuperclass()) {
			if (Arrays.stream(type.getDeclaredFields()).anyMatch((field) -> field.getName().equals(name))) {
				return true;
			}
		}
		String accessor = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
		return Arrays.stream(owner.getMethods())
			.anyMatch(
					(method) -> method.getName().equals("get" + accessor) || method.getName().equals("is" + accessor));
	}

}
