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

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Deadline;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.interceptor.ClientInterceptor;
import io.macula.interceptor.ClientInvocation;
import io.macula.spring.autoconfigure.ClientRegistrationIds;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.web.client.RestClientResponseException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Sends an access token along with the calls of client services that have a client
 * registration. Those that have to wait for it do so within their deadline; event loops
 * never wait. Innermost of all interceptors, since what follows may run on another
 * thread.
 */
final class RegistrationTokens implements ClientInterceptor {

	/** What an issuer says of a client that it does not like; all else may pass. */
	private static final Set<String> REFUSALS = Set.of(OAuth2ErrorCodes.INVALID_REQUEST,
			OAuth2ErrorCodes.INVALID_CLIENT, OAuth2ErrorCodes.UNAUTHORIZED_CLIENT, OAuth2ErrorCodes.ACCESS_DENIED,
			OAuth2ErrorCodes.INVALID_SCOPE, OAuth2ErrorCodes.INVALID_GRANT, OAuth2ErrorCodes.UNSUPPORTED_GRANT_TYPE,
			"client_authorization_required");

	/** Too slow, and too many: an issuer may think otherwise of the next. */
	private static final Set<Integer> PASSING = Set.of(408, 429);

	private final ClientRegistrationIds ids;

	private final AuthorizedClients clients;

	private final Clock clock;

	private final Map<String, RegistrationToken> tokens = new ConcurrentHashMap<>();

	RegistrationTokens(ClientRegistrationIds ids, AuthorizedClients clients, Clock clock) {
		this.ids = ids;
		this.clients = clients;
		this.clock = clock;
	}

	@Override
	public @Nullable Object intercept(ClientInvocation call) throws Throwable {
		String id = this.ids.of(call.client());
		if (id == null || call.metadata().get(BearerTokenRelay.KEY) != null) {
			return call.proceed();
		}
		RegistrationToken tokens = this.tokens.computeIfAbsent(id,
				(missing) -> new RegistrationToken(missing, this.clients, this.clock));
		RegistrationToken.Held present = tokens.present();
		if (present != null) {
			return proceed(call, tokens, present);
		}
		Mono<RegistrationToken.Held> fetch = tokens.fetch(user(call.reactorContext()))
			.onErrorMap((ex) -> failure(call, id, ex));
		return call.nonBlocking() ? later(call, tokens, fetch) : proceed(call, tokens, await(call, id, fetch));
	}

	private static Mono<Authentication> user(ContextView context) {
		Mono<SecurityContext> security = (context.getOrDefault(SecurityContext.class, null) instanceof Mono<?> carried)
				? carried.ofType(SecurityContext.class) : Mono.just(SecurityContextHolder.getContext());
		return security.mapNotNull(SecurityContext::getAuthentication);
	}

