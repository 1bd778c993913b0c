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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.macula.MissingDependencyException;
import io.macula.codec.CodecException;
import io.macula.codec.KotlinTypes;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A method of a contract that is written in Kotlin: what may be null, what may be left
 * out, and how a suspend function or a {@code Flow} becomes the {@code Mono} or
 * {@code Flux} that everybody else sees. Immutable and safe for all threads.
 */
public final class KotlinMethod {

	private final MethodContract contract;

	private final KotlinFacts facts;

	private final boolean flowArgument;

	private final boolean flowResult;

	private KotlinMethod(MethodContract contract, KotlinFacts facts) {
		this.contract = contract;
		this.facts = facts;
		int stream = contract.streamIndex();
		this.flowArgument = stream >= 0 && contract.method().getParameterTypes()[stream] != Flux.class;
		this.flowResult = contract.shape() == ReturnShape.FLUX && contract.method().getReturnType() != Flux.class;
	}

	/**
	 * What Kotlin knows of a method.
	 * @param contract the method
	 * @return what is known, or {@code null} if it is written in Java
	 * @throws MissingDependencyException if a library is missing; the message names
	 * method and library
	 */
	public static @Nullable KotlinMethod of(MethodContract contract) {
		if (!contract.suspending() && !KotlinTypes.kotlin(contract.method().getDeclaringClass())) {
			return null;
		}
		KotlinFacts facts;
		try {
			facts = KotlinFunction.facts(contract);
		}
		catch (NoClassDefFoundError ex) {
			throw missing(contract, "is written in Kotlin", "org.jetbrains.kotlin:kotlin-reflect",
					"which says what of it may be null or left out", ex);
		}
		KotlinMethod method = new KotlinMethod(contract, facts);
		if (method.bridged()) {
			try {
				Coroutines.required();
			}
			catch (NoClassDefFoundError ex) {
				throw missing(contract, contract.suspending() ? "is a suspend function" : "has a Flow",
						"org.jetbrains.kotlinx:kotlinx-coroutines-reactor", "without which it cannot be called", ex);
			}
		}
		return method;
	}

	private static MissingDependencyException missing(MethodContract contract, String found, String dependency,
			String why, Throwable cause) {
		return new MissingDependencyException("Method " + contract.signature() + " of contract "
				+ contract.method().getDeclaringClass().getName() + " " + found + ", and " + dependency
				+ " is not on the class path, " + why + ": add this dependency; Spring Boot manages its version",
				dependency, cause);
	}

	/**
	 * Whether its Java method differs from what is called: it suspends, or has a
	 * {@code Flow}.
	 * @return true if {@link #call} has to be between
	 */
	public boolean bridged() {
		return this.contract.suspending() || this.flowArgument || this.flowResult;
	}

	/**
	 * Names of the parameters that are values, as in the source.
	 * @return as many as the contract has
	 */
	public List<String> parameterNames() {
		return this.facts.names();
	}

	/**
	 * How many arguments a caller has to send at least; those that follow have defaults.
	 * @return at most as many as the contract has
	 */
	public int leastArguments() {
		return this.facts.least();
	}

	/**
	 * Whether a result of null is none.
	 * @return true if the one result that the method has is not nullable
	 */
	public boolean resultRequired() {
		return this.facts.resultRequired();
	}

	/**
	 * Refuse what Kotlin would not take.
	 * @param values the arguments that are values, some of those that have defaults may
	 * be missing
	 * @throws CodecException if one is null that must not be, or if its value class
	 * refuses it; the message names method and parameter
	 */
	public void requireFit(@Nullable Object[] values) {
		for (int i = 0; i < values.length; i++) {
			Object value = values[i];
			if (value == null && this.facts.required().get(i)) {
				throw new CodecException(describe(i) + " is null, but its type " + this.facts.types().get(i)
						+ " is not nullable in Kotlin", null);
			}
			KotlinFacts.Check check = this.facts.checks().get(i);
			MethodHandle handle = check.handle();
			if (handle != null && (value != null || check.ofNull())) {
				try {
					handle.invoke(value);
				}
				catch (Throwable ex) {
					throw new CodecException(
							describe(i) + " is no " + this.facts.types().get(i) + ": " + ex.getMessage(), ex);
				}
			}
		}
	}

	private String describe(int index) {
		return "Argument " + index + " (" + this.facts.names().get(index) + ") of " + this.contract.signature();
	}

	/**
	 * Call the method from Kotlin.
	 * @param arguments all Java arguments, with the continuation
	 * @param target is called without it, with {@code Flux} for {@code Flow}, and returns
	 * {@code Mono} for a suspend function
	 * @return what the Java method returns
	 * @throws Throwable what the target throws
	 */
	public @Nullable Object call(@Nullable Object[] arguments, Target target) throws Throwable {
		Object continuation = this.contract.suspending() ? arguments[arguments.length - 1] : null;
		@Nullable Object[] values = Arrays.copyOf(arguments, arguments.length - ((continuation != null) ? 1 : 0));
		if (this.flowArgument) {
			int stream = this.contract.streamIndex();
			values[stream] = Coroutines.flux(values[stream], continuation);
		}
		Object result = target.call(values);
		if (continuation != null) {
			return Coroutines.await((Mono<?>) required(result), continuation, this.facts.unboxed(),
					this.contract.resultType() == void.class, this.facts.resultOfNull());
		}
		return this.flowResult ? Coroutines.flow((Publisher<?>) required(result)) : result;
	}

	private static Object required(@Nullable Object result) {
		if (result == null) {
			throw new IllegalStateException("A call answers");
		}
		return result;
	}

	/**
	 * Call an implementation of the contract in Kotlin, or in Java, as everybody else
	 * does.
	 * @param java calls its method with all Java arguments
	 * @param implementation the handler
	 * @return takes the arguments without a continuation, with {@code Flux} for
	 * {@code Flow}, perhaps without some that have defaults, and returns {@code Mono} for
	 * a suspend function
	 */
	public Target target(Target java, Object implementation) {
		int count = this.contract.parameterTypes().size() + ((this.contract.streamIndex() >= 0) ? 1 : 0);
		return (values) -> {
			@Nullable Object[] arguments = values;
			if (this.flowArgument) {
				arguments = values.clone();
				int stream = this.contract.streamIndex();
				arguments[stream] = Coroutines.flow((Publisher<?>) required(arguments[stream]));
			}
			boolean all = arguments.length == count;
			@Nullable Object[] present = arguments;
			if (this.contract.suspending()) {
				return Coroutines.mono(
						(continuation) -> all ? java.call(with(present, continuation))
								: this.facts.callWithDefaults(implementation, present, continuation),
						this.facts.boxed());
			}
			Object result = all ? java.call(present) : this.facts.callWithDefaults(implementation, present, null);
			return (this.flowResult && result != null) ? Coroutines.flux(result, null) : result;
		};
	}

	private static @Nullable Object[] with(@Nullable Object[] values, Object continuation) {
		List<@Nullable Object> all = new ArrayList<>(Arrays.asList(values));
		all.add(continuation);
		return all.toArray();
	}

	@Override
	public String toString() {
		return this.contract.signature();
	}

	/** What is called. */
	@FunctionalInterface
	public interface Target {

		/**
		 * Call it.
		 * @param arguments its arguments
		 * @return its result
		 * @throws Throwable what it throws
		 */
		@Nullable Object call(@Nullable Object[] arguments) throws Throwable;

	}

}
