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

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;

/**
 * The types of a contract without type variables and wildcards: a variable of a
 * super-interface becomes what the contract binds it to, a wildcard its bound.
 */
final class ContractTypes {

	/** Bounds such as {@code T extends Comparable<T>} would go on for ever. */
	private static final int MAX_DEPTH = 20;

	private final Map<TypeVariable<?>, Type> bindings = new HashMap<>();

	private final List<Class<?>> hierarchy = new ArrayList<>();

	ContractTypes(Class<?> contract) {
		this.hierarchy.add(contract);
		for (int i = 0; i < this.hierarchy.size(); i++) {
			for (Type parent : this.hierarchy.get(i).getGenericInterfaces()) {
				bind(parent);
			}
		}
	}

	private void bind(Type parent) {
		Class<?> raw = erase(parent);
		if (parent instanceof ParameterizedType parameterized) {
			TypeVariable<?>[] variables = raw.getTypeParameters();
			Type[] arguments = parameterized.getActualTypeArguments();
			for (int i = 0; i < variables.length; i++) {
				this.bindings.putIfAbsent(variables[i], arguments[i]);
			}
		}
		if (!this.hierarchy.contains(raw)) {
			this.hierarchy.add(raw);
		}
	}

	/**
	 * The contract and all its super-interfaces.
	 */
	List<Class<?>> hierarchy() {
		return this.hierarchy;
	}

	/**
	 * The type with everything resolved.
	 * @throws UnsupportedTypeException if something is left open
	 */
	Type resolve(Type type) {
		return resolve(type, 0);
	}

	/**
	 * The class of a type as far as it can be resolved.
	 */
	Class<?> eraseResolved(Type type) {
		Type current = type;
		for (int depth = 0; depth < MAX_DEPTH && current instanceof TypeVariable<?>; depth++) {
			current = this.bindings.getOrDefault(current, current);
		}
		if (current instanceof GenericArrayType array) {
			return Array.newInstance(eraseResolved(array.getGenericComponentType()), 0).getClass();
		}
		return erase(current);
	}

	private Type resolve(Type type, int depth) {
		if (depth > MAX_DEPTH) {
			throw new UnsupportedTypeException("the type " + name(type) + " refers to itself without end",
					"declare a type of your own around it");
		}
		if (type instanceof Class<?> raw) {
			return resolveClass(raw);
		}
		if (type instanceof ParameterizedType parameterized) {
			return resolveParameterized(parameterized, depth);
		}
		if (type instanceof GenericArrayType array) {
			Type component = resolve(array.getGenericComponentType(), depth + 1);
			return (component instanceof Class<?> raw) ? Array.newInstance(raw, 0).getClass()
					: new ResolvedArray(component);
		}
		if (type instanceof TypeVariable<?> variable) {
			return resolveVariable(variable, depth);
		}
		if (type instanceof WildcardType wildcard) {
			Type[] lower = wildcard.getLowerBounds();
			return resolve((lower.length > 0) ? lower[0] : wildcard.getUpperBounds()[0], depth + 1);
		}
		throw new UnsupportedTypeException("the type " + name(type) + " is of an unknown kind", "declare a class");
	}

	private static Type resolveClass(Class<?> raw) {
		Class<?> element = raw;
		while (element.isArray()) {
			element = element.getComponentType();
		}
		if (element.getTypeParameters().length > 0) {
			throw new UnsupportedTypeException(
					"the type " + element.getSimpleName()
							+ " has no type arguments, so that nobody knows what to decode",
					"write them, for example " + example(element));
		}
		return raw;
	}

	private Type resolveParameterized(ParameterizedType type, int depth) {
		Class<?> raw = erase(type);
		Type[] arguments = type.getActualTypeArguments();
		Type[] resolved = new Type[arguments.length];
		for (int i = 0; i < arguments.length; i++) {
			boolean open = arguments[i] instanceof WildcardType wildcard && wildcard.getLowerBounds().length == 0
					&& wildcard.getUpperBounds()[0] == Object.class;
			resolved[i] = open ? erase(raw.getTypeParameters()[i].getBounds()[0]) : resolve(arguments[i], depth + 1);
		}
		return new ResolvedParameterized(raw, List.of(resolved), type.getOwnerType());
	}

