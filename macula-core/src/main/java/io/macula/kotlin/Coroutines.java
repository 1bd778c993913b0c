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
import java.util.List;

import kotlin.Unit;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlin.coroutines.intrinsics.IntrinsicsKt;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.reactive.ReactiveFlowKt;
import kotlinx.coroutines.reactor.MonoKt;
import kotlinx.coroutines.reactor.ReactorFlowKt;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Between coroutines and Reactor, by kotlinx-coroutines-reactor, which carries
 * cancellation, demand and the Reactor context across. Loaded only where a contract
 * suspends or has a {@code Flow}.
 */
final class Coroutines {

	private Coroutines() {
	}

	/**
	 * What is needed of the library.
	 * @return its classes
	 * @throws NoClassDefFoundError if it is missing
	 */
	static List<Class<?>> required() {
		return List.of(MonoKt.class, ReactiveFlowKt.class);
	}

	/**
	 * Suspend for the value of a call.
	 * @param unboxed takes a value that is there at once out of its value class
	 * @param nothing whether there is no value
	 * @param ofNull instance of a value class that stands for null, or {@code null}
	 * @return what a suspend function returns to its caller: the value, or that it
	 * suspended
	 */
	@SuppressWarnings("unchecked")
	static @Nullable Object await(Mono<?> call, Object continuation, @Nullable MethodHandle unboxed, boolean nothing,
			@Nullable Object ofNull) throws Throwable {
		Mono<Object> mono = nothing ? call.then(Mono.just(Unit.INSTANCE)) : (Mono<Object>) call;
		if (ofNull != null) {
			// Whoever is resumed takes the value out of its class.
			mono = mono.defaultIfEmpty(ofNull);
		}
		Object value = MonoKt.awaitSingleOrNull(mono, (Continuation<Object>) continuation);
		return (unboxed != null && value != null && value != IntrinsicsKt.getCOROUTINE_SUSPENDED())
				? unboxed.invoke(value) : value;
	}

	static Flow<?> flow(Publisher<?> publisher) {
		return ReactiveFlowKt.asFlow(publisher);
	}

	/**
	 * A {@code Flow} as a {@code Flux}.
	 * @param flow to collect; {@code null} stays
	 * @param continuation of the coroutine in whose context it is collected, or
	 * {@code null} for that of the call which the present thread serves
	 */
	static @Nullable Flux<?> flux(@Nullable Object flow, @Nullable Object continuation) {
		if (flow == null) {
			return null;
		}
		CoroutineContext context = (continuation != null) ? ((Continuation<?>) continuation).getContext() : served();
		return ReactorFlowKt.asFlux((Flow<?>) flow, context);
	}

	/**
	 * A suspend function as a {@code Mono}; it runs where it is subscribed to.
	 * @param body calls it
	 * @param boxed makes a value class of a value that it returned without it
	 */
	static Mono<?> mono(Body body, @Nullable MethodHandle boxed) {
		Mono<Object> mono = MonoKt.mono(served(), (scope, continuation) -> {
			try {
				return body.call(continuation);
			}
			catch (Throwable ex) {
				throw sneaky(ex);
			}
		});
		return mono.handle((value, sink) -> {
			if (value == Unit.INSTANCE) {
				return;
			}
			try {
				boolean bare = boxed != null && !boxed.type().returnType().isInstance(value);
				sink.next((boxed != null && bare) ? boxed.invoke(value) : value);
			}
			catch (Throwable ex) {
				sink.error(ex);
			}
		});
	}

	/** Not on a thread of Kotlin's: the function does not block. */
	private static CoroutineContext served() {
		return Dispatchers.getUnconfined().plus(ServedCallElement.present());
	}

	/** Kotlin knows no checked exceptions. */
	@SuppressWarnings("unchecked")
	private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
		throw (T) thrown;
	}

	/** A suspend function with its arguments. */
	@FunctionalInterface
	interface Body {

		@Nullable Object call(Object continuation) throws Throwable;

	}

}
