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

import java.lang.invoke.MethodType;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

import tools.jackson.databind.JavaType;

/**
 * Whether what a getter gives can be taken by a setter, field or parameter of another
 * type: in other words for the same on the wire, or in a wider number.
 */
final class AccessorTypes {

	private static final List<Class<?>> WIDENING = List.of(Byte.class, Short.class, Integer.class, Long.class,
			BigInteger.class);

	private AccessorTypes() {
	}

	static boolean fit(JavaType given, JavaType taken) {
		if (given.equals(taken)) {
			return true;
		}
		if (given.isReferenceType() || taken.isReferenceType()) {
			return fit(given.isReferenceType() ? given.getContentType() : given,
					taken.isReferenceType() ? taken.getContentType() : taken);
		}
		if (given.isMapLikeType() && taken.isMapLikeType()) {
			return given.getKeyType().equals(taken.getKeyType()) && fit(given.getContentType(), taken.getContentType());
		}
		if (elements(given) && elements(taken)) {
			return fit(given.getContentType(), taken.getContentType());
		}
		return given.containedTypeCount() == 0 && taken.containedTypeCount() == 0
				&& fit(value(given.getRawClass()), value(taken.getRawClass()));
	}

	private static boolean fit(Class<?> given, Class<?> taken) {
		return given == taken || (given == Float.class && taken == Double.class)
				|| (WIDENING.contains(given) && WIDENING.indexOf(given) <= WIDENING.indexOf(taken));
	}

	/** Bytes and characters are no lists on the wire. */
	private static boolean elements(JavaType type) {
		return type.isCollectionLikeType()
				|| (type.isArrayType() && !type.hasRawClass(byte[].class) && !type.hasRawClass(char[].class));
	}

	private static Class<?> value(Class<?> type) {
		if (type == OptionalInt.class) {
			return Integer.class;
		}
		if (type == OptionalLong.class) {
			return Long.class;
		}
		return (type == OptionalDouble.class) ? Double.class : MethodType.methodType(type).wrap().returnType();
	}

}