	private RegistrationToken.Held await(ClientInvocation call, String id, Mono<RegistrationToken.Held> fetch)
			throws Throwable {
		CompletableFuture<RegistrationToken.Held> answer = fetch.toFuture();
		try {
			Duration left = left(call);
			return (left != null) ? answer.get(left.toNanos(), TimeUnit.NANOSECONDS) : answer.get();
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (TimeoutException ex) {
			answer.cancel(true);
			throw deadlineOver(call, id);
		}
		catch (InterruptedException ex) {
			answer.cancel(true);
			Thread.currentThread().interrupt();
			throw refusal(Code.CANCELLED, call, id, "the calling thread was interrupted while it waited", ex);
		}
	}

	private Publisher<?> later(ClientInvocation call, RegistrationToken tokens, Mono<RegistrationToken.Held> fetch) {
		String id = String.valueOf(this.ids.of(call.client()));
		Duration left = left(call);
		Mono<RegistrationToken.Held> bounded = (left != null)
				? fetch.timeout(left, Mono.error(() -> deadlineOver(call, id))) : fetch;
		Flux<?> result = Flux
			.deferContextual((context) -> bounded.flatMapMany((held) -> published(call, tokens, held, context)))
			.contextCapture();
		return call.manyResults() ? result : result.singleOrEmpty();
	}

	/** On whichever thread the token came: what is to be known there comes along. */
	private static Publisher<?> published(ClientInvocation call, RegistrationToken tokens, RegistrationToken.Held held,
			ContextView context) {
		try (CapturedThreadLocals.Scope ignored = CapturedThreadLocals.of(context)) {
			Object made = proceed(call, tokens, held);
			if (made instanceof CompletionStage<?> stage) {
				return Mono.fromCompletionStage(stage);
			}
			return (made instanceof Publisher<?> result) ? result : Mono.empty();
		}
		catch (Throwable ex) {
			return Mono.error(ex);
		}
	}

	private static @Nullable Object proceed(ClientInvocation call, RegistrationToken tokens,
			RegistrationToken.Held held) throws Throwable {
		Consumer<Throwable> failed = (thrown) -> {
			// Not processed: a handshake failed, so that no provider saw the token.
			if (thrown instanceof RpcException error && error.code() == Code.UNAUTHENTICATED
					&& error.status().processed() != Processed.NO) {
				tokens.refused(held);
			}
		};
		call.addMetadata(BearerTokenRelay.KEY, held.bearer());
		Object result;
		try {
			result = call.proceed();
		}
		catch (RpcException ex) {
			failed.accept(ex);
			throw ex;
		}
		if (result instanceof Mono<?> mono) {
			return mono.doOnError(failed);
		}
		if (result instanceof Flux<?> flux) {
			return flux.doOnError(failed);
		}
		if (result instanceof CompletableFuture<?> future) {
			future.whenComplete((value, thrown) -> failed.accept(thrown));
		}
		return result;
	}

	private static @Nullable Duration left(ClientInvocation call) {
		Deadline deadline = call.deadline();
		return (deadline != null) ? Duration.ofNanos(Math.max(0, deadline.remainingNanos(System.nanoTime()))) : null;
	}

	private RpcException deadlineOver(ClientInvocation call, String id) {
		return refusal(Code.DEADLINE_EXCEEDED, call, id, "the deadline of the call was over before the issuer answered",
				null);
	}

	private Throwable failure(ClientInvocation call, String id, Throwable thrown) {
		if (thrown instanceof RegistrationToken.UnknownRegistrationException) {
			return refusal(
					Code.INTERNAL, call, id, "there is no such client registration: add"
							+ " spring.security.oauth2.client.registration." + id + ".*, or correct the setting",
					thrown);
		}
		String text = (thrown.getMessage() != null) ? thrown.getMessage() : thrown.toString();
		if (thrown instanceof RegistrationToken.NotAuthorizedException) {
			return refusal(Code.UNAUTHENTICATED, call, id, text, thrown);
		}
		if (thrown instanceof OAuth2AuthorizationException failed) {
			boolean refused = REFUSALS.contains(failed.getError().getErrorCode()) || refusedByStatus(thrown);
			return refusal(refused ? Code.UNAUTHENTICATED : Code.UNAVAILABLE, call, id, text, thrown);
		}
		return refusal(unreachable(thrown) ? Code.UNAVAILABLE : Code.INTERNAL, call, id, text, thrown);
	}

	/** What Spring Security tells as an invalid response, too. */
	private static boolean refusedByStatus(Throwable thrown) {
		return causes(thrown).anyMatch((cause) -> cause instanceof RestClientResponseException answer
				&& answer.getStatusCode().is4xxClientError() && !PASSING.contains(answer.getStatusCode().value()));
	}

	private static boolean unreachable(Throwable thrown) {
		return causes(thrown).anyMatch((cause) -> cause instanceof IOException || cause instanceof TimeoutException);
	}

	private static Stream<Throwable> causes(Throwable thrown) {
		return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(10);
	}

	private RpcException refusal(Code code, ClientInvocation call, String id, String why, @Nullable Throwable cause) {
		return new RpcException(Status.notProcessed(code,
				"no access token of client registration '" + id + "' (" + this.ids.setting(call.client())
						+ ") for the call of " + call.service() + "/" + call.method() + ": " + why),
				cause);
	}

}
