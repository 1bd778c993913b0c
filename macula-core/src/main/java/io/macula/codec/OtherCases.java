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

import com.fasterxml.jackson.annotation.JsonTypeName;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.DeserializationProblemHandler;

/**
 * Keeps the case of a sealed type from being read as another class. Where one version of
 * a contract declares a class and a later one a sealed type that permits it, the name of
 * the case is an unknown property to the former, which would skip it and take a square
 * for a circle.
 */
final class OtherCases extends DeserializationProblemHandler {

	@Override
	public boolean handleUnknownProperty(DeserializationContext context, JsonParser parser,
			ValueDeserializer<?> deserializer, Object beanOrClass, String propertyName) {
		if (ContractAnnotations.TYPE_PROPERTY.equals(propertyName) && parser.hasToken(JsonToken.VALUE_STRING)) {
			Class<?> type = deserializer.handledType();
			if (!parser.getString().equals(name(type))) {
				throw context.invalidTypeIdException(context.constructType(type), parser.getString(),
						"another type came");
			}
		}
		return false;
	}

	private static String name(Class<?> type) {
		JsonTypeName named = type.getAnnotation(JsonTypeName.class);
		return (named != null) ? named.value() : type.getSimpleName();
	}

}
