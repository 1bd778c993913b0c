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

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import reactor.core.publisher.Mono;

/**
 * The access tokens of one client registration: one for the whole application where they
 * are granted for the client's own credentials, else one for each user. Safe for all
 * threads; never blocks.
 * <p>
 * That of the application is held here, so that a call with a token at hand asks nobody.
 * However many calls need a new one at once, it is fetched once for all of them.
 */
final class RegistrationToken {

	/** A token is renewed ahead of its end, as Spring Security does it. */
	private static final Duration AHEAD = Duration.ofSeconds(60);

	/**
	 * A token that is younger stays, whatever a provider says of it: one that refuses
	 * each token must not have one fetched for each call.
	 */
	private static final Duration YOUNG = Duration.ofSeconds(1);

	/** Bound of one question to an issuer or a store. */
	static final Duration FETCH_LIMIT = Duration.ofSeconds(10);

	private final String id;

	private final AuthorizedClients clients;

	private final Clock clock;

	private final AtomicReference<@Nullable CompletableFuture<Held>> application = new AtomicReference<>();

	private volatile @Nullable ClientRegistration registration;

	/** What has to be over before the next token is fetched. */
	private volatile Mono<Void> removal = Mono.empty();

	RegistrationToken(String id, AuthorizedClients clients, Clock clock) {
		this.id = id;
		this.clients = clients;
		this.clock = clock;
	}

	/**
	 * The token that is at hand.
	 * @return the token, or {@code null} if one has to be fetched
	 */
	@Nullable Held present() {
		CompletableFuture<Held> present = this.application.get();
		return (present != null && usable(present)) ? present.getNow(null) : null;
	}

	private boolean usable(CompletableFuture<Held> future) {
		if (!future.isDone() || future.isCompletedExceptionally()) {
			return false;
		}
		Instant end = future.join().client().getAccessToken().getExpiresAt();
		return end == null || this.clock.instant().isBefore(end.minus(AHEAD));
	}

	/**
	 * Fetch a token.
	 * @param user for registrations that grant tokens to users
	 * @return the token; fails with an {@link UnknownRegistrationException}, with a
	 * {@link NotAuthorizedException}, or as Spring Security does
	 */
	Mono<Held> fetch(Mono<Authentication> user) {
		return registration().flatMap((known) -> {
			if (AuthorizationGrantType.CLIENT_CREDENTIALS.equals(known.getAuthorizationGrantType())) {
				return Mono.fromFuture(ofApplication(), true);
			}
			return user
				.switchIfEmpty(Mono.error(() -> new NotAuthorizedException("it grants tokens to users ("
						+ known.getAuthorizationGrantType().getValue() + "), and there is no Authentication")))
				.flatMap((present) -> authorize(
						OAuth2AuthorizeRequest.withClientRegistrationId(this.id).principal(present).build()));
		});
	}

	private Mono<ClientRegistration> registration() {
		ClientRegistration known = this.registration;
		return (known != null) ? Mono.just(known)
				: limited(this.clients.registration(this.id))
					.switchIfEmpty(Mono.error(UnknownRegistrationException::new))
					.doOnNext((found) -> this.registration = found);
	}

	private CompletableFuture<Held> ofApplication() {
		while (true) {
			CompletableFuture<Held> present = this.application.get();
			if (present != null && (!present.isDone() || usable(present))) {
				return present;
			}
			CompletableFuture<Held> next = new CompletableFuture<>();
			if (this.application.compareAndSet(present, next)) {
				// Not of a user: whoever happens to call first has no token of its own.
				this.removal.onErrorComplete()
					.then(authorize(
							OAuth2AuthorizeRequest.withClientRegistrationId(this.id).principal(this.id).build()))
					.subscribe(next::complete, next::completeExceptionally);
				return next;
			}
		}
	}

	private Mono<Held> authorize(OAuth2AuthorizeRequest request) {
		return limited(this.clients.authorize(request))
			.switchIfEmpty(Mono.error(() -> new NotAuthorizedException("no client is authorized for '"
					+ request.getPrincipal().getName() + "', and its grant type cannot be carried out here")))
			.map((client) -> {
				Instant issued = client.getAccessToken().getIssuedAt();
				return new Held(client, (issued != null) ? issued : this.clock.instant());
			});
	}

	private static <T> Mono<T> limited(Mono<T> question) {
		return question.timeout(FETCH_LIMIT, Mono
			.error(() -> new TimeoutException("the issuer did not answer within " + FETCH_LIMIT.toSeconds() + "s")));
	}

	/**
	 * A provider did not take a token: the next call gets another one, unless the token
	 * is a second old at most.
	 * @param held the token
	 */
	void refused(Held held) {
		if (this.clock.instant().isBefore(held.since().plus(YOUNG))) {
			return;
		}
		CompletableFuture<Held> present = this.application.get();
		// A store that does not answer must not keep the next token from being fetched.
		Mono<Void> removing = limited(this.clients.remove(this.id, held.client().getPrincipalName())).cache();
		if (present != null && present.isDone() && !present.isCompletedExceptionally() && present.join() == held) {
			this.removal = removing;
			this.application.compareAndSet(present, null);
		}
		removing.subscribe((done) -> {
		}, (failed) -> {
		});
	}

	/**
	 * A token.
	 *
	 * @param client whom it was granted to
	 * @param since when it was issued; of tokens that do not say it, handed over
	 */
	record Held(OAuth2AuthorizedClient client, Instant since) {

		/** As metadata has it. */
		String bearer() {
			return "Bearer " + this.client.getAccessToken().getTokenValue();
		}

	}

	/** Nobody knows the id. */
	static final class UnknownRegistrationException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		UnknownRegistrationException() {
			super("no such client registration");
		}

	}

	/** Nothing was asked of the issuer, since it would be in vain. */
	static final class NotAuthorizedException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		NotAuthorizedException(String message) {
			super(message);
		}

	}

}
