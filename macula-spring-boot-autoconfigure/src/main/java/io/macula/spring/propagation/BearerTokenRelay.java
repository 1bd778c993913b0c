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

import java.util.Optional;

import io.macula.CallContext;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.spring.autoconfigure.ClientRegistrationIds;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.AbstractOAuth2Token;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Sends the bearer token of the present Authentication on with calls, or that of the call
 * in which they are made.
 */
final class BearerTokenRelay implements ClientInterceptor {

	/** In metadata, as in HTTP. */
	static final String KEY = "authorization";

	private static final String SCHEME = "Bearer ";

	/** Clients with a registration of their own bring its token. */
	private final ClientRegistrationIds registrations;

	BearerTokenRelay(ClientRegistrationIds registrations) {
		this.registrations = registrations;
	}

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		if (call.metadata().get(KEY) != null || this.registrations.of(call.client()) != null) {
			return call.proceed();
		}
		if (call.reactorContext().getOrDefault(SecurityContext.class, null) instanceof Mono<?> carried) {
			return later(call, carried);
		}
		add(call, bearer(SecurityContextHolder.getContext().getAuthentication()));
		return call.proceed();
	}

	/** As ReactiveSecurityContextHolder keeps it: it may have to be loaded first. */
	private static Publisher<?> later(ClientInvocation call, Mono<?> carried) {
		Mono<Optional<String>> token = carried.ofType(SecurityContext.class)
			.map((security) -> Optional.ofNullable(bearer(security.getAuthentication())))
			.defaultIfEmpty(Optional.empty());
		Flux<?> result = token.flatMapMany((found) -> proceed(call, found.orElse(null)));
		return call.manyResults() ? result : result.singleOrEmpty();
	}

	private static Publisher<?> proceed(ClientInvocation call, @Nullable String token) {
		try {
			add(call, token);
			return (call.proceed() instanceof Publisher<?> result) ? result : Mono.empty();
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	private static void add(ClientInvocation call, @Nullable String token) {
		String value = (token != null) ? token : served(call.reactorContext());
		if (value != null) {
			call.addMetadata(KEY, value);
		}
	}

	private static @Nullable String bearer(@Nullable Authentication present) {
		return (present != null && present.getCredentials() instanceof AbstractOAuth2Token token)
				? SCHEME + token.getTokenValue() : null;
	}

	private static @Nullable String served(ContextView context) {
		CallContext carried = CallContext.from(context);
		CallContext served = (carried != null) ? carried : CallContext.current();
		String value = (served != null) ? served.metadata().get(KEY) : null;
		return (value != null && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) ? value : null;
	}

}
