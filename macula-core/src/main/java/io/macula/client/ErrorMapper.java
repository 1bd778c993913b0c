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

package io.macula.client;

import io.macula.RpcException;
import org.jspecify.annotations.Nullable;

/**
 * Makes exceptions of the application out of failed calls. Asked once for each failed
 * call of a proxy or a dynamic call, whatever its shape, before the caller sees the
 * failure; not asked where the contract declares what the handler threw, since that is
 * thrown as itself. Several are asked in order until one answers. Used by many threads at
 * once.
 * <p>
 * Runs on the caller's thread where the method blocks, else where the failure arrives,
 * which may be an event loop: it must not block.
 */
@FunctionalInterface
public interface ErrorMapper {

	/**
	 * What the caller is thrown instead.
	 * @param failure what the caller would be thrown; tells service, method, code,
	 * message, detail and attempts
	 * @return a new exception: unchecked, or one that the called method declares; another
	 * one is wrapped into an {@link java.lang.reflect.UndeclaredThrowableException}. The
	 * failure becomes its cause, or a suppressed exception, unless it is there already.
	 * {@code null} if this mapper has nothing to say. What is thrown instead is logged,
	 * and the caller is thrown the failure
	 */
	@Nullable Throwable map(RpcException failure);

}
