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

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.Metadata;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;

/**
 * Sends chosen entries of the MDC, of the present call or of the present HTTP request on
 * with calls, and puts them into the MDC of handlers.
 */
final class KeyPropagation implements ClientInterceptor, ServerInterceptor {

	private final List<PropagatedEntry> entries;

	private final RequestHeaders headers;

	KeyPropagation(List<PropagatedEntry> entries, RequestHeaders headers) {
		this.entries = List.copyOf(entries);
		this.headers = headers;
	}

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		for (PropagatedEntry entry : this.entries) {
			String value = entry.missing(call, this.headers);
			if (value != null) {
				call.addMetadata(entry.key(), value);
			}
		}
		return call.proceed();
	}

	@Override
	public @Nullable Object intercept(ServerInvocation call) throws Throwable {
		Metadata metadata = call.call().metadata();
		Map<String, String> present = new HashMap<>();
		for (PropagatedEntry entry : this.entries) {
			String value = metadata.get(entry.key());
			if (value != null) {
				present.put(entry.name(), value);
			}
		}
		return HandlerScope.proceed(call, present);
	}

}
