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

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;

import io.macula.MaculaMethod;
import io.macula.Priority;
import io.macula.RoutingKey;
import io.macula.RpcException;
import io.macula.contract.ContractTypes.UnsupportedTypeException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads one method of a contract. Used once and by one thread.
 */
final class MethodParser {

	private static final int MAX_WIRE_NAME_LENGTH = 200;

	/** Say nothing that a caller could act on. */
	private static final Set<Class<?>> BROAD_EXCEPTIONS = Set.of(Throwable.class, Exception.class,
			RuntimeException.class);

	private static final List<Class<?>> ASYNCHRONOUS = List.of(Publisher.class, CompletionStage.class, Future.class);

	private static final List<Class<?>> ONE_WAY = List.of(BaseStream.class, Iterator.class, InputStream.class,
			OutputStream.class, Reader.class);

	private final Class<?> contract;

	private final ContractTypes types;

	private final Method method;

	/** What a Kotlin function suspends for, or {@code null}. */
	private final @Nullable Type continued;

	private final @Nullable MaculaMethod annotation;

	private final String signature;

	MethodParser(Class<?> contract, ContractTypes types, Method method, @Nullable MaculaMethod annotation) {
		this.contract = contract;
		this.types = types;
		this.method = method;
		this.continued = KotlinSignature.continued(method);
		this.annotation = annotation;
		this.signature = signature(contract, method);
	}

	/** For messages. */
	static String signature(Class<?> contract, Method method) {
		StringJoiner parameters = new StringJoiner(", ",
				contract.getSimpleName() + "." + KotlinSignature.name(method) + "(", ")");
		Type[] types = method.getGenericParameterTypes();
		int count = KotlinSignature.parameterCount(method);
		for (int i = 0; i < count; i++) {
			parameters.add(ContractTypes.name(types[i]));
		}
		return parameters.toString();
	}

	/**
	 * The method.
	 * @throws IllegalArgumentException if it cannot be remote
	 */
	MethodContract parse() {
		try {
			MethodContract.Returned returned = returned();
			MethodContract.Parameters parameters = parameters();
			boolean streaming = returned.shape() == ReturnShape.FLUX || parameters.streamIndex() >= 0;
			return new MethodContract(this.method, this.signature, this.continued != null, wireName(), returned,
					parameters, declared(streaming), exceptions());
		}
		catch (UnsupportedTypeException ex) {
			IllegalArgumentException refused = refused(String.valueOf(ex.getMessage()), ex.remedy());
			refused.initCause(ex);
			throw refused;
		}
	}

	private String wireName() {
		if (this.annotation == null || this.annotation.name().isEmpty()) {
			return KotlinSignature.name(this.method);
		}
		String name = this.annotation.name();
		boolean printable = name.chars().noneMatch((c) -> c <= ' ' || c == '/' || c == 0x7F);
		if (name.isBlank() || !printable || name.length() > MAX_WIRE_NAME_LENGTH) {
			throw refused("the wire name '" + abbreviate(name) + "' has " + name.length() + " characters",
					"expected 1 to " + MAX_WIRE_NAME_LENGTH + " characters without '/', spaces and control characters");
		}
		return name;
	}

	private static String abbreviate(String text) {
		return (text.length() <= 40) ? text : text.substring(0, 40) + "...";
	}

	private MethodContract.Returned returned() {
		if (this.continued != null) {
			return continued(this.continued);
		}
		Type declared = this.method.getGenericReturnType();
		Class<?> raw = ContractTypes.erase(declared);
		if (raw == void.class || KotlinSignature.nothing(raw)) {
			return new MethodContract.Returned(ReturnShape.VOID, void.class);
		}
		ReturnShape shape = shape(raw);
		Type resolved = this.types.resolve(declared);
		// A type variable may turn out to be Mono or the like only once it is resolved.
		if (shape == ReturnShape.VALUE) {
			shape = shape(ContractTypes.erase(resolved));
		}
		if (KotlinSignature.nothing(resolved)) {
			return new MethodContract.Returned(ReturnShape.VOID, void.class);
		}
		Type result = (shape == ReturnShape.VALUE) ? resolved : argument(resolved);
		validateResult(shape, declared, result);
		return new MethodContract.Returned(shape, KotlinSignature.nothing(result) ? void.class : result);
	}

