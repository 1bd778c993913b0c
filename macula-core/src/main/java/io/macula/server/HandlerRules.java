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

import java.util.List;

import io.macula.interceptor.ServerInterceptor;

/**
 * What the application says of all handlers of a node. Immutable.
 *
 * @param interceptors stand around the handlers, the first one outermost; not around
 * those of reserved services
 * @param mappers say what callers are told of exceptions, in order
 * @param guards look at arguments and results, in order
 */
public record HandlerRules(List<ServerInterceptor> interceptors, List<ExceptionMapper> mappers,
		List<MethodGuard.Factory> guards) {

	/** Without any. */
	public static final HandlerRules NONE = new HandlerRules(List.of(), List.of(), List.of());

	public HandlerRules {
		interceptors = List.copyOf(interceptors);
		mappers = List.copyOf(mappers);
		guards = List.copyOf(guards);
	}

}
