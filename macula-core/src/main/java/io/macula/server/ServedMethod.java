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
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.CodecException;
import io.macula.codec.ExceptionCodecs;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.contract.MethodContract;
import io.macula.contract.ReturnShape;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;

/**
 * A method of a registered service, ready to be called with payloads of one codec:
 * everything that can be known before the first call. Safe for all threads.
 */
final class ServedMethod {

	/** A kind of work that takes longer than a thread's wake-up may wake a thread. */
	private static final long SLOW_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

	private static final int LONGEST_MESSAGE = 4096;

	private static final byte[] NOTHING = {};

	private static final Logger logger = LoggerFactory.getLogger(ServedMethod.class);

	private final ServedService service;

	private final MethodContract contract;

	/** Of type {@code (Object[])Object}, bound to the handler. */
	private final MethodHandle handle;

	private final ClassLoader classLoader;

	private final ArgumentsCodec arguments;

	private final ValueCodec result;

	/** {@code null} where the caller sends no elements. */
	private final @Nullable ValueCodec element;

	private final ExceptionCodecs exceptions;

	private final LogLimit logLimit = new LogLimit();

	/** Moving average; updates may get lost, the next ones repair it. */
	private long tookNanos;

	ServedMethod(ServedService service, MethodContract contract, PayloadCodec codec) {
		this.service = service;
		this.contract = contract;
		Object handler = service.definition().handler();
		this.handle = handle(contract.method(), handler);
		ClassLoader loader = handler.getClass().getClassLoader();
		this.classLoader = (loader != null) ? loader : ClassLoader.getSystemClassLoader();
		this.arguments = ArgumentsCodec.of(codec, contract.signature(), contract.parameterTypes(),
				contract.parameterNames());
		this.result = codec.forType(contract.resultType());
		Type streamType = contract.streamType();
		this.element = (streamType != null) ? codec.forType(streamType) : null;
		this.exceptions = ExceptionCodecs.of(codec, contract.method().getDeclaringClass(), contract.signature(),
				contract.exceptions());
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

	ServedService service() {
		return this.service;
	}

	MethodContract contract() {
		return this.contract;
	}

	ReturnShape shape() {
		return this.contract.shape();
	}

	boolean nonBlocking() {
		return this.contract.nonBlocking();
	}

	ClassLoader classLoader() {
		return this.classLoader;
	}

	/** For messages. */
	String procedure() {
		return this.service.name() + "/" + this.contract.wireName();
	}

	boolean slow() {
		return this.tookNanos > SLOW_NANOS;
	}

	void took(long nanos) {
		this.tookNanos += (nanos - this.tookNanos) / 4;
	}

	@Nullable Object[] decodeArguments(byte[] payload) {
		return this.arguments.decode(payload);
	}

	Object decodeElement(byte[] payload) {
		if (this.element == null) {
			throw new IllegalStateException(procedure() + " takes no elements");
		}
		Object value;
		try {
			value = this.element.decode(payload);
		}
		catch (CodecException ex) {
			throw new RpcException(elementNotDecodable(text(ex)), ex);
		}
		if (value == null) {
			throw new RpcException(elementNotDecodable("null is no element"));
		}
		return value;
	}

	private Status elementNotDecodable(String reason) {
		return Status.processed(Code.INVALID_ARGUMENT, "an element sent to " + procedure() + ": " + reason);
	}

	@Nullable Object invoke(@Nullable Object[] arguments) throws Throwable {
		return this.handle.invokeExact(arguments);
	}

	byte[] encodeResult(@Nullable Object value) {
		return this.result.encode((value instanceof Optional<?> optional) ? optional.orElse(null) : value);
	}

	/** What the handler answered could not be encoded. */
	Failure resultNotEncodable(@Nullable Object value, Throwable cause) {
		String type = (value != null) ? value.getClass().getName() : "null";
		String message = "the result of " + procedure() + ", a " + type + ", cannot be encoded: " + text(cause);
		this.logLimit.run((suppressed) -> logger.warn("{}{}", message, suppressed, cause));
		return Failure.of(Status.processed(Code.INTERNAL, message));
	}

	/** Final: another instance would not understand them either. */
	Failure argumentsNotDecodable(Throwable cause) {
		return Failure.of(Status.processed(Code.INVALID_ARGUMENT, procedure() + ": " + text(cause)));
	}

	/** What the handler threw, or its {@code Mono} or future failed with. */
	Failure thrown(Throwable raised) {
		Throwable thrown = unwrap(raised);
		Class<? extends Throwable> declared = this.contract.declaredException(thrown);
		ValueCodec codec = (declared != null) ? this.exceptions.find(declared.getName()) : null;
		if (declared != null && codec != null) {
			return declared(thrown, declared, codec);
		}
		if (thrown instanceof RpcException rpc) {
			return ofRpcException(rpc);
		}
		String type = thrown.getClass().getName();
		this.logLimit
			.run((suppressed) -> logger.warn("Handler of {} failed with {}{}", procedure(), type, suppressed, thrown));
		Code code = (thrown instanceof Error) ? Code.INTERNAL : Code.UNKNOWN;
		return new Failure(Status.processed(code, type + ": " + text(thrown)), type, NOTHING);
	}

	/**
	 * An exception of a call that the handler made says something of that call, not of
	 * this one: this one was processed, and trying it again might double its effects.
	 */
	private Failure ofRpcException(RpcException thrown) {
		Code code = (thrown.code() != Code.OK) ? thrown.code() : Code.UNKNOWN;
		return new Failure(new Status(code, thrown.status().message(), Processed.YES), thrown.remoteType(), NOTHING);
	}

	private Failure declared(Throwable thrown, Class<? extends Throwable> declared, ValueCodec codec) {
		byte[] detail;
		try {
			detail = codec.encode(thrown);
		}
		catch (RuntimeException ex) {
			String message = "the declared exception " + thrown.getClass().getName() + " of " + procedure()
					+ " cannot be encoded: " + text(ex);
			this.logLimit.run((suppressed) -> logger.warn("{}{}", message, suppressed, ex));
			return new Failure(Status.processed(Code.INTERNAL, message), thrown.getClass().getName(), NOTHING);
		}
		return new Failure(Status.processed(Code.APPLICATION, text(thrown)), declared.getName(), detail);
	}

	/** Checked exceptions that had to pass through code which does not declare them. */
	private static Throwable unwrap(Throwable raised) {
		Throwable cause = (raised instanceof UndeclaredThrowableException || raised instanceof CompletionException)
				? raised.getCause() : Exceptions.unwrap(raised);
		return (cause != null) ? cause : raised;
	}

	private static String text(Throwable thrown) {
		String message = thrown.getMessage();
		if (message == null) {
			return "no message";
		}
		return (message.length() <= LONGEST_MESSAGE) ? message : message.substring(0, LONGEST_MESSAGE) + "...";
	}

}
