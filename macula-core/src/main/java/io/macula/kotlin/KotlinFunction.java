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

package io.macula.kotlin;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

import io.macula.codec.KotlinTypes;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import kotlin.reflect.KFunction;
import kotlin.reflect.KParameter;
import kotlin.reflect.KType;
import kotlin.reflect.KTypeParameter;
import kotlin.reflect.full.KClasses;
import kotlin.reflect.jvm.ReflectJvmMapping;
import org.jspecify.annotations.Nullable;

/**
 * Reads a function by Kotlin's reflection, once, at start.
 */
final class KotlinFunction {

	private static final int BITS_OF_A_MASK = 32;

	private KotlinFunction() {
	}

	static KotlinFacts facts(MethodContract contract) {
		Method method = contract.method();
		KFunction<?> function = ReflectJvmMapping.getKotlinFunction(method);
		int count = contract.parameterTypes().size();
		if (function == null) {
			// The getter of a property, or a suspend function that is not Kotlin's.
			return new KotlinFacts(contract.parameterNames(), List.of(), Collections.nCopies(count, false),
					Collections.nCopies(count, KotlinFacts.Check.NONE), count, false, null, null, null, null);
		}
		List<KParameter> parameters = new ArrayList<>(function.getParameters());
		parameters.removeIf((parameter) -> parameter.getKind() == KParameter.Kind.INSTANCE);
		// What stands before the name is a parameter like any other, but has no bit among
		// those of the defaults.
		boolean plain = parameters.stream().allMatch((parameter) -> parameter.getKind() == KParameter.Kind.VALUE);
		if (contract.streamIndex() >= 0) {
			parameters.remove(contract.streamIndex());
		}
		List<String> names = new ArrayList<>();
		List<String> types = new ArrayList<>();
		List<Boolean> required = new ArrayList<>();
		List<KotlinFacts.Check> checks = new ArrayList<>();
		int least = 0;
		for (int i = 0; i < count; i++) {
			KParameter parameter = parameters.get(i);
			String name = parameter.getName();
			names.add((name != null) ? name : contract.parameterNames().get(i));
			requireValue(contract, "parameter " + i + " (" + names.get(i) + ")", parameter.getType());
			types.add(String.valueOf(parameter.getType()));
			required.add(required(parameter.getType()));
			checks.add(check(parameter.getType(), contract.parameterTypes().get(i)));
			if (!parameter.isOptional()) {
				least = i + 1;
			}
		}
		MethodHandle defaults = (least < count && contract.streamIndex() < 0 && plain) ? defaults(method) : null;
		KType result = function.getReturnType();
		requireValue(contract, "the result", result);
		Class<?> valueClass = contract.suspending() ? valueClass(result) : null;
		boolean one = contract.suspending() || contract.shape() == ReturnShape.VALUE;
		return new KotlinFacts(List.copyOf(names), List.copyOf(types), List.copyOf(required), List.copyOf(checks),
				(defaults != null) ? least : count, one && contract.resultType() != void.class && required(result),
				(valueClass != null) ? ofNull(result, valueClass) : null,
				(valueClass != null) ? KotlinTypes.box(valueClass) : null,
				(valueClass != null && returnedUnboxed(result, valueClass)) ? KotlinTypes.unbox(valueClass) : null,
				(defaults != null)
						? (bean, arguments, continuation) -> defaults
							.invokeWithArguments(defaultArguments(method, bean, arguments, continuation, count))
						: null);
	}

	/** A type variable may stand for a nullable type, a value class for a null. */
	private static boolean required(KType type) {
		if (type.isMarkedNullable() || madeOfNull(type)) {
			return false;
		}
		return !(type.getClassifier() instanceof KTypeParameter variable)
				|| variable.getUpperBounds().stream().allMatch(KotlinFunction::required);
	}

	/** What is inside of it would travel, and be nothing to anybody else. */
	private static void requireValue(MethodContract contract, String name, KType type) {
		Class<?> valueClass = valueClass(type);
		if (valueClass != null && valueClass.getName().equals("kotlin.time.Duration")) {
			throw new IllegalArgumentException("Method " + contract.signature() + " of contract "
					+ contract.method().getDeclaringClass().getName() + " cannot be remote: " + name
					+ " is kotlin.time.Duration, which is a number of Kotlin's own inside; use java.time.Duration");
		}
	}

