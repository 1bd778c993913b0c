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

import java.time.Duration;

import io.macula.CallContext;
import io.macula.Code;
import io.macula.Deadline;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.tls.PeerIdentity;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.ReactiveAuthenticationManagerAdapter;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import reactor.core.publisher.Mono;

/**
 * Verifies bearer tokens: on the thread of a handler that may block, and without blocking
 * that of another one. Safe for all threads.
 */
final class TokenVerifier {

	/** {@code null} if the application has a reactive one only. */
	private final @Nullable AuthenticationManager blocking;

	private final ReactiveAuthenticationManager reactive;

	private TokenVerifier(@Nullable AuthenticationManager blocking, ReactiveAuthenticationManager reactive) {
		this.blocking = blocking;
		this.reactive = reactive;
	}

	/**
	 * A verifier of one or two managers.
	 * @param blocking may block; on a thread of {@code Schedulers.boundedElastic()} where
	 * there is no reactive one and the handler must not block
	 * @param reactive must not block
	 * @return the verifier, or {@code null} without any manager
	 */
	static @Nullable TokenVerifier of(@Nullable AuthenticationManager blocking,
			@Nullable ReactiveAuthenticationManager reactive) {
		if (reactive != null) {
			return new TokenVerifier(blocking, reactive);
		}
		return (blocking != null) ? new TokenVerifier(blocking, new ReactiveAuthenticationManagerAdapter(blocking))
				: null;
	}

	/** On a thread that may be blocked, for as long as the call has time. */
	Authentication verify(CallContext call, String token) {
		if (this.blocking == null) {
			return verified(call, inTime(call, verifyLater(call, token)).block());
		}
		try {
			return verified(call, this.blocking.authenticate(request(call, token)));
		}
		catch (RuntimeException ex) {
			throw refusal(call, ex);
		}
	}

	private static Mono<Authentication> inTime(CallContext call, Mono<Authentication> verified) {
		Deadline deadline = call.deadline();
		if (deadline == null) {
			return verified;
		}
		long nanos = Math.max(0, deadline.remainingNanos(System.nanoTime()));
		return verified.timeout(Duration.ofNanos(nanos), Mono.error(() -> late(call)));
	}

	/** Without blocking; fails with what {@link #verify} throws, and is never empty. */
	Mono<Authentication> verifyLater(CallContext call, String token) {
		return Mono.defer(() -> this.reactive.authenticate(request(call, token)))
			.onErrorMap(Exception.class, (ex) -> refusal(call, ex))
			.map((verified) -> verified(call, verified))
			.switchIfEmpty(Mono.error(() -> invalid(call, null)));
	}

	private static Authentication request(CallContext call, String token) {
		BearerTokenAuthenticationToken request = new BearerTokenAuthenticationToken(token);
		request.setDetails(PeerIdentity.ofCaller(call));
		return request;
	}

	private static Authentication verified(CallContext call, @Nullable Authentication verified) {
		if (verified == null || !verified.isAuthenticated()) {
			throw invalid(call, null);
		}
		return verified;
	}

	/**
	 * Only what is thrown as a fault of the token is one; whatever else happens, as while
	 * a decoder asks its issuer for the first time, says nothing of the token.
	 */
	private static RuntimeException refusal(CallContext call, Exception thrown) {
		if (thrown instanceof CallAuthenticationException || thrown instanceof RpcException) {
			return (RuntimeException) thrown;
		}
		if (thrown instanceof AuthenticationException && !(thrown instanceof AuthenticationServiceException)) {
			return invalid(call, thrown);
		}
		return Unverified.of("the bearer token of " + procedure(call), thrown);
	}

	private static CallAuthenticationException invalid(CallContext call, @Nullable Throwable cause) {
		return new CallAuthenticationException("the bearer token of " + procedure(call) + " is not valid", cause);
	}

	private static RuntimeException late(CallContext call) {
		return Status
			.notProcessed(Code.DEADLINE_EXCEEDED,
					"the deadline of " + procedure(call) + " was over before its bearer token was verified")
			.toException();
	}

	private static String procedure(CallContext call) {
		return call.service() + "/" + call.method();
	}

}
