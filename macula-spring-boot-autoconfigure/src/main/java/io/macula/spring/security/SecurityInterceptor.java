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

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.macula.CallContext;
import io.macula.interceptor.ServerInterceptor;
import io.macula.interceptor.ServerInvocation;
import io.macula.spring.autoconfigure.MaculaProperties.CallerAuthentication;
import io.macula.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.Authentication;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds out who makes a call before its handler is called, and refuses a call of which
 * that is not known. Safe for all threads.
 */
final class SecurityInterceptor implements ServerInterceptor {

	private final CallerAuthentication mode;

	private final List<CallAuthenticator> authenticators;

	private final PeerAuthoritiesMapper authorities;

	/** Gives the same at each call; asked only where tokens are looked at. */
	private final Supplier<TokenVerifier> tokens;

	private final SecurityScope scope;

	SecurityInterceptor(CallerAuthentication mode, List<CallAuthenticator> authenticators,
			PeerAuthoritiesMapper authorities, Supplier<TokenVerifier> tokens, SecurityScope scope) {
		this.mode = mode;
		this.authenticators = List.copyOf(authenticators);
		this.authorities = authorities;
		this.tokens = tokens;
		this.scope = scope;
	}

	@Override
	public @Nullable Object intercept(ServerInvocation invocation) throws Throwable {
		CallContext call = invocation.call();
		for (CallAuthenticator authenticator : this.authenticators) {
			Authentication caller = authenticated(authenticator, call);
			if (caller != null) {
				return this.scope.proceed(invocation, caller);
			}
		}
		String token = this.mode.usesBearer() ? BearerToken.of(call) : null;
		if (token == null) {
			if (this.mode.needsBearer()) {
				throw new CallAuthenticationException(
						procedure(call) + " needs a bearer token, as 'authorization' in the metadata", null);
			}
			return this.scope.proceed(invocation, peer(call));
		}
		Authentication peer = (this.mode == CallerAuthentication.BEARER_AND_PEER) ? peer(call) : null;
		if (!invocation.nonBlocking()) {
			return this.scope.proceed(invocation, both(this.tokens.get().verify(call, token), peer));
		}
		return later(invocation, this.tokens.get().verifyLater(call, token).map((verified) -> both(verified, peer)));
	}

	private static @Nullable Authentication authenticated(CallAuthenticator authenticator, CallContext call) {
		try {
			return authenticator.authenticate(call);
		}
		catch (AuthenticationServiceException ex) {
			throw Unverified.of("the caller of " + procedure(call), ex);
		}
	}

	private Authentication peer(CallContext call) {
		PeerIdentity peer = PeerIdentity.ofCaller(call);
		if (peer == null) {
			throw new CallAuthenticationException(procedure(call) + " needs a caller with a certificate", null);
		}
		return new MaculaPeerAuthentication(peer, this.authorities.authorities(peer));
	}

	private static Authentication both(Authentication verified, @Nullable Authentication peer) {
		return (peer == null) ? verified
				: verified.toBuilder().authorities((all) -> all.addAll(peer.getAuthorities())).build();
	}

	/** The thread of the call must not wait until the token is verified. */
	private Publisher<?> later(ServerInvocation invocation, Mono<Authentication> verified) {
		if (invocation.manyResults()) {
			return verified.flatMapMany((caller) -> Flux.<Object>from(proceed(invocation, caller)));
		}
		return verified.flatMap((caller) -> Mono.<Object>from(proceed(invocation, caller)));
	}

	private Publisher<?> proceed(ServerInvocation invocation, Authentication caller) {
		try {
			Object result = this.scope.proceed(invocation, caller);
			if (result instanceof CompletionStage<?> stage) {
				return Mono.fromCompletionStage(stage);
			}
			return (result instanceof Publisher<?> publisher) ? publisher : Mono.error(new IllegalStateException(
					invocation.javaMethod() + " returned " + result + ", of which no result can come"));
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	private static String procedure(CallContext call) {
		return call.service() + "/" + call.method();
	}

}
