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

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectFactory;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils;

/**
 * The clients that a class asks for.
 */
final class ClientInjectionPoints {

	private ClientInjectionPoints() {
	}

	/**
	 * Clients injected into an instance of the class, its constructors included.
	 * @param type class of a bean
	 * @return the clients
	 */
	static Set<ClientReference> of(Class<?> type) {
		Set<ClientReference> clients = new LinkedHashSet<>();
		if (!type.isInterface() && candidate(type)) {
			ResolvableType owner = ResolvableType.forClass(type);
			for (Constructor<?> constructor : type.getDeclaredConstructors()) {
				addParameters(constructor, owner, clients);
			}
			addMembers(type, owner, clients);
		}
		return clients;
	}

	/** Spring's own classes, of which Boot declares hundreds, have no clients. */
	private static boolean candidate(Class<?> type) {
		return !type.getName().startsWith("org.springframework.")
				&& AnnotationUtils.isCandidateClass(type, MaculaClient.class);
	}

	private static void addMembers(Class<?> type, ResolvableType owner, Set<ClientReference> clients) {
		ReflectionUtils.doWithFields(type, (field) -> addField(field, owner, clients));
		ReflectionUtils.doWithMethods(type, (method) -> addSetter(method, owner, clients),
				(method) -> method.getParameterCount() > 0 && method.getDeclaringClass() != Object.class);
	}

	/**
	 * Clients that the factory methods of the given name take, and those that are
	 * injected into what they return.
	 * @param factory class that declares the methods
	 * @param methodName name of the methods
	 * @return the clients
	 */
	static Set<ClientReference> ofFactoryMethods(Class<?> factory, String methodName) {
		Set<ClientReference> clients = new LinkedHashSet<>();
		if (candidate(factory)) {
			ResolvableType owner = ResolvableType.forClass(factory);
			ReflectionUtils.doWithMethods(factory, (method) -> addFactoryMethod(method, owner, clients),
					(method) -> method.getName().equals(methodName));
		}
		return clients;
	}

	private static void addFactoryMethod(Method method, ResolvableType owner, Set<ClientReference> clients) {
		addParameters(method, owner, clients);
		Class<?> product = method.getReturnType();
		if (!product.isInterface() && candidate(product)) {
			addMembers(product, ResolvableType.forMethodReturnType(method), clients);
		}
	}

	private static void addField(Field field, ResolvableType owner, Set<ClientReference> clients) {
		Annotation[] annotations = field.getAnnotations();
		if (annotations.length > 0) {
			add(ClientReference.find(contract(ResolvableType.forField(field, owner)), annotations, field), clients);
		}
	}

	private static void addSetter(Method method, ResolvableType owner, Set<ClientReference> clients) {
		addParameters(method, owner, clients);
		Annotation[] annotations = method.getAnnotations();
		if (void.class == method.getReturnType() && annotations.length > 0) {
			for (int i = 0; i < method.getParameterCount(); i++) {
				MethodParameter parameter = new MethodParameter(method, i);
				add(ClientReference.find(contract(ResolvableType.forMethodParameter(parameter, owner)), annotations,
						method), clients);
			}
		}
	}

	private static void addParameters(Executable executable, ResolvableType owner, Set<ClientReference> clients) {
		for (int i = 0; i < executable.getParameterCount(); i++) {
			MethodParameter parameter = MethodParameter.forExecutable(executable, i);
			Annotation[] annotations = parameter.getParameterAnnotations();
			if (annotations.length > 0) {
				add(ClientReference.find(contract(ResolvableType.forMethodParameter(parameter, owner)), annotations,
						executable), clients);
			}
		}
	}

	private static void add(@Nullable ClientReference client, Set<ClientReference> clients) {
		if (client != null) {
			clients.add(client);
		}
	}

	/**
	 * The contract at an injection point, looking into {@code ObjectProvider} and the
	 * like.
	 * @param type declared type
	 * @return the class, or {@code null} where it is not known
	 */
	private static @Nullable Class<?> contract(ResolvableType type) {
		Class<?> raw = type.resolve();
		boolean wrapped = raw != null && (Optional.class == raw || ObjectFactory.class.isAssignableFrom(raw)
				|| raw.getName().equals("jakarta.inject.Provider"));
		return wrapped ? type.getGeneric().resolve() : raw;
	}

}
