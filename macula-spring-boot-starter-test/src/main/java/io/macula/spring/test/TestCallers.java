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

package io.macula.spring.test;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.CallContext;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.spring.security.CallAuthenticator;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the user of a test, such as that of {@code @WithMockUser}, the principal of the
 * calls that the test makes. Only a random key travels, which means something in this
 * virtual machine and for as long as the call lasts. Calls that are made while one is
 * served are left as they are, and so are those for which the test sets
 * {@code authorization} itself. Safe for all threads.
 */
final class TestCallers implements ClientInterceptor, CallAuthenticator {

	private static final String KEY = "macula-test-caller";

	private static final String TOKEN = "authorization";

	private final Map<String, Authentication> callers = new ConcurrentHashMap<>();

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		boolean served = CallContext.current() != null || CallContext.from(call.reactorContext()) != null;
		if (served || call.metadata().get(TOKEN) != null) {
			return call.proceed();
		}
		return proceed(call, SecurityContextHolder.getContext().getAuthentication());
	}

	private @Nullable Object proceed(ClientInvocation call, @Nullable Authentication caller) throws Throwable {
		if (caller == null) {
			return call.proceed();
		}
		String key = UUID.randomUUID().toString();
		this.callers.put(key, caller);
		boolean pending = false;
		try {
			call.addMetadata(KEY, key);
			Object result = call.proceed();
			if (result instanceof Mono<?> mono) {
				pending = true;
				return mono.doFinally((end) -> this.callers.remove(key));
			}
			if (result instanceof Flux<?> flux) {
				pending = true;
				return flux.doFinally((end) -> this.callers.remove(key));
			}
			if (result instanceof CompletableFuture<?> future) {
				pending = true;
				future.whenComplete((value, thrown) -> this.callers.remove(key));
			}
			return result;
		}
		finally {
			if (!pending) {
				this.callers.remove(key);
			}
		}
	}

	@Override
	public @Nullable Authentication authenticate(CallContext call) {
		String key = call.metadata().get(KEY);
		return (key != null) ? this.callers.get(key) : null;
	}

}
