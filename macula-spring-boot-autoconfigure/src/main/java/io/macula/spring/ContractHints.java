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

package io.macula.spring;

import java.lang.reflect.Method;
import java.lang.reflect.Type;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;

/**
 * What a contract needs in a native image: its methods, and the values they carry.
 */
final class ContractHints {

	private static final BindingReflectionHintsRegistrar binding = new BindingReflectionHintsRegistrar();

	private ContractHints() {
	}

	static void register(RuntimeHints hints, Class<?> contract) {
		hints.reflection().registerType(contract);
		for (Method method : contract.getMethods()) {
			hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
			for (Type parameter : method.getGenericParameterTypes()) {
				binding.registerReflectionHints(hints.reflection(), parameter);
			}
			binding.registerReflectionHints(hints.reflection(), method.getGenericReturnType());
			for (Type exception : method.getGenericExceptionTypes()) {
				binding.registerReflectionHints(hints.reflection(), exception);
			}
		}
	}

}
