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
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.macula.Fingerprint;
import io.macula.Priority;
import org.jspecify.annotations.Nullable;

/**
 * A method of a contract, parsed once; client and provider read the same. Immutable.
 */
public final class MethodContract {

	private final Method method;

	private final String signature;

	private final boolean suspending;

	private final String wireName;

	private final Returned returned;

	private final Parameters parameters;

	private final Declared declared;

	private final List<Class<? extends Throwable>> exceptions;

	MethodContract(Method method, String signature, boolean suspending, String wireName, Returned returned,
			Parameters parameters, Declared declared, List<Class<? extends Throwable>> exceptions) {
		this.method = method;
		this.signature = signature;
		this.suspending = suspending;
		this.wireName = wireName;
		this.returned = returned;
		this.parameters = parameters;
		this.declared = declared;
		this.exceptions = List.copyOf(exceptions);
	}

	/**
	 * Name on the wire, the second half of {@code service/method}.
	 * @return the name, unique in the contract
	 */
	public String wireName() {
		return this.wireName;
	}

	/**
	 * The Java method, as the most derived interface declares it.
	 * @return the method
	 */
	public Method method() {
		return this.method;
	}

	/**
	 * The method for messages.
	 * @return for example {@code OrderService.find(String, List<Item>)}
	 */
	public String signature() {
		return this.signature;
	}

	/**
	 * Whether it is a suspend function of Kotlin. Its last Java parameter, the
	 * continuation, is none of the parameters here, and its shape is
	 * {@link ReturnShape#MONO}.
	 * @return false for methods of Java
	 */
	public boolean suspending() {
		return this.suspending;
	}

	/**
	 * How the result is handed over; a {@code Flow} of Kotlin is a
	 * {@link ReturnShape#FLUX}.
	 * @return the shape
	 */
	public ReturnShape shape() {
		return this.returned.shape();
	}

	/**
	 * What is on the wire of the result: the value without {@code Optional},
	 * {@code CompletionStage} or {@code Mono} around it, or one element of the
	 * {@code Flux}. Without type variables and wildcards.
	 * @return the type; {@code void.class} where there is no value
	 */
	public Type resultType() {
		return this.returned.type();
	}

	/**
	 * Types of the parameters that are values, in order, without the stream and without
	 * type variables and wildcards.
	 * @return the types
	 */
	public List<Type> parameterTypes() {
		return this.parameters.types();
	}

	/**
	 * Names of the parameters that are values, in order; {@code arg0} and so on where the
	 * contract was compiled without {@code -parameters}.
	 * @return as many as {@link #parameterTypes()}
	 */
	public List<String> parameterNames() {
		return this.parameters.names();
	}

	/**
	 * Position of the {@code Flux}, or {@code Flow}, among the Java parameters.
	 * @return the index, or -1 for none
	 */
	public int streamIndex() {
		return this.parameters.streamIndex();
	}

	/**
	 * What a call is about.
	 * @param arguments all Java arguments, without a continuation
	 * @return the text of the one with {@link io.macula.RoutingKey}, or {@code null}
	 * without one
	 */
	public @Nullable String key(@Nullable Object[] arguments) {
		int index = this.parameters.keyIndex();
		Object key = (index >= 0) ? arguments[index] : null;
		return (key != null) ? key.toString() : null;
	}

	/**
	 * Type of the elements that the caller sends.
	 * @return the type, or {@code null} where there is no {@code Flux} parameter
	 */
	public @Nullable Type streamType() {
		return this.parameters.streamType();
	}

	/**
	 * Whether a call needs a stream of its own, in either direction.
	 * @return true for a {@code Flux} parameter or result
	 */
	public boolean streaming() {
		return streamIndex() >= 0 || shape() == ReturnShape.FLUX;
	}

	/**
	 * Whether the method may run twice with the effect of once.
	 * @return false unless declared
	 */
	public boolean idempotent() {
		return this.declared.idempotent();
	}

	/**
	 * Declared bound of the whole call.
	 * @return the duration, or {@code null} for the client's setting
	 */
	public @Nullable Duration deadline() {
		return this.declared.deadline();
	}

	/**
	 * Declared hedging; enabled for idempotent, not streaming methods only.
	 * @return {@link Hedge#NEVER} unless declared
	 */
	public Hedge hedge() {
		return this.declared.hedge();
	}

