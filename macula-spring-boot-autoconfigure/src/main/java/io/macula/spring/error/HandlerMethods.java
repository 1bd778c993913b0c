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

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.RpcException;
import io.macula.spring.MaculaAdvice;
import io.macula.spring.MaculaExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.core.ExceptionDepthComparator;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ConcurrentReferenceHashMap;

/**
 * The {@link MaculaExceptionHandler} methods of a bean by the exceptions that they are
 * for. Safe for all threads.
 */
final class HandlerMethods {

	private static final Object NONE = new Object();

	private final Map<Class<? extends Throwable>, HandlerMethod> methods;

	/** By the class of what was thrown. */
	private final Map<Class<?>, Object> found = new ConcurrentReferenceHashMap<>();

	private HandlerMethods(Map<Class<? extends Throwable>, HandlerMethod> methods) {
		this.methods = methods;
	}

	/**
	 * Find the methods.
	 * @param beanName name of the bean, for messages
	 * @param type its class, behind all proxies
	 * @return the methods, which may be none
	 * @throws FailureAnalyzedException if one cannot be called, or two are for one
	 * exception
	 */
	static HandlerMethods of(String beanName, Class<?> type) {
		if (!AnnotationUtils.isCandidateClass(type, MaculaExceptionHandler.class)) {
			refuseEmptyAdvice(beanName, type);
			return new HandlerMethods(Map.of());
		}
		Map<Method, MaculaExceptionHandler> annotated = MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<MaculaExceptionHandler>) (method) -> AnnotatedElementUtils
					.getMergedAnnotation(method, MaculaExceptionHandler.class));
		Map<Class<? extends Throwable>, HandlerMethod> methods = new LinkedHashMap<>();
		annotated.forEach((method, annotation) -> {
			HandlerMethod handler = HandlerMethod.of(beanName, type, method, annotation.value());
			for (Class<? extends Throwable> exception : handler.exceptions()) {
				HandlerMethod other = methods.putIfAbsent(exception, handler);
				if (other != null) {
					throw new FailureAnalyzedException(
							"The bean '" + beanName + "' has two @MaculaExceptionHandler methods for "
									+ exception.getName() + ": " + other.text() + " and " + handler.text() + ".",
							"Remove one of them, or let it be for another exception.");
				}
			}
		});
		if (methods.isEmpty()) {
			refuseEmptyAdvice(beanName, type);
		}
		return new HandlerMethods(methods);
	}

	/** A forgotten annotation would leave everything as it is without it. */
	private static void refuseEmptyAdvice(String beanName, Class<?> type) {
		if (AnnotatedElementUtils.hasAnnotation(type, MaculaAdvice.class)) {
			throw new FailureAnalyzedException(
					"The bean '" + beanName + "' is a @MaculaAdvice, but no method of " + type.getName()
							+ " is annotated with @MaculaExceptionHandler, so that it maps nothing.",
					"Annotate the methods that say what callers are told with @MaculaExceptionHandler of"
							+ " io.macula.spring, or remove @MaculaAdvice.");
		}
	}

	boolean isEmpty() {
		return this.methods.isEmpty();
	}

	/** Refuse a bean through whose proxy a method cannot be reached. */
	void requireReachable(String beanName, Object bean) {
		this.methods.values().forEach((method) -> method.requireReachable(beanName, bean));
	}

	/**
	 * The method for an exception, or for the nearest of its causes that has one.
	 * @param thrown the exception
	 * @return the method and what it is for, or {@code null} if there is none
	 */
	@Nullable Match match(Throwable thrown) {
		Throwable each = thrown;
		for (int depth = 0; each != null && depth < 64; depth++) {
			HandlerMethod method = find(each.getClass());
			if (method != null) {
				return new Match(method, each);
			}
			if (each instanceof RpcException) {
				// A status that somebody made, whatever it was made of.
				return null;
			}
			each = each.getCause();
		}
		return null;
	}

	private @Nullable HandlerMethod find(Class<? extends Throwable> thrown) {
		Object known = this.found.computeIfAbsent(thrown, (type) -> {
			HandlerMethod nearest = nearest(thrown);
			return (nearest != null) ? nearest : NONE;
		});
		return (known instanceof HandlerMethod method) ? method : null;
	}

	private @Nullable HandlerMethod nearest(Class<? extends Throwable> thrown) {
		boolean status = RpcException.class.isAssignableFrom(thrown);
		List<Class<? extends Throwable>> matches = new ArrayList<>();
		for (Class<? extends Throwable> exception : this.methods.keySet()) {
			if (exception.isAssignableFrom(thrown) && (!status || RpcException.class.isAssignableFrom(exception))) {
				matches.add(exception);
			}
		}
		matches.sort(new ExceptionDepthComparator(thrown));
		return matches.isEmpty() ? null : this.methods.get(matches.get(0));
	}

	/**
	 * A method, and what it is asked for.
	 *
	 * @param method the method
	 * @param thrown what was thrown, or a cause of it
	 */
	record Match(HandlerMethod method, Throwable thrown) {

	}

}
