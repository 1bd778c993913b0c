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
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.macula.Fingerprint;
import io.macula.MaculaMethod;
import org.jspecify.annotations.Nullable;

/**
 * A plain interface read as the contract of a service. Immutable; parsed and validated
 * once per interface.
 *
 * <p>
 * Remote are the abstract methods, inherited ones included, and the {@code default}
 * methods that carry {@link MaculaMethod}. Every other {@code default} method runs where
 * it is called, on top of the remote ones; {@code static} and {@code private} methods and
 * those of {@link Object} are no part of the contract.
 */
public final class ServiceContract {

	private static final ClassValue<ServiceContract> CONTRACTS = new ClassValue<>() {

		@Override
		protected ServiceContract computeValue(Class<?> type) {
			return new ContractParser(type).parse();
		}

	};

	private static final Predicate<Class<?>> GENERATED = (type) -> Proxy.isProxyClass(type) || type.isHidden()
			|| type.isSynthetic() || type.getName().contains("$$") || type.getName().contains("$MockitoMock$")
			|| type.getName().contains("$ByteBuddy$");

	private final Class<?> type;

	private final List<MethodContract> methods;

	private final Map<String, MethodContract> byWireName = new HashMap<>();

	/** With erased parameters, as bridges and super-interfaces have them. */
	private final Map<MethodKey, MethodContract> byJavaSignature;

	ServiceContract(Class<?> type, Collection<MethodContract> methods, Map<MethodKey, MethodContract> byJavaSignature) {
		this.type = type;
		this.methods = List.copyOf(methods);
		this.byJavaSignature = Map.copyOf(byJavaSignature);
		for (MethodContract method : this.methods) {
			this.byWireName.put(method.wireName(), method);
		}
	}

	/**
	 * The contract of an interface.
	 * @param contract a plain interface
	 * @return the contract
	 * @throws IllegalArgumentException if the interface is no valid contract; the message
	 * names interface, method, what was found and the remedy
	 */
	public static ServiceContract of(Class<?> contract) {
		return CONTRACTS.get(Objects.requireNonNull(contract, "contract"));
	}

	/**
	 * The interface.
	 * @return its class
	 */
	public Class<?> type() {
		return this.type;
	}

	/**
	 * The remote methods.
	 * @return at least one, sorted by wire name
	 */
	public List<MethodContract> methods() {
		return this.methods;
	}

	/**
	 * The remote method that a Java method stands for.
	 * @param method a method of the interface or of one of its super-interfaces, bridges
	 * included
	 * @return the method, or {@code null} if it is not remote
	 */
	public @Nullable MethodContract method(Method method) {
		return this.byJavaSignature.get(MethodKey.of(method));
	}

	/**
	 * The remote method of a wire name.
	 * @param wireName the name
	 * @return the method, or {@code null} if there is none
	 */
	public @Nullable MethodContract method(String wireName) {
		return this.byWireName.get(wireName);
	}

	/**
	 * What tells this version of the contract from others.
	 * @param describe all that values of a type can hold, as text; the same on all nodes
	 * @return the fingerprint
	 */
	public Fingerprint fingerprint(Function<Type, String> describe) {
		StringBuilder text = new StringBuilder();
		List<String> marks = new ArrayList<>();
		for (MethodContract method : this.methods) {
			text.append(method.describe(describe)).append('\n');
			marks.add(method.mark());
		}
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256")
				.digest(text.toString().getBytes(StandardCharsets.UTF_8));
			return Fingerprint.of(digest, marks);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A method of an implementation that no caller would reach: it overrides a
	 * {@code default} method that runs where it is called.
	 * @param implementation class of a handler; what frameworks generate below it, or in
	 * its place, is looked through, since it overrides everything
	 * @return a sentence that names method and remedy, or {@code null} if there is none
	 */
	public @Nullable String unreachable(Class<?> implementation) {
		List<Class<?>> written = written(implementation);
		for (Method method : this.type.getMethods()) {
			if (!method.isDefault() || method(method) != null) {
				continue;
			}
			Class<?> overriding = overriding(method, written);
			if (overriding != null) {
				return overriding.getName() + " overrides the default method " + text(method) + " of the contract "
						+ this.type.getName()
						+ ", which runs in its callers and never calls a provider: annotate it with @MaculaMethod in the contract to have it called, or do not override it";
			}
		}
		return null;
	}

	/**
	 * A {@link MaculaMethod} of an implementation: callers know the contract only, and
	 * what holds for the provider is read there, too.
	 * @param implementation class of a handler, as for {@link #unreachable}
	 * @return a sentence that names method and remedy, or {@code null} if there is none
	 */
	public @Nullable String misplaced(Class<?> implementation) {
		for (Class<?> type : written(implementation)) {
			// An interface may be the contract of another service.
			Class<?> declaring = type.isInterface() ? null : type;
			for (; declaring != null; declaring = declaring.getSuperclass()) {
				for (Method method : declaring.getDeclaredMethods()) {
					if (!method.isSynthetic() && method.isAnnotationPresent(MaculaMethod.class)) {
						return declaring.getName() + '.' + text(method)
								+ " has a @MaculaMethod that nobody reads: it belongs on the method of the contract "
								+ this.type.getName();
					}
				}
			}
		}
		return null;
	}

	private static String text(Method method) {
		return method.getName() + "("
				+ String.join(", ", Stream.of(method.getParameterTypes()).map(Class::getSimpleName).toList()) + ")";
	}

	/** The class that somebody wrote; of proxies, mocks and lambdas their interfaces. */
	private static List<Class<?>> written(Class<?> implementation) {
		Class<?> type = implementation;
		while (GENERATED.test(type)) {
			Class<?> above = type.getSuperclass();
			if (above == null || above == Object.class || above == Proxy.class) {
				return List.of(type.getInterfaces());
			}
			type = above;
		}
		return List.of(type);
	}

	private static @Nullable Class<?> overriding(Method method, List<Class<?>> written) {
		for (Class<?> type : written) {
			try {
				Method found = type.getMethod(method.getName(), method.getParameterTypes());
				Class<?> declaring = found.getDeclaringClass();
				if (!KotlinSignature.specialized(found) && !KotlinSignature.inherited(found)
						&& !declaring.isAssignableFrom(method.getDeclaringClass())) {
					return declaring;
				}
			}
			catch (NoSuchMethodException ex) {
				// Another interface of a proxy.
				continue;
			}
		}
		return null;
	}

	@Override
	public String toString() {
		return "contract " + this.type.getName();
	}

}
