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

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * A client that is made before the node: it belongs to a class that the node asks for
 * something, such as an interceptor or a strategy. It finds what it calls with when the
 * node is there, at the latest at its first call. Safe for all threads; holds no lock
 * while beans are made.
 */
final class EarlyClient implements InvocationHandler {

	private final Class<?> contract;

	private final String name;

	private final Supplier<Object> client;

	private volatile @Nullable InvocationHandler bound;

	/**
	 * A client.
	 * @param contract the interface
	 * @param name name of the client service, for messages
	 * @param client makes the proxy; throws as long as the node is in creation
	 */
	EarlyClient(Class<?> contract, String name, Supplier<Object> client) {
		this.contract = contract;
		this.name = name;
		this.client = client;
	}

	/**
	 * What is injected.
	 * @return an instance of the contract
	 */
	Object proxy() {
		return Proxy.newProxyInstance(this.contract.getClassLoader(), new Class<?>[] { this.contract }, this);
	}

	/**
	 * Find what is called, unless it is known; every mistake in the contract shows here.
	 * @return calls it
	 */
	InvocationHandler bind() {
		InvocationHandler present = this.bound;
		if (present == null) {
			// Two threads may both make one: each of them calls the same.
			present = handler(this.client.get());
			this.bound = present;
		}
		return present;
	}

	private static InvocationHandler handler(Object client) {
		// The handler of a proxy is given this one: its default methods call here.
		return Proxy.isProxyClass(client.getClass()) ? Proxy.getInvocationHandler(client)
				: (proxy, method, arguments) -> FallbackProxy.call(client, method, arguments);
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		InvocationHandler present = this.bound;
		if (present != null) {
			return present.invoke(proxy, method, arguments);
		}
		if (method.getDeclaringClass() == Object.class) {
			return switch (method.getName()) {
				case "equals" -> arguments != null && proxy == arguments[0];
				case "hashCode" -> System.identityHashCode(proxy);
				default -> "client '" + this.name + "' (" + this.contract.getName() + ")";
			};
		}
		return bindForCall(method).invoke(proxy, method, arguments);
	}

	private InvocationHandler bindForCall(Method method) {
		try {
			return bind();
		}
		catch (BeanCreationException ex) {
			if (!ex.contains(BeanCurrentlyInCreationException.class)) {
				throw ex;
			}
			// Without its cause, by which another explanation would be found.
			throw new FailureAnalyzedException(
					"The client '" + this.name + "' of " + this.contract.getName() + " was called, by its method "
							+ method.getName() + ", while the node is being made that it calls with.",
					"What the node asks for, such as interceptors, mappers, strategies and customizers, may have clients,"
							+ " but cannot call before the node is there: not in a constructor, a @Bean method, a"
							+ " @PostConstruct method or a RealmNodeCustomizer. Call when the application is started, for"
							+ " example in an ApplicationRunner.");
		}
	}

}
