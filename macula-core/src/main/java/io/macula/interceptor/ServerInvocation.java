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

package io.macula.interceptor;

import java.lang.reflect.Method;
import java.util.List;

import io.macula.CallContext;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * A call that a handler of this node is about to serve, as its interceptors see it: each
 * has an object of its own, to go on from where it stands. Safe for all threads.
 */
public interface ServerInvocation {

	/**
	 * What is known of the call: service, method, metadata, caller, deadline; takes
	 * metadata of the answer.
	 * @return the call
	 */
	CallContext call();

	/**
	 * The method of the contract.
	 * @return the method
	 */
	Method javaMethod();

	/**
	 * Whether the method returns a stream, so that {@link #proceed} returns a
	 * {@code Flux}, also in the place of a {@code Flow} of Kotlin.
	 * @return false if it has one result at most
	 */
	default boolean manyResults() {
		return javaMethod().getReturnType() == Flux.class;
	}

	/**
	 * Who serves the call.
	 * @return the handler, in Spring the bean
	 */
	Object handler();

	/**
	 * What the method is called with; a {@code Flux} of the caller's elements is among
	 * them, a continuation of Kotlin is not. A caller of an earlier version may leave out
	 * the last ones, if they have defaults in Kotlin.
	 * @return unmodifiable; values may be {@code null}
	 */
	List<@Nullable Object> arguments();

	/**
	 * Whether the thread of the handler is one that must not be blocked: of methods that
	 * return a {@code Mono}, {@code Flux} or {@code CompletionStage}, or are declared
	 * non-blocking.
	 * @return true if it is an event loop
	 */
	boolean nonBlocking();

	/**
	 * Go on with the next interceptor, and with the handler's method after the last one.
	 * May be called on another thread: the call, its Observation and the handler's class
	 * loader are those of that thread meanwhile.
	 * @return what the method returns; a {@code Mono} for a suspend function
	 * @throws Throwable what the handler's method throws
	 * @throws IllegalStateException the second time, and if the call was refused already
	 */
	@Nullable Object proceed() throws Throwable;

}
