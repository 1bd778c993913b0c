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

package io.macula.spring.security;

import io.macula.interceptor.ServerInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Where handlers find the principal of a call: for as long as their method runs in the
 * thread's security context, and of {@code Mono} and {@code Flux} in the Reactor context.
 * Safe for all threads.
 */
final class SecurityScope {

	private final SecurityContextHolderStrategy holder;

	SecurityScope(SecurityContextHolderStrategy holder) {
		this.holder = holder;
	}

	/** The thread has afterwards what it had before. */
	@Nullable Object proceed(ServerInvocation call, Authentication authentication) throws Throwable {
		SecurityContext before = this.holder.getContext();
		SecurityContext context = this.holder.createEmptyContext();
		context.setAuthentication(authentication);
		this.holder.setContext(context);
		try {
			return carried(call.proceed(), context);
		}
		finally {
			if (before.equals(this.holder.createEmptyContext())) {
				this.holder.clearContext();
			}
			else {
				this.holder.setContext(before);
			}
		}
	}

	private static @Nullable Object carried(@Nullable Object result, SecurityContext context) {
		if (!(result instanceof Mono<?> || result instanceof Flux<?>)) {
			return result;
		}
		Context entries = ReactiveSecurityContextHolder.withSecurityContext(Mono.just(context));
		return (result instanceof Mono<?> mono) ? mono.contextWrite(entries) : ((Flux<?>) result).contextWrite(entries);
	}

}
