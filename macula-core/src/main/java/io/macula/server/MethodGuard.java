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

import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.contract.MethodContract;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the calls of one method: at the arguments before it runs, and at what it
 * answered. Used by many threads at once.
 * <p>
 * Runs where the method runs, which may be an event loop: it must not block. What it
 * throws is treated as if the method had thrown it.
 */
public interface MethodGuard {

	/**
	 * Look at the arguments; a {@code Flux} among them is given as it is.
	 * @param arguments all Java arguments
	 * @return why the method must not run, for its caller; {@code null} if it may. With
	 * {@link io.macula.Code#INVALID_ARGUMENT} the call is over, since other instances say
	 * the same; that it was not processed is said in any case
	 */
	default @Nullable RpcException refuseArguments(@Nullable Object[] arguments) {
		return null;
	}

	/**
	 * Look at an answer: the value, also that of a future or a {@code Mono}, or one
	 * element of a {@code Flux}.
	 * @param result the value
	 * @return what is wrong with it, for the log of the provider, whose fault it is; the
	 * caller is told INTERNAL. {@code null} if it may be sent
	 */
	default @Nullable String refuseResult(@Nullable Object result) {
		return null;
	}

	/**
	 * Makes the guards of a node's services.
	 */
	@FunctionalInterface
	interface Factory {

		/**
		 * The guard of a method; asked once or more when the service is registered.
		 * @param service the service, not one of the product itself
		 * @param handler handles its calls
		 * @param method the method
		 * @return the guard, or {@code null} where there is nothing to look at
		 * @throws IllegalArgumentException if the service cannot be served like that; the
		 * message names the method and the remedy
		 */
		@Nullable MethodGuard guard(ServiceName service, Object handler, MethodContract method);

	}

}
