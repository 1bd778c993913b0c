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

import io.macula.CallContext;
import io.macula.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * Says what a caller is told of an exception that the contract does not declare: one that
 * a handler's method threw, or its future, {@code Mono} or {@code Flux} failed with.
 * Several are asked in order until one answers; if none does, the caller is told the
 * status of an {@link RpcException}, and of anything else nothing but that it happened.
 * Used by many threads at once.
 * <p>
 * Runs where the exception came up, which may be an event loop: it must not block.
 */
@FunctionalInterface
public interface ExceptionMapper {

	/**
	 * What the caller is told.
	 * @param call the call that failed
	 * @param thrown what the handler threw, also an {@link RpcException}; never an error
	 * of the virtual machine
	 * @return code, message and detail for the caller; that the call was processed is
	 * said in any case, since the handler ran. {@code null} if this mapper has nothing to
	 * say. What is thrown instead is logged, and the caller is told what it would be
	 * without mappers
	 */
	@Nullable RpcException map(CallContext call, Throwable thrown);

}
