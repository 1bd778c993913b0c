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

package io.macula.client;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import io.macula.codec.PayloadCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ServiceContract;
import org.jspecify.annotations.Nullable;

/**
 * Makes JDK proxies of contracts.
 */
final class ServiceProxyFactory {

	private ServiceProxyFactory() {
	}

	static <T> T proxy(Class<T> contract, ServiceClient client, PayloadCodec codec) {
		ServiceContract parsed = ServiceContract.of(contract);
		Handler handler = new Handler(contract, client);
		for (MethodContract method : parsed.methods()) {
			handler.remote.put(method, new ProxyMethod(client, method, codec));
		}
		handler.index(parsed);
		return contract.cast(Proxy.newProxyInstance(contract.getClassLoader(), new Class<?>[] { contract }, handler));
	}

	/**
	 * Tells the methods of a proxy that go to the provider from those that run here.
	 */
	private static final class Handler implements InvocationHandler {

		private static final @Nullable Object[] NO_ARGUMENTS = {};

		private final Class<?> contract;

		private final ServiceClient client;

		private final Map<MethodContract, ProxyMethod> remote = new HashMap<>();

		private final Map<Method, Invocation> byMethod = new HashMap<>();

		private final Map<Method, MethodHandle> local = new HashMap<>();

		Handler(Class<?> contract, ServiceClient client) {
			this.contract = contract;
			this.client = client;
		}

		void index(ServiceContract parsed) {
			for (Method method : this.contract.getMethods()) {
				MethodContract found = parsed.method(method);
				if (found != null) {
					this.byMethod.put(method, Objects.requireNonNull(this.remote.get(found)).invocation());
				}
				else if (method.isDefault()) {
					this.local.put(method, handle(method));
				}
			}
		}

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			@Nullable Object[] values = (arguments != null) ? arguments : NO_ARGUMENTS;
			Invocation remoteMethod = this.byMethod.get(method);
			if (remoteMethod != null) {
				return remoteMethod.invoke(values);
			}
			MethodHandle handle = this.local.get(method);
			if (handle != null) {
				return handle.bindTo(proxy).invokeWithArguments(values);
			}
			return switch (method.getName()) {
				case "equals" -> proxy == values[0];
				case "hashCode" -> System.identityHashCode(proxy);
				case "toString" ->
					"client of service '" + this.client.service() + "' (" + this.contract.getName() + ")";
				default -> throw new UnsupportedOperationException(method + " is not part of the contract");
			};
		}

		private MethodHandle handle(Method method) {
			try {
				return MethodHandles.privateLookupIn(this.contract, MethodHandles.lookup())
					.findSpecial(method.getDeclaringClass(), method.getName(),
							MethodType.methodType(method.getReturnType(), method.getParameterTypes()), this.contract);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalArgumentException("the default method " + method + " of contract "
						+ this.contract.getName() + " is not accessible", ex);
			}
		}

	}

}
