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

package io.macula.kotlin;

import java.lang.invoke.MethodHandle;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What the source of a function says beyond its Java method.
 *
 * @param names of the parameters that are values
 * @param types of these, for messages
 * @param required whether each must not be null
 * @param checks what their value classes have to say
 * @param least how many of them have no default, up to the last such
 * @param resultRequired whether the one result must not be null
 * @param resultOfNull what a suspend function returns for null, if that is a value of its
 * value class
 * @param boxed makes a value class of what the function returned without it
 * @param unboxed takes it out of a value class again, where Kotlin's callers expect that
 * @param defaults calls the function without its last arguments
 */
record KotlinFacts(List<String> names, List<String> types, List<Boolean> required, List<Check> checks, int least,
		boolean resultRequired, @Nullable Object resultOfNull, @Nullable MethodHandle boxed,
		@Nullable MethodHandle unboxed, @Nullable Defaults defaults) {

	@Nullable Object callWithDefaults(Object implementation, @Nullable Object[] arguments, @Nullable Object continuation)
			throws Throwable {
		Defaults present = this.defaults;
		if (present == null) {
			throw new IllegalStateException("No argument has a default");
		}
		return present.call(implementation, arguments, continuation);
	}

	/**
	 * What the value class of a parameter does with what it is made of.
	 *
	 * @param handle throws if it refuses the value; {@code null} for other parameters
	 * @param ofNull whether null is what it is made of, and not the lack of a value
	 */
	record Check(@Nullable MethodHandle handle, boolean ofNull) {

		static final Check NONE = new Check(null, false);

	}

	/** The function without its last arguments. */
	@FunctionalInterface
	interface Defaults {

		@Nullable Object call(Object implementation, @Nullable Object[] arguments, @Nullable Object continuation)
				throws Throwable;

	}

}
