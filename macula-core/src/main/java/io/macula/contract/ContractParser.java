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
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.MaculaMethod;
import org.jspecify.annotations.Nullable;

/**
 * Reads an interface as a contract. Used once and by one thread.
 */
final class ContractParser {

	private final Class<?> contract;

	private final ContractTypes types;

	ContractParser(Class<?> contract) {
		this.contract = contract;
		this.types = new ContractTypes(contract);
	}

	/*
	 * A method may be declared several times along the hierarchy, with other erased
	 * parameters where a super-interface is generic. Declarations with equal resolved
	 * parameters are one method; the most derived one counts. Bridges, which javac adds
	 * for the erased form, are found again through the erased parameters of the
	 * declaration that they stand for.
	 */
	ServiceContract parse() {
		validateType();
		Map<MethodKey, List<Method>> declarations = declarations();
		Map<String, MethodContract> byWireName = new TreeMap<>();
		Map<MethodKey, MethodContract> byJavaSignature = new HashMap<>();
		for (List<Method> declared : declarations.values()) {
			Method method = mostDerived(declared);
			requireVisible(method);
			if (method.isDefault() && !method.isAnnotationPresent(MaculaMethod.class)) {
				continue;
			}
			MethodContract parsed = new MethodParser(this.contract, this.types, method, annotation(method, declared))
				.parse();
			MethodContract other = byWireName.put(parsed.wireName(), parsed);
			if (other != null) {
				throw overloaded(other, parsed);
			}
			for (Method declaration : declared) {
				byJavaSignature.put(MethodKey.of(declaration), parsed);
			}
		}
		if (byWireName.isEmpty()) {
			throw new IllegalArgumentException("Contract " + this.contract.getName()
					+ " has no remote method: expected at least one abstract method, or a default method with @MaculaMethod");
		}
		return new ServiceContract(this.contract, byWireName.values(), byJavaSignature);
	}

	private void validateType() {
		if (!this.contract.isInterface() || this.contract.isAnnotation()) {
			throw new IllegalArgumentException("Contract " + this.contract.getName() + " is " + kind()
					+ ": expected a plain interface; declare the service's methods in an interface and use that");
		}
		if (this.contract.isSealed()) {
			throw new IllegalArgumentException("Contract " + this.contract.getName()
					+ " is sealed, so that no client can be made for it: remove 'sealed'");
		}
	}

	private String kind() {
		if (this.contract.isAnnotation()) {
			return "an annotation";
		}
		if (this.contract.isPrimitive()) {
			return "a primitive type";
		}
		if (this.contract.isArray()) {
			return "an array";
		}
		if (this.contract.isRecord()) {
			return "a record";
		}
		return this.contract.isEnum() ? "an enum" : "a class";
	}

	private Map<MethodKey, List<Method>> declarations() {
		Map<MethodKey, List<Method>> declarations = new LinkedHashMap<>();
		for (Class<?> type : this.types.hierarchy()) {
			for (Method method : type.getDeclaredMethods()) {
				boolean candidate = !Modifier.isStatic(method.getModifiers())
						&& !Modifier.isPrivate(method.getModifiers()) && !method.isSynthetic();
				if (candidate && !MethodKey.of(method).ofObject()) {
					declarations.computeIfAbsent(resolvedKey(method), (key) -> new ArrayList<>()).add(method);
				}
			}
		}
		return declarations;
	}

	/** Types that cannot be resolved are reported by the {@link MethodParser}. */
	private MethodKey resolvedKey(Method method) {
		List<Class<?>> parameters = new ArrayList<>();
		for (Type parameter : method.getGenericParameterTypes()) {
			parameters.add(this.types.eraseResolved(parameter));
		}
		return new MethodKey(method.getName(), List.copyOf(parameters));
	}

	private static Method mostDerived(List<Method> declared) {
		Method best = declared.get(0);
		for (Method method : declared) {
			boolean overrides = method.getDeclaringClass() != best.getDeclaringClass()
					&& best.getDeclaringClass().isAssignableFrom(method.getDeclaringClass());
			boolean unrelated = !method.getDeclaringClass().isAssignableFrom(best.getDeclaringClass());
			boolean narrower = best.getReturnType() != method.getReturnType()
					&& best.getReturnType().isAssignableFrom(method.getReturnType());
			if (overrides || (unrelated && narrower)) {
				best = method;
			}
		}
		return best;
	}

	/**
	 * A proxy casts what it returns, and names what is checked where it passes on what is
	 * thrown; those that run on the client, too.
	 */
	private void requireVisible(Method method) {
		Class<?> result = method.getReturnType();
		while (result.isArray()) {
			result = result.getComponentType();
		}
		requireVisible(method, result, "returns " + method.getReturnType().getSimpleName(), "return");
		for (Class<?> thrown : method.getExceptionTypes()) {
			boolean named = !RuntimeException.class.isAssignableFrom(thrown) && !Error.class.isAssignableFrom(thrown);
			if (named) {
				requireVisible(method, thrown, "throws " + thrown.getSimpleName(), "throw");
			}
		}
	}

	/** It is in the package of its interface only if that is not public. */
	private void requireVisible(Method method, Class<?> type, String does, String verb) {
		// As the JVM sees it, a protected nested class is public.
		boolean visible = Modifier.isPublic(type.getModifiers()) || Modifier.isProtected(type.getModifiers());
		boolean together = !Modifier.isPublic(this.contract.getModifiers())
				&& type.getPackageName().equals(this.contract.getPackageName())
				&& type.getClassLoader() == this.contract.getClassLoader();
		if (!visible && !together) {
			throw new IllegalArgumentException("Method " + MethodParser.signature(this.contract, method)
					+ " of contract " + this.contract.getName() + " cannot be remote: it " + does
					+ ", which is not public, so that the proxy cannot " + verb
					+ " it: the proxy of a public interface is in another package; make " + type.getSimpleName()
					+ " public");
		}
	}

	private static @Nullable MaculaMethod annotation(Method method, List<Method> declared) {
		MaculaMethod annotation = method.getAnnotation(MaculaMethod.class);
		for (int i = 0; annotation == null && i < declared.size(); i++) {
			annotation = declared.get(i).getAnnotation(MaculaMethod.class);
		}
		return annotation;
	}

	private IllegalArgumentException overloaded(MethodContract one, MethodContract other) {
		return new IllegalArgumentException("Contract " + this.contract.getName()
				+ " has two methods with the wire name '" + one.wireName() + "': " + one.signature() + " and "
				+ other.signature() + "; give them distinct names with @MaculaMethod(name = \"...\")");
	}

}
