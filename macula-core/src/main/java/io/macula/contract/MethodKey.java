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
import java.util.List;

/**
 * Name and erased parameter types: what makes two methods override each other.
 */
record MethodKey(String name, List<Class<?>> parameterTypes) {

	static MethodKey of(Method method) {
		return new MethodKey(method.getName(), List.of(method.getParameterTypes()));
	}

	/** Whether every object has this method, so that it is never remote. */
	boolean ofObject() {
		return switch (this.name) {
			case "equals" -> this.parameterTypes.equals(List.of(Object.class));
			case "hashCode", "toString" -> this.parameterTypes.isEmpty();
			default -> false;
		};
	}

}