	private Type resolveVariable(TypeVariable<?> variable, int depth) {
		Type bound = this.bindings.get(variable);
		if (bound != null) {
			return resolve(bound, depth + 1);
		}
		if (variable.getGenericDeclaration() instanceof Class<?> declaring) {
			throw new UnsupportedTypeException(
					"nothing says what the type variable " + variable + " of " + declaring.getSimpleName() + " is",
					"declare an interface that binds it, for example interface Orders extends " + example(declaring));
		}
		throw new UnsupportedTypeException(
				"the method's own type variable " + variable + " is known to the caller only",
				"write a concrete type in its place");
	}

	private static String example(Class<?> generic) {
		StringJoiner arguments = new StringJoiner(", ", generic.getSimpleName() + "<", ">");
		for (int i = 0; i < generic.getTypeParameters().length; i++) {
			arguments.add((i == 0 && generic.getTypeParameters().length > 1) ? "String" : "Order");
		}
		return arguments.toString();
	}

	/**
	 * The class of a type.
	 */
	static Class<?> erase(Type type) {
		if (type instanceof Class<?> raw) {
			return raw;
		}
		if (type instanceof ParameterizedType parameterized) {
			return (Class<?>) parameterized.getRawType();
		}
		if (type instanceof GenericArrayType array) {
			return Array.newInstance(erase(array.getGenericComponentType()), 0).getClass();
		}
		if (type instanceof TypeVariable<?> variable) {
			return erase(variable.getBounds()[0]);
		}
		return erase(((WildcardType) type).getUpperBounds()[0]);
	}

	/**
	 * A type for messages: simple names, with type arguments.
	 */
	static String name(Type type) {
		if (type instanceof Class<?> raw) {
			return raw.getSimpleName();
		}
		if (type instanceof ParameterizedType parameterized) {
			StringJoiner arguments = new StringJoiner(", ", erase(type).getSimpleName() + "<", ">");
			for (Type argument : parameterized.getActualTypeArguments()) {
				arguments.add(name(argument));
			}
			return arguments.toString();
		}
		if (type instanceof GenericArrayType array) {
			return name(array.getGenericComponentType()) + "[]";
		}
		if (type instanceof WildcardType wildcard) {
			if (wildcard.getLowerBounds().length > 0) {
				return "? super " + name(wildcard.getLowerBounds()[0]);
			}
			Type upper = wildcard.getUpperBounds()[0];
			return (upper == Object.class) ? "?" : "? extends " + name(upper);
		}
		return type.getTypeName();
	}

	/** Something in a signature that cannot travel, and what to do about it. */
	static final class UnsupportedTypeException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private final String remedy;

		UnsupportedTypeException(String found, String remedy) {
			super(found);
			this.remedy = remedy;
		}

		String remedy() {
			return this.remedy;
		}

	}

	private record ResolvedParameterized(Class<?> raw, List<Type> arguments,
			@Nullable Type owner) implements ParameterizedType {

		@Override
		public Type[] getActualTypeArguments() {
			return this.arguments.toArray(new Type[0]);
		}

		@Override
		public Type getRawType() {
			return this.raw;
		}

		@Override
		public @Nullable Type getOwnerType() {
			return this.owner;
		}

		/** Equal to the reflection's own types, as the interface asks. */
		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof ParameterizedType type && this.raw.equals(type.getRawType())
					&& Arrays.equals(getActualTypeArguments(), type.getActualTypeArguments());
		}

		@Override
		public int hashCode() {
			return this.arguments.hashCode() * 31 + this.raw.hashCode();
		}

		@Override
		public String toString() {
			StringJoiner joiner = new StringJoiner(", ", this.raw.getName() + "<", ">");
			this.arguments.forEach((argument) -> joiner.add(argument.getTypeName()));
			return joiner.toString();
		}

	}

	private record ResolvedArray(Type component) implements GenericArrayType {

		@Override
		public Type getGenericComponentType() {
			return this.component;
		}

		@Override
		public String toString() {
			return this.component.getTypeName() + "[]";
		}

	}

}
