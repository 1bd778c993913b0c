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

import java.time.Duration;

import io.macula.CallContext;
import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * Stands around the handlers of this node: refuses a call, answers it, or adds to its
 * answer. Called by many threads at once. Interceptors are nested in their order, the
 * first one outermost.
 */
@FunctionalInterface
public interface ServerInterceptor {

	/**
	 * The method of a handler is about to be called, on the thread of the handler: of
	 * methods that return a {@code Mono}, {@code Flux} or {@code CompletionStage}, or are
	 * declared non-blocking, it is an event loop and must not be blocked.
	 * {@link CallContext#current()} is this call, the handler's class loader is that of
	 * the thread, and the call's Observation is the present one.
	 * @param call the call
	 * @return what {@link ServerInvocation#proceed} returned, or an answer in its place:
	 * a value, {@code CompletionStage} or {@code Mono}, whichever of these the method
	 * returns; for a {@code Flux} any {@code Publisher}
	 * @throws Throwable refuses the call: the caller is told what it would be told if the
	 * handler had thrown it. An {@link io.macula.RpcException} that says "not processed"
	 * is passed on as that as long as the handler was not called
	 */
	@Nullable Object intercept(ServerInvocation call) throws Throwable;

	/**
	 * A call is over: called once for each call that was started, whatever its end, after
	 * the answer was handed to the connection, and on whichever thread that happened. One
	 * whose arguments cannot be decoded was started, too, and was not intercepted. What
	 * this throws is logged and changes nothing.
	 * @param call the call
	 * @param status how it ended: OK, what the caller was told, or CANCELLED
	 * @param took time since the start
	 */
	default void ended(CallContext call, Status status, Duration took) {
	}

}
