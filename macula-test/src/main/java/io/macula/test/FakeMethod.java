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

package io.macula.test;

import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;

import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.kotlin.KotlinMethod;
import org.jspecify.annotations.Nullable;

/**
 * A method of a {@link FakeProvider}, to be given a script. Safe for all threads.
 */
public final class FakeMethod {

	private final String procedure;

	private final MethodContract contract;

	/** Guarded by this. */
	private final Deque<Behaviour> script = new ArrayDeque<>();

	FakeMethod(String service, MethodContract contract) {
		this.procedure = service + "/" + contract.wireName();
		this.contract = contract;
	}

	/**
	 * Write the script anew: one behaviour for each call in turn, the last one for all
	 * that follow.
	 * @param behaviours one or more
	 * @throws IllegalArgumentException if one does not suit the method
	 */
	public void will(Behaviour... behaviours) {
		if (behaviours.length == 0) {
			throw new IllegalArgumentException("The script of " + this.procedure
					+ " is empty: give a behaviour for each call, such as Behaviour.answer(value)");
		}
		for (Behaviour behaviour : behaviours) {
			check(behaviour);
		}
		synchronized (this) {
			this.script.clear();
			this.script.addAll(Arrays.asList(behaviours));
		}
	}

	/** The behaviour for the next call, or {@code null} without a script. */
	synchronized @Nullable Behaviour next() {
		return (this.script.size() > 1) ? this.script.poll() : this.script.peek();
	}

	synchronized void clear() {
		this.script.clear();
	}

	MethodContract contract() {
		return this.contract;
	}

	String procedure() {
		return this.procedure;
	}

	private void check(Behaviour behaviour) {
		boolean many = this.contract.shape() == ReturnShape.FLUX;
		if (behaviour.suits() == ((many) ? Behaviour.Suits.ONE : Behaviour.Suits.MANY)) {
			throw new IllegalArgumentException(behaviour + " does not suit " + this.contract.signature() + ", which "
					+ (many ? "returns a Flux: use emit(...), emitEvery(...) or emitting(...)"
							: "has one result: use answer(...) or answering(...)"));
		}
		if (behaviour.takesTime() && this.contract.nonBlocking() && this.contract.shape().blocking()) {
			throw new IllegalArgumentException(behaviour + " does not suit " + this.contract.signature()
					+ ", which is declared nonBlocking and answers at once");
		}
		behaviour.failures().forEach((failure) -> check(behaviour, failure));
		List<Object> values = behaviour.values();
		if (values != null) {
			if (values.isEmpty() && behaviour.suits() == Behaviour.Suits.ONE
					&& this.contract.shape() == ReturnShape.VALUE && isPrimitive()) {
				throw new IllegalArgumentException(
						behaviour + " does not suit " + this.contract.signature() + ": its result is never null");
			}
			values.forEach((value) -> check(behaviour, value));
		}
	}

	/**
	 * A {@code Mono}, {@code Flux} or future fails with whatever it is given, and Kotlin
	 * checks nothing: there the caller is told what a real provider tells.
	 */
	private void check(Behaviour behaviour, Throwable failure) {
		if (failure instanceof RuntimeException || failure instanceof Error || !this.contract.shape().blocking()
				|| KotlinMethod.of(this.contract) != null) {
			return;
		}
		Class<?>[] declared = this.contract.method().getExceptionTypes();
		if (Arrays.stream(declared).noneMatch((type) -> type.isInstance(failure))) {
			String names = Arrays.stream(declared).map(Class::getName).collect(Collectors.joining(", "));
			throw new IllegalArgumentException(behaviour + " does not suit " + this.contract.signature()
					+ ": no handler in Java can throw a " + failure.getClass().getName() + " there, since it declares "
					+ (names.isEmpty() ? "no exception" : names)
					+ "; use one that it declares, or an unchecked one, or add it to the contract");
		}
	}

	private boolean isPrimitive() {
		return this.contract.resultType() instanceof Class<?> type && type.isPrimitive();
	}

	/** Better here than at the call, where it is the provider's failure. */
	private void check(Behaviour behaviour, Object value) {
		Class<?> expected = boxed(raw(this.contract.resultType()));
		if (!expected.isInstance(value)) {
			throw new IllegalArgumentException(behaviour + " does not suit " + this.contract.signature() + ": "
					+ ((expected == Void.class) ? "it has no result, use answer(null)"
							: "a " + value.getClass().getName() + " is no " + expected.getName()));
		}
	}

	private static Class<?> raw(Type type) {
		if (type instanceof Class<?> plain) {
			return plain;
		}
		return (type instanceof ParameterizedType generic) ? (Class<?>) generic.getRawType() : Object.class;
	}

	private static Class<?> boxed(Class<?> type) {
		return MethodType.methodType(type).wrap().returnType();
	}

	@Override
	public String toString() {
		return this.procedure;
	}

}
