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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import io.macula.CallContext;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.util.ReflectionUtils;

/**
 * A method that says what callers are told. Immutable.
 *
 * @param method the method
 * @param exceptions what it is for
 */
record HandlerMethod(Method method, List<Class<? extends Throwable>> exceptions) {

	private static final String SIGNATURE = "a parameter for the exception and one of type CallContext, in any order,"
			+ " and each may be left out";

	HandlerMethod {
		exceptions = List.copyOf(exceptions);
		ReflectionUtils.makeAccessible(method);
	}

	static HandlerMethod of(String beanName, Class<?> type, Method method, Class<? extends Throwable>[] declared) {
		List<Class<? extends Throwable>> exceptions = new ArrayList<>(List.of(declared));
		Class<?> parameter = null;
		boolean context = false;
		for (Class<?> each : method.getParameterTypes()) {
			if (each == CallContext.class && !context) {
				context = true;
			}
			else if (Throwable.class.isAssignableFrom(each) && parameter == null) {
				parameter = each;
			}
			else {
				throw refused(beanName, method, "has a parameter of type " + each.getName() + " in vain",
						"It may have " + SIGNATURE + ".");
			}
		}
		if (exceptions.isEmpty() && parameter != null) {
			exceptions.add(parameter.asSubclass(Throwable.class));
		}
		if (exceptions.isEmpty()) {
			throw refused(beanName, method, "does not say which exceptions it is for",
					"Name them in the annotation, or give it a parameter of their type.");
		}
		for (Class<? extends Throwable> exception : exceptions) {
			if (parameter != null && !parameter.isAssignableFrom(exception)) {
				throw refused(
						beanName, method, "is for " + exception.getName() + ", which its parameter of type "
								+ parameter.getName() + " cannot take",
						"Let the parameter be of a type that all of its exceptions have.");
			}
		}
		if (!Answers.possible(method.getReturnType())) {
			throw refused(beanName, method, "returns " + method.getReturnType().getName(),
					"It may return " + Answers.POSSIBLE + ".");
		}
		return new HandlerMethod(method, exceptions);
	}

	private static FailureAnalyzedException refused(String beanName, Method method, String fault, String remedy) {
		return new FailureAnalyzedException(
				"The @MaculaExceptionHandler method " + text(method) + " of the bean '" + beanName + "' " + fault + ".",
				remedy);
	}

	/**
	 * Refuse a bean through whose proxy the method cannot be reached.
	 * @param beanName name of the bean
	 * @param bean the bean, or its proxy
	 */
	void requireReachable(String beanName, Object bean) {
		if (!this.method.getDeclaringClass().isInstance(bean) && AopProxyUtils.getSingletonTarget(bean) == null) {
			throw refused(beanName, this.method,
					"cannot be called through its proxy, which is one of its interfaces only",
					"Let the proxy be one of its class, or move the method to a @MaculaAdvice bean.");
		}
	}

	/**
	 * Ask the method.
	 * @param bean the bean, or its proxy
	 * @param call the call that failed
	 * @param thrown what the method is for
	 * @return what it says
	 */
	@Nullable Object invoke(Object bean, CallContext call, Throwable thrown) throws Throwable {
		Class<?>[] types = this.method.getParameterTypes();
		@Nullable Object[] arguments = new @Nullable Object[types.length];
		for (int i = 0; i < types.length; i++) {
			arguments[i] = (types[i] == CallContext.class) ? call : thrown;
		}
		try {
			return this.method.invoke(target(bean), arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

	/** A proxy has only some of the methods, and fields of nobody. */
	private Object target(Object bean) {
		boolean through = this.method.getDeclaringClass().isInstance(bean) && !Proxy.isProxyClass(bean.getClass())
				&& Modifier.isPublic(this.method.getModifiers()) && !Modifier.isFinal(this.method.getModifiers());
		if (through) {
			return bean;
		}
		Object present = bean;
		for (Object next = bean; next != null; next = AopProxyUtils.getSingletonTarget(next)) {
			present = next;
		}
		return present;
	}

	String text() {
		return text(this.method);
	}

	private static String text(Method method) {
		List<String> types = new ArrayList<>();
		for (Class<?> type : method.getParameterTypes()) {
			types.add(type.getSimpleName());
		}
		return method.getName() + "(" + String.join(", ", types) + ")";
	}

}
