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

package io.macula.spring;

import io.macula.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * Says what stands in for a failed call of a client, depending on the failure: a bean
 * that {@link MaculaClient#fallback()} names. Asked once for each failed call, by many
 * threads at once: on the caller's thread where the method blocks, else where the failure
 * arrives, which may be an event loop, so that it must not block there.
 *
 * @param <C> the contract of the client
 */
@FunctionalInterface
public interface MaculaFallback<C> {

	/**
	 * What the failed method is called on instead.
	 * @param cause what the caller would be thrown; tells service, method, code and
	 * attempts
	 * @return an implementation of the contract, or {@code null} to let the call fail;
	 * what is thrown instead reaches the caller
	 */
	@Nullable C fallback(RpcException cause);

}
