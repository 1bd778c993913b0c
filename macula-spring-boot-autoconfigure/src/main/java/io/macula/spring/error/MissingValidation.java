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

package io.macula.spring.error;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import io.macula.log.PrintableLogger;
import io.macula.server.MethodGuard;
import jakarta.validation.Constraint;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Warns once of each service whose contract has constraints that nobody checks, since
 * there is no validator. Guards no call. Safe for all threads.
 */
public final class MissingValidation implements MethodGuard.Factory {

	private static final Logger logger = PrintableLogger.of(MissingValidation.class);

	private final Set<ServiceName> told = ConcurrentHashMap.newKeySet();

	@Override
	public @Nullable MethodGuard guard(ServiceName service, Object handler, MethodContract contract) {
		if (isConstrained(contract.method()) && this.told.add(service)) {
			logger.warn(
					"Service {} is provided without validation: method {} of {} has constraints, but there is no"
							+ " Validator bean. Add the dependency spring-boot-starter-validation, or set"
							+ " macula.provider.validation=false if they are not to be checked",
					service, contract.signature(), contract.method().getDeclaringClass().getName());
		}
		return null;
	}

	private static boolean isConstrained(Method method) {
		return isConstrained(method, method.getAnnotatedReturnType())
				|| Stream.of(method.getParameters()).anyMatch(MissingValidation::isConstrained);
	}

	private static boolean isConstrained(Parameter parameter) {
		return isConstrained(parameter, parameter.getAnnotatedType());
	}

	private static boolean isConstrained(AnnotatedElement declared, AnnotatedType type) {
		return constrains(declared) || isConstrained(type);
	}

	private static boolean isConstrained(AnnotatedType type) {
		if (constrains(type)) {
			return true;
		}
		if (type instanceof AnnotatedParameterizedType generic) {
			return Stream.of(generic.getAnnotatedActualTypeArguments()).anyMatch(MissingValidation::isConstrained);
		}
		return type instanceof AnnotatedArrayType array && isConstrained(array.getAnnotatedGenericComponentType());
	}

	private static boolean constrains(AnnotatedElement element) {
		return Stream.of(element.getAnnotations())
			.map(Annotation::annotationType)
			.anyMatch((type) -> type == Valid.class || type.isAnnotationPresent(Constraint.class)
					|| holdsConstraints(type));
	}

	/** Several of one kind are in a container, such as {@code @Size.List}. */
	private static boolean holdsConstraints(Class<? extends Annotation> type) {
		return Stream.of(type.getDeclaredMethods())
			.map((method) -> method.getReturnType().getComponentType())
			.anyMatch((held) -> held != null && held.isAnnotationPresent(Constraint.class));
	}

}