	/** Of a suspend function: to everybody but Kotlin it is a {@code Mono}. */
	private MethodContract.Returned continued(Type declared) {
		Type result = this.types.resolve(declared);
		if (KotlinSignature.nothing(result)) {
			return new MethodContract.Returned(ReturnShape.MONO, void.class);
		}
		if (shape(ContractTypes.erase(result)) != ReturnShape.VALUE) {
			String name = ContractTypes.name(result);
			throw refused("it suspends and returns " + name,
					"return the value itself, or return " + name + " from a function that does not suspend");
		}
		validateResult(ReturnShape.MONO, declared, result);
		return new MethodContract.Returned(ReturnShape.MONO, result);
	}

	private void validateResult(ReturnShape shape, Type declared, Type result) {
		String name = ContractTypes.name(declared);
		if (KotlinSignature.nothing(result) && (shape == ReturnShape.FLUX || shape == ReturnShape.OPTIONAL)) {
			throw refused("it returns " + name + ", which never holds a value", "return Mono<Void> or void");
		}
		if (ContractTypes.erase(result) == Optional.class
				&& (shape == ReturnShape.MONO || shape == ReturnShape.OPTIONAL)) {
			throw refused("it returns " + name + ", which can be empty in two ways",
					"drop the inner Optional: an empty " + ContractTypes.erase(declared).getSimpleName()
							+ " says the same");
		}
		validateValue(result, "it returns " + name,
				"return a value, Optional, CompletionStage, CompletableFuture, Mono or Flux of plain values");
	}

	private static ReturnShape shape(Class<?> raw) {
		if (raw == Optional.class) {
			return ReturnShape.OPTIONAL;
		}
		if (raw == Mono.class) {
			return ReturnShape.MONO;
		}
		if (raw == Flux.class || KotlinSignature.flow(raw)) {
			return ReturnShape.FLUX;
		}
		boolean future = raw == CompletionStage.class || raw == CompletableFuture.class;
		return future ? ReturnShape.FUTURE : ReturnShape.VALUE;
	}

	private static Type argument(Type parameterized) {
		return ((ParameterizedType) parameterized).getActualTypeArguments()[0];
	}

	private MethodContract.Parameters parameters() {
		List<Type> values = new ArrayList<>();
		List<String> names = new ArrayList<>();
		int streamIndex = -1;
		Type streamType = null;
		Parameter[] parameters = this.method.getParameters();
		Type[] types = this.method.getGenericParameterTypes();
		for (int i = 0; i < KotlinSignature.parameterCount(this.method); i++) {
			Type declared = types[i];
			String found = "parameter " + i + " (" + parameters[i].getName() + ") is " + ContractTypes.name(declared);
			Type resolved = this.types.resolve(declared);
			Class<?> raw = ContractTypes.erase(resolved);
			if (raw != Flux.class && !KotlinSignature.flow(raw)) {
				validateValue(resolved, found,
						"take the value itself, or one Flux of plain values where the caller sends a stream");
				values.add(resolved);
				names.add(parameters[i].getName());
				continue;
			}
			if (streamIndex >= 0) {
				throw refused("parameters " + streamIndex + " and " + i + " are both a Flux",
						"a call carries one stream: merge them into one Flux of a common type");
			}
			streamIndex = i;
			streamType = argument(resolved);
			if (KotlinSignature.nothing(streamType)) {
				throw refused(found + ", which never holds a value", "remove the parameter");
			}
			validateValue(streamType, found, "declare a Flux of plain values");
		}
		return new MethodContract.Parameters(values, names, streamIndex, streamType, keyIndex(parameters, streamIndex));
	}

	private int keyIndex(Parameter[] parameters, int streamIndex) {
		int keyIndex = -1;
		for (int i = 0; i < parameters.length; i++) {
			if (!parameters[i].isAnnotationPresent(RoutingKey.class)) {
				continue;
			}
			if (i == streamIndex) {
				throw refused("parameter " + i + " (" + parameters[i].getName() + ") is a stream and has @RoutingKey",
						"put it on a value, which is known when the call begins");
			}
			if (keyIndex >= 0) {
				throw refused("parameters " + keyIndex + " and " + i + " both have @RoutingKey",
						"a call has one key: put it on one parameter");
			}
			Type type = this.types.resolve(parameters[i].getParameterizedType());
			if (!hasText(ContractTypes.erase(type))) {
				throw refused(
						"parameter " + i + " (" + parameters[i].getName() + ") is " + ContractTypes.name(type)
								+ " and has @RoutingKey, but equal values of it have different texts",
						"give its class a toString() that says its value, or put it on a String, a number or a"
								+ " record");
			}
			keyIndex = i;
		}
		return keyIndex;
	}