	/**
	 * Declared importance.
	 * @return {@link Priority#NORMAL} unless declared
	 */
	public Priority priority() {
		return this.declared.priority();
	}

	/**
	 * Whether the handler may run where the call arrives: declared so, or by its shape.
	 * @return true if the handler does not block
	 */
	public boolean nonBlocking() {
		return this.declared.nonBlocking() || !shape().blocking();
	}

	/**
	 * Exceptions that travel as themselves: those of the {@code throws} clause, without
	 * the ones that say nothing ({@code Exception}, {@code RuntimeException},
	 * {@code Throwable}), errors and {@code RpcException}.
	 * @return each before its super-classes, otherwise by name
	 */
	public List<Class<? extends Throwable>> exceptions() {
		return this.exceptions;
	}

	/**
	 * The declared exception as which a thrown one travels.
	 * @param thrown what the handler threw
	 * @return its class or the nearest declared super-class, or {@code null} if it was
	 * not declared
	 */
	public @Nullable Class<? extends Throwable> declaredException(Throwable thrown) {
		for (Class<? extends Throwable> exception : this.exceptions) {
			if (exception.isInstance(thrown)) {
				return exception;
			}
		}
		return null;
	}

	/**
	 * The declared exception of a name that came over the wire.
	 * @param className the name
	 * @return its class, or {@code null} if no such exception was declared
	 */
	public @Nullable Class<? extends Throwable> declaredException(String className) {
		for (Class<? extends Throwable> exception : this.exceptions) {
			if (exception.getName().equals(className)) {
				return exception;
			}
		}
		return null;
	}

	/**
	 * The arguments that are values.
	 * @param arguments all Java arguments, without a continuation
	 * @return as many as {@link #parameterTypes()}; the same array where there is no
	 * stream
	 */
	public @Nullable Object[] values(@Nullable Object[] arguments) {
		int stream = streamIndex();
		if (stream < 0) {
			return arguments;
		}
		@Nullable Object[] values = new @Nullable Object[arguments.length - 1];
		System.arraycopy(arguments, 0, values, 0, stream);
		System.arraycopy(arguments, stream + 1, values, stream, values.length - stream);
		return values;
	}

	/**
	 * All Java arguments.
	 * @param values as many as {@link #parameterTypes()}
	 * @param stream the {@code Flux}; not used where there is no such parameter
	 * @return the arguments; the same array where there is no stream
	 */
	public @Nullable Object[] arguments(@Nullable Object[] values, @Nullable Object stream) {
		int index = streamIndex();
		if (index < 0) {
			return values;
		}
		@Nullable Object[] arguments = new @Nullable Object[values.length + 1];
		System.arraycopy(values, 0, arguments, 0, index);
		arguments[index] = stream;
		System.arraycopy(values, index, arguments, index + 1, values.length - index);
		return arguments;
	}

	/**
	 * What an instance must have to take calls of this method at all.
	 * @return its mark in a {@link Fingerprint}
	 */
	public String mark() {
		return Fingerprint.mark(this.wireName, parameterTypes().size(), streamIndex() >= 0,
				shape() == ReturnShape.FLUX);
	}

	/** All that matters on the wire: idempotence and deadline are the caller's. */
	String describe(Function<Type, String> types) {
		StringBuilder text = new StringBuilder(this.wireName).append(" (");
		for (Type parameter : parameterTypes()) {
			text.append(types.apply(parameter)).append("; ");
		}
		Type stream = streamType();
		if (stream != null) {
			text.append("stream of ").append(types.apply(stream));
		}
		text.append(") ").append((shape() == ReturnShape.FLUX) ? "stream of " : "").append(types.apply(resultType()));
		for (Class<? extends Throwable> exception : this.exceptions) {
			text.append(" throws ").append(types.apply(exception));
		}
		return text.toString();
	}

	@Override
	public String toString() {
		return this.signature;
	}

	/** What comes back. */
	record Returned(ReturnShape shape, Type type) {

	}

	/** What goes out. */
	record Parameters(List<Type> types, List<String> names, int streamIndex, @Nullable Type streamType, int keyIndex) {

		Parameters {
			types = List.copyOf(types);
			names = List.copyOf(names);
		}

	}

	/** What the annotation says. */
	record Declared(boolean idempotent, @Nullable Duration deadline, Hedge hedge, boolean nonBlocking,
			Priority priority) {

	}

}
