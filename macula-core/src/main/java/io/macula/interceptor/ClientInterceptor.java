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

import org.jspecify.annotations.Nullable;

/**
 * Stands around the calls that this node makes: adds metadata, refuses a call, or answers
 * it. Called by many threads at once. Interceptors are nested in their order, the first
 * one outermost.
 * <p>
 * A further attempt of a call is not its business: the client makes it, see
 * {@code failover.max-attempts}, and tells of it by {@link #attempt}.
 */
@FunctionalInterface
public interface ClientInterceptor {

	/**
	 * A call begins. Called once for each call: of blocking methods and of those that
	 * return a future when the method is called, on the caller's thread; of those that
	 * return a {@code Mono} or {@code Flux} at each subscription, on the subscriber's
	 * thread, where it must not block.
	 * @param call the call
	 * @return what {@link ClientInvocation#proceed} returned, or an answer in its place:
	 * a value, {@code CompletionStage} or {@code Mono}, whichever of these the method
	 * returns; for a {@code Flux} any {@code Publisher}
	 * @throws Throwable refuses the call, or passes on how it failed. The caller of a
	 * blocking method gets unchecked exceptions and those that the method declares as
	 * they are, and an {@link io.macula.RpcException} in the place of others
	 */
	@Nullable Object intercept(ClientInvocation call) throws Throwable;

	/**
	 * An attempt of a call is about to be sent, on whichever thread that happens, mostly
	 * an event loop: must not block. Not called for an attempt that finds no connection.
	 * @param attempt the attempt
	 * @throws RuntimeException ends the call instead, not processed unless an earlier
	 * attempt may have been: with its status if it is an {@link io.macula.RpcException},
	 * else with INTERNAL. While another attempt of a hedged call is open, this one is
	 * left out instead and the call goes on
	 */
	default void attempt(ClientAttempt attempt) {
	}

}
