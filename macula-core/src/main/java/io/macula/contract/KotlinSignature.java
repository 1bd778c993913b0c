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

package io.macula.contract;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What Kotlin's compiler makes of the functions of an interface, told by names, so that
 * no class of Kotlin is needed to read a contract.
 */
final class KotlinSignature {

	private static final String CONTINUATION = "kotlin.coroutines.Continuation";

	private static final String FLOW = "kotlinx.coroutines.flow.Flow";

	private static final String UNIT = "kotlin.Unit";

	/** Of the hash that follows the names of functions which take value classes. */
	private static final int HASH_LENGTH = 7;

	private KotlinSignature() {
	}

	/**
	 * What a suspend function returns to Kotlin: {@code Continuation<? super T>} is the
	 * last parameter of its method.
	 * @return T, or {@code null} if it does not suspend
	 */
	static @Nullable Type continued(Method method) {
		Type[] parameters = method.getGenericParameterTypes();
		if (parameters.length == 0 || !(parameters[parameters.length - 1] instanceof ParameterizedType last)
				|| !ContractTypes.erase(last).getName().equals(CONTINUATION)) {
			return null;
		}
		Type argument = last.getActualTypeArguments()[0];
		return (argument instanceof WildcardType wildcard && wildcard.getLowerBounds().length > 0)
				? wildcard.getLowerBounds()[0] : argument;
	}

	/** How many parameters a method has without the continuation. */
	static int parameterCount(Method method) {
		return (continued(method) != null) ? method.getParameterCount() - 1 : method.getParameterCount();
	}

	/**
	 * The name in the source: {@code find-k1Xq3Zw} is the function {@code find}, which
	 * takes or returns a value class. In Java no name has a hyphen.
	 */
	static String name(Method method) {
		String name = method.getName();
		int hyphen = name.length() - HASH_LENGTH - 1;
		return (hyphen > 0 && name.charAt(hyphen) == '-') ? name.substring(0, hyphen) : name;
	}

	/**
	 * Whether a method leads to one with value classes in the place of type variables,
	 * which the compiler adds to each class that inherits a function with a body.
	 */
	static boolean specialized(Method method) {
		String prefix = method.getName() + '-';
		return method.isBridge() && Stream.of(method.getDeclaringClass().getDeclaredMethods())
			.anyMatch((other) -> other.getName().startsWith(prefix)
					&& other.getName().length() == prefix.length() + HASH_LENGTH);
	}

	/**
	 * Whether the compiler wrote a method into a class that inherits a function with a
	 * body, for callers that look for it there: a bridge that, unlike those to what
	 * somebody wrote, is not synthetic.
	 */
	static boolean inherited(Method method) {
		return method.isBridge() && !method.isSynthetic();
	}

	static boolean flow(Class<?> type) {
		return type.getName().equals(FLOW);
	}

	/** Whether no value is ever of the type. */
	static boolean nothing(Type type) {
		return type == Void.class || (type instanceof Class<?> raw && raw.getName().equals(UNIT));
	}

}