	/** Whether the text of a value says what it is, and not which object. */
	private static boolean hasText(Class<?> type) {
		if (type == Object.class || type.isPrimitive()
				|| (Modifier.isAbstract(type.getModifiers()) && !type.isArray())) {
			return true;
		}
		try {
			return type.getMethod("toString").getDeclaringClass() != Object.class;
		}
		catch (NoSuchMethodException ex) {
			throw new IllegalStateException(type + " has no toString()", ex);
		}
	}

	/** Whether no part of a type is a handle of this process instead of a value. */
	private void validateValue(Type type, String found, String remedy) {
		Class<?> raw = ContractTypes.erase(type);
		for (Class<?> asynchronous : ASYNCHRONOUS) {
			if (asynchronous.isAssignableFrom(raw)) {
				throw refused(found + ": " + raw.getSimpleName() + " is not a value that can be encoded here", remedy);
			}
		}
		for (Class<?> oneWay : ONE_WAY) {
			if (oneWay.isAssignableFrom(raw)) {
				throw refused(found + ": " + raw.getSimpleName() + " can be read once and in this process only",
						"use a List, a byte[], or a Flux for what is large");
			}
		}
		if (Throwable.class.isAssignableFrom(raw)) {
			throw refused(found + ": " + raw.getSimpleName() + " is an exception, and no value",
					"throw it and declare it in the throws clause, or send a record of what is to be known of it");
		}
		if (type instanceof ParameterizedType parameterized) {
			for (Type argument : parameterized.getActualTypeArguments()) {
				validateValue(argument, found, remedy);
			}
		}
		else if (type instanceof GenericArrayType array) {
			validateValue(array.getGenericComponentType(), found, remedy);
		}
		else if (raw.isArray()) {
			validateValue(raw.getComponentType(), found, remedy);
		}
	}

	private MethodContract.Declared declared(boolean streaming) {
		MaculaMethod declared = this.annotation;
		if (declared == null) {
			return new MethodContract.Declared(false, null, Hedge.NEVER, false, Priority.NORMAL);
		}
		Hedge hedge = hedge(declared.hedge());
		if (hedge.enabled() && !declared.idempotent()) {
			throw refused("it has hedge = \"" + declared.hedge() + "\" but is not idempotent",
					"a hedged call may run twice: add idempotent = true if that is harmless, or remove the hedge");
		}
		if (hedge.enabled() && streaming) {
			throw refused("it has hedge = \"" + declared.hedge() + "\" but carries a stream",
					"only calls with one answer can be hedged: remove the hedge");
		}
		return new MethodContract.Declared(declared.idempotent(), deadline(declared.deadline()), hedge,
				declared.nonBlocking(), declared.priority());
	}

	private @Nullable Duration deadline(String text) {
		if (text.isBlank()) {
			return null;
		}
		try {
			return DurationParser.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw refused(ex, "its deadline " + ex.getMessage(), "write for example deadline = \"5s\"");
		}
	}

	private Hedge hedge(String text) {
		try {
			return Hedge.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw refused(ex, "its hedge \"" + text + "\" is not valid: " + ex.getMessage(),
					"write a duration such as \"50ms\" or a percentile such as \"p95\"");
		}
	}

	private List<Class<? extends Throwable>> exceptions() {
		List<Class<? extends Throwable>> exceptions = new ArrayList<>();
		for (Class<?> type : this.method.getExceptionTypes()) {
			boolean travels = !BROAD_EXCEPTIONS.contains(type) && !Error.class.isAssignableFrom(type)
					&& !RpcException.class.isAssignableFrom(type);
			if (travels && !exceptions.contains(type)) {
				exceptions.add(type.asSubclass(Throwable.class));
			}
		}
		exceptions
			.sort(Comparator.<Class<?>>comparingInt(MethodParser::depth).reversed().thenComparing(Class::getName));
		return exceptions;
	}

	private static int depth(Class<?> type) {
		int depth = 0;
		for (Class<?> parent = type.getSuperclass(); parent != null; parent = parent.getSuperclass()) {
			depth++;
		}
		return depth;
	}

	private IllegalArgumentException refused(String found, String remedy) {
		return new IllegalArgumentException("Method " + this.signature + " of contract " + this.contract.getName()
				+ " cannot be remote: " + found + "; " + remedy);
	}

	private IllegalArgumentException refused(Throwable cause, String found, String remedy) {
		IllegalArgumentException refused = refused(found, remedy);
		refused.initCause(cause);
		return refused;
	}

}