	private static @Nullable Class<?> valueClass(KType type) {
		Class<?> raw = (type.getClassifier() instanceof KClass<?> kotlin) ? JvmClassMappingKt.getJavaClass(kotlin)
				: null;
		return (raw != null && KotlinTypes.underlying(raw) != null) ? raw : null;
	}

	/** What comes as the value inside of a value class was not looked at by it. */
	private static KotlinFacts.Check check(KType type, Type java) {
		Class<?> valueClass = valueClass(type);
		return (valueClass != null && valueClass != java)
				? new KotlinFacts.Check(KotlinTypes.constructor(valueClass), !type.isMarkedNullable())
				: KotlinFacts.Check.NONE;
	}

	/** The rule of Kotlin's compiler for what suspend functions return. */
	private static boolean returnedUnboxed(KType type, Class<?> valueClass) {
		Type underlying = KotlinTypes.underlying(valueClass);
		if (!(underlying instanceof Class<?> raw) || !raw.isPrimitive()) {
			return !type.isMarkedNullable() || !madeOfNull(type);
		}
		return false;
	}

	/** The instance that null stands for, unless that is no value at all. */
	private static @Nullable Object ofNull(KType type, Class<?> valueClass) {
		if (type.isMarkedNullable() || !madeOfNull(type)) {
			return null;
		}
		try {
			return KotlinTypes.box(valueClass).invokeWithArguments((Object) null);
		}
		catch (Throwable ex) {
			throw new IllegalArgumentException(valueClass.getName() + " cannot be made of null", ex);
		}
	}

	/** Whether a type is a value class that may consist of null. */
	private static boolean madeOfNull(KType type) {
		KFunction<?> constructor = (valueClass(type) != null && type.getClassifier() instanceof KClass<?> kotlin)
				? KClasses.getPrimaryConstructor(kotlin) : null;
		return constructor != null && constructor.getParameters()
			.stream()
			.map(KParameter::getType)
			.anyMatch((inside) -> inside.isMarkedNullable() || madeOfNull(inside));
	}

	/**
	 * What the compiler adds to a function with default arguments: the same parameters
	 * after the receiver, then a bit for each argument that is missing.
	 */
	private static @Nullable MethodHandle defaults(Method method) {
		List<Class<?>> owners = new ArrayList<>(List.of(method.getDeclaringClass()));
		for (int i = 0; i < owners.size(); i++) {
			Class<?> owner = owners.get(i);
			Stream<Class<?>> nested = Stream.of(owner.getDeclaredClasses())
				.filter((type) -> type.getSimpleName().equals("DefaultImpls"));
			for (Class<?> type : Stream.concat(Stream.of(owner), nested).toList()) {
				for (Method candidate : type.getDeclaredMethods()) {
					if (fits(candidate, method, owner)) {
						return handle(candidate);
					}
				}
			}
			owners.addAll(List.of(owner.getInterfaces()));
		}
		return null;
	}

	private static boolean fits(Method candidate, Method method, Class<?> owner) {
		Class<?>[] types = method.getParameterTypes();
		Class<?>[] given = candidate.getParameterTypes();
		if (!Modifier.isStatic(candidate.getModifiers()) || !candidate.getName().equals(method.getName() + "$default")
				|| given.length <= types.length + 1 || given[0] != owner) {
			return false;
		}
		for (int i = 0; i < types.length; i++) {
			if (given[i + 1] != types[i]) {
				return false;
			}
		}
		return true;
	}

	private static MethodHandle handle(Method method) {
		try {
			method.setAccessible(true);
			return MethodHandles.lookup().unreflect(method);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalArgumentException(method + " cannot be called: " + ex.getMessage(), ex);
		}
	}

	private static List<@Nullable Object> defaultArguments(Method method, Object bean, @Nullable Object[] arguments,
			@Nullable Object continuation, int count) {
		Class<?>[] types = method.getParameterTypes();
		List<@Nullable Object> all = new ArrayList<>();
		all.add(bean);
		int[] masks = new int[(count + BITS_OF_A_MASK - 1) / BITS_OF_A_MASK];
		for (int i = 0; i < count; i++) {
			if (i < arguments.length) {
				all.add(arguments[i]);
				continue;
			}
			all.add(types[i].isPrimitive() ? Array.get(Array.newInstance(types[i], 1), 0) : null);
			masks[i / BITS_OF_A_MASK] |= 1 << (i % BITS_OF_A_MASK);
		}
		if (continuation != null) {
			all.add(continuation);
		}
		for (int mask : masks) {
			all.add(mask);
		}
		all.add(null);
		return all;
	}

}
