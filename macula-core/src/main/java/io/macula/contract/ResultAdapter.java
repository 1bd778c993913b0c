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
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Makes what an interceptor answers into what its method returns, or refuses it with an
 * exception that names interceptor, method and type. Immutable.
 */
public final class ResultAdapter {

	private final String method;

	private final ReturnShape shape;

	private final Class<?> type;

	private final boolean primitive;

	private ResultAdapter(String method, ReturnShape shape, Type result) {
		this.method = method;
		this.shape = shape;
		Class<?> raw = raw(result);
		this.primitive = raw.isPrimitive() && raw != void.class;
		this.type = MethodType.methodType(raw).wrap().returnType();
	}

	/**
	 * The adapter of a method.
	 * @param method of a contract
	 * @return its adapter
	 */
	public static ResultAdapter of(MethodContract method) {
		return new ResultAdapter(method.signature(), method.shape(), method.resultType());
	}

	/**
	 * The adapter of a call without an interface.
	 * @param method for messages
	 * @param shape how its result is handed over
	 * @param result type of the result
	 * @return its adapter
	 */
	public static ResultAdapter of(String method, ReturnShape shape, Type result) {
		return new ResultAdapter(method, shape, result);
	}

	private static Class<?> raw(Type type) {
		if (type instanceof Class<?> known) {
			return known;
		}
		if (type instanceof ParameterizedType parameterized) {
			return raw(parameterized.getRawType());
		}
		if (type instanceof GenericArrayType array) {
			return Array.newInstance(raw(array.getGenericComponentType()), 0).getClass();
		}
		return Object.class;
	}

	/**
	 * How the result is handed over.
	 * @return the shape
	 */
	public ReturnShape shape() {
		return this.shape;
	}

	/**
	 * What the method returns in the place of what the interceptor did.
	 * @param interceptor for messages
	 * @param answer a value, {@code CompletionStage} or {@code Mono}; for a {@code Flux}
	 * a {@code Publisher}
	 * @param wait waits for the answer of a method that blocks
	 * @return a value, {@code CompletableFuture}, {@code Mono} or {@code Flux}, whose
	 * values are of the right type or fail with an {@link IllegalStateException}
	 * @throws IllegalStateException if the answer does not fit the method
	 * @throws Throwable what the answer failed with, if it had to be waited for
	 */
	public @Nullable Object adapt(Object interceptor, @Nullable Object answer, Wait wait) throws Throwable {
		return switch (this.shape) {
			case VOID -> {
				awaited(answer, wait);
				yield null;
			}
			case VALUE -> {
				Object value = awaited(answer, wait);
				if (value == null && this.primitive) {
					throw unfit(interceptor, null);
				}
				yield checked(interceptor, value);
			}
			case OPTIONAL -> {
				Object value = awaited(answer, wait);
				Object content = (value instanceof Optional<?> optional) ? optional.orElse(null) : value;
				yield Optional.ofNullable(checked(interceptor, content));
			}
			case FUTURE -> future(interceptor, answer);
			case MONO -> mono(interceptor, answer);
			case FLUX -> flux(interceptor, answer);
		};
	}

	private static @Nullable Object awaited(@Nullable Object answer, Wait wait) throws Throwable {
		if (answer instanceof CompletionStage<?> stage) {
			return wait.await(stage.toCompletableFuture());
		}
		if (answer instanceof Mono<?> mono) {
			return wait.await(mono.contextWrite(wait.context()).toFuture());
		}
		return answer;
	}

	private CompletableFuture<@Nullable Object> future(Object interceptor, @Nullable Object answer) {
		if (answer instanceof CompletionStage<?> stage) {
			return new CheckedFuture(stage.toCompletableFuture(), (value) -> checked(interceptor, value));
		}
		if (answer instanceof Mono<?> mono) {
			return new CheckedFuture(mono.toFuture(), (value) -> checked(interceptor, value));
		}
		if (answer == null) {
			throw unfit(interceptor, null);
		}
		return CompletableFuture.completedFuture(checked(interceptor, answer));
	}

	private Mono<?> mono(Object interceptor, @Nullable Object answer) {
		if (answer instanceof Publisher<?> publisher) {
			Mono<?> mono = (publisher instanceof Mono<?> known) ? known : Flux.from(publisher).singleOrEmpty();
			return (this.type == Void.class) ? mono.then() : mono.map((value) -> present(interceptor, value));
		}
		if (answer instanceof CompletionStage<?> stage) {
			return Mono.fromFuture(stage.toCompletableFuture()).map((value) -> present(interceptor, value));
		}
		if (answer == null) {
			throw unfit(interceptor, null);
		}
		return Mono.just(present(interceptor, answer));
	}

	private Flux<?> flux(Object interceptor, @Nullable Object answer) {
		if (answer instanceof Publisher<?> publisher) {
			return Flux.from(publisher).map((value) -> present(interceptor, value));
		}
		throw unfit(interceptor, answer);
	}

	private Object present(Object interceptor, Object value) {
		checked(interceptor, value);
		return value;
	}

	private @Nullable Object checked(Object interceptor, @Nullable Object value) {
		if (value != null && !this.type.isInstance(value) && this.shape != ReturnShape.VOID) {
			throw unfit(interceptor, value);
		}
		return value;
	}

	private IllegalStateException unfit(Object interceptor, @Nullable Object value) {
		String returned = (value != null) ? "a " + value.getClass().getName() : "null";
		String expected = (this.type == Void.class) ? "nothing" : this.type.getName();
		return new IllegalStateException("Interceptor " + interceptor.getClass().getName() + " answered " + this.method
				+ " with " + returned + ": expected " + switch (this.shape) {
					case VALUE, VOID, OPTIONAL -> expected;
					case FUTURE -> "a CompletionStage of " + expected;
					case MONO -> "a Mono of " + expected;
					case FLUX -> "a Publisher of " + expected;
				} + "; return what proceed() returned, or an answer of this type");
	}

	/** Waits for the answers of methods that block. */
	public interface Wait {

		/**
		 * Wait, at most as long as the call has time.
		 * @param answer to come; cancelled if the wait ends without it
		 * @return its value
		 * @throws Throwable what it failed with
		 */
		@Nullable Object await(CompletableFuture<?> answer) throws Throwable;

		/**
		 * What a {@code Mono} is subscribed to with.
		 * @return the context
		 */
		default Context context() {
			return Context.empty();
		}

	}

	/** Passes the outcome on, checked, and a cancellation back. */
	private static final class CheckedFuture extends CompletableFuture<@Nullable Object> {

		private final CompletableFuture<?> source;

		CheckedFuture(CompletableFuture<?> source, Check check) {
			this.source = source;
			source.whenComplete((value, thrown) -> {
				if (thrown != null) {
					completeExceptionally(thrown);
					return;
				}
				try {
					complete(check.checked(value));
				}
				catch (Throwable ex) {
					completeExceptionally(ex);
				}
			});
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			if (cancelled) {
				this.source.cancel(mayInterruptIfRunning);
			}
			return cancelled;
		}

	}

	/** Refuses values of another type. */
	@FunctionalInterface
	private interface Check {

		@Nullable Object checked(@Nullable Object value);

	}

}
