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

package io.macula.spring.propagation;

import java.util.Map;
import java.util.UUID;

import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Gives each call a request id: that of the present request or call, or a new one; on the
 * provider it is in the MDC of the handler.
 */
final class RequestIdPropagation implements ClientInterceptor, ServerInterceptor {

	/** Of the HTTP header, the metadata, the MDC and Reactor contexts. */
	static final String NAME = "x-request-id";

	private static final PropagatedEntry ENTRY = PropagatedEntry.of(NAME);

	private final RequestHeaders headers;

	RequestIdPropagation(RequestHeaders headers) {
		this.headers = headers;
	}

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		if (call.metadata().get(NAME) == null) {
			String present = ENTRY.missing(call, this.headers);
			call.addMetadata(NAME, (present != null) ? present : UUID.randomUUID().toString());
		}
		return call.proceed();
	}

	@Override
	public @Nullable Object intercept(ServerInvocation call) throws Throwable {
		String sent = call.call().metadata().get(NAME);
		return HandlerScope.proceed(call, Map.of(NAME, (sent != null) ? sent : UUID.randomUUID().toString()));
	}

}
