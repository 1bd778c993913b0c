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
package io.macula.server;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.macula.codec.ArgumentsCodec;
import io.macula.codec.CodecException;
import io.macula.codec.ExceptionCodecs;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ResultAdapter;
import io.macula.kotlin.KotlinMethod;
import org.jspecify.annotations.Nullable;

/**
 * A method of a registered service, ready to be called with payloads of one codec:
 * everything that can be known before the first call. Safe for all threads.
 */
final class ServedMethod {

	/** A kind of work that takes longer than a thread's wake-up may wake a thread. */
	private static final long SLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private final ServedService service;

	private final MethodContract contract;

	private final String procedure;

	/** Of type {@code (Object[])Object}, bound to the handler. */
	private final MethodHandle handle;

	/** {@code null} for contracts in Java. */
	private final @Nullable KotlinMethod kotlin;

	private final ClassLoader classLoader;

	private final ArgumentsCodec arguments;

	private final ValueCodec result;

	/** {@code null} where the caller sends no elements. */
	private final @Nullable ValueCodec element;

	private final MethodGuards guards;

	private final HandlerFailures failures;

	private final CallObservations observations;

	private final ServerInterceptors interceptors;

	/** For what interceptors answer. */
	private final ResultAdapter results;

	/** Moving average; updates may get lost, the next ones repair it. */
	private long tookNanos;

	ServedMethod(ServedService service, MethodContract contract, PayloadCodec codec, CallObservations observations,
			ServerInterceptors interceptors, HandlerRules rules, boolean exposeMessages) {
		this.service = service;
		this.contract = contract;
		this.procedure = service.name() + "/" + contract.wireName();
		Object handler = service.definition().handler();
		this.kotlin = KotlinMethod.of(contract);
		MethodHandle java = handle(contract.method(), handler);
		this.handle = (this.kotlin != null) ? handle(this.kotlin, java, handler) : java;
		ClassLoader loader = handler.getClass().getClassLoader();
		this.classLoader = (loader != null) ? loader : ClassLoader.getSystemClassLoader();
		this.arguments = (this.kotlin != null)
				? ArgumentsCodec
					.of(codec, contract.signature(), contract.parameterTypes(), this.kotlin.parameterNames())
					.atLeast(this.kotlin.leastArguments())
				: ArgumentsCodec.of(codec, contract.signature(), contract.parameterTypes(), contract.parameterNames());
		this.result = codec.forType(contract.resultType(), "The result of " + contract.signature());
		Type streamType = contract.streamType();
		this.element = (streamType != null) ? codec.forType(streamType, "An element sent to " + contract.signature())
				: null;
		this.guards = MethodGuards.of(rules.guards(), service.name(), handler, contract);
		this.failures = new HandlerFailures(service, contract, ExceptionCodecs.of(codec,
				contract.method().getDeclaringClass(), contract.signature(), contract.exceptions()), rules,
				exposeMessages);
		this.observations = observations;
		this.interceptors = service.reserved() ? ServerInterceptors.NONE : interceptors;
		this.results = ResultAdapter.of(contract);
	}

	/**
	 * Through the interface, so that the handler's class may be private, a JDK proxy or
	 * generated.
	 */
	private static MethodHandle handle(Method method, Object handler) {
		try {
			method.setAccessible(true);
			return MethodHandles.lookup()
				.unreflect(method)
				.bindTo(handler)
				.asFixedArity()
				.asSpreader(Object[].class, method.getParameterCount())
				.asType(MethodType.methodType(Object.class, Object[].class));
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			throw new IllegalArgumentException("Method " + method + " cannot be called on a handler of "
					+ handler.getClass().getName() + ": " + ex.getMessage(), ex);
		}
	}

	private static MethodHandle handle(KotlinMethod kotlin, MethodHandle java, Object handler) {
		KotlinMethod.Target target = kotlin.target((arguments) -> (Object) java.invokeExact(arguments), handler);
		try {
			return MethodHandles.lookup()
				.findVirtual(KotlinMethod.Target.class, "call", MethodType.methodType(Object.class, Object[].class))
				.bindTo(target);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	ServedService service() {
		return this.service;
	}

	MethodContract contract() {
		return this.contract;
	}

	/** For messages. */
	String procedure() {
		return this.procedure;
	}

	boolean nonBlocking() {
		return this.contract.nonBlocking();
	}

	/** What callers are told when something fails. */
	HandlerFailures failures() {
		return this.failures;
	}

	CallObservations observations() {
		return this.observations;
	}

	/** Who stands between callers and the handler; nobody in a reserved service. */
	ServerInterceptors interceptors() {
		return this.interceptors;
	}

	ResultAdapter results() {
		return this.results;
	}

	/** Whether decoding arguments takes no longer than a brief copy. */
	boolean copies(byte[] payload) {
		return this.arguments.copies(payload);
	}

	@Nullable Object[] decodeArguments(byte[] payload) {
		@Nullable Object[] values = this.arguments.decode(payload);
		if (this.kotlin != null) {
			this.kotlin.requireFit(values);
		}
		return values;
	}

	Object decodeElement(byte[] payload) {
		if (this.element == null) {
			throw new IllegalStateException(this.procedure + " takes no elements");
		}
		Object value = this.element.decode(payload);
		if (value == null) {
			throw new CodecException("null is no element", null);
		}
		return value;
	}

	/** With the class loader of the handler as that of the thread. */
	@Nullable Object invoke(@Nullable InterceptedCall intercepted, @Nullable Object[] arguments) throws Throwable {
		Thread thread = Thread.currentThread();
		ClassLoader before = enter(thread);
		try {
			return (intercepted != null) ? intercepted.invoke(arguments) : call(arguments);
		}
		finally {
			leave(thread, before);
		}
	}

	/** The same of what is left of a call. */
	@Nullable Object resume(InterceptedCall.Rest rest) throws Throwable {
		Thread thread = Thread.currentThread();
		ClassLoader before = enter(thread);
		try {
			return rest.run();
		}
		finally {
			leave(thread, before);
		}
	}

	private ClassLoader enter(Thread thread) {
		ClassLoader before = thread.getContextClassLoader();
		if (before != this.classLoader) {
			thread.setContextClassLoader(this.classLoader);
		}
		return before;
	}

	private static void leave(Thread thread, ClassLoader before) {
		if (thread.getContextClassLoader() != before) {
			thread.setContextClassLoader(before);
		}
	}

	/** The handler's method itself, unless a guard refuses the arguments. */
	@Nullable Object call(@Nullable Object[] arguments) throws Throwable {
		this.guards.before(arguments);
		return this.handle.invokeExact(arguments);
	}

	/**
	 * Encode what the handler answered.
	 * @throws RefusedResult if a guard does not let it be sent
	 * @throws HandlerFault if it is null, and must not be
	 */
	byte[] encodeResult(@Nullable Object value) {
		if (value == null && this.kotlin != null && this.kotlin.resultRequired()) {
			throw new HandlerFault("it is null, but the type that " + this.contract.signature()
					+ " returns is not nullable in Kotlin");
		}
		this.guards.after(value);
		return this.result.encode((value instanceof Optional<?> optional) ? optional.orElse(null) : value);
	}

	/** Whether its handlers are known to occupy a thread for long. */
	boolean slow() {
		return this.tookNanos > SLOW_NANOS;
	}

	void took(long nanos) {
		this.tookNanos += (nanos - this.tookNanos) / 4;
	}

}
