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
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class RegistrationTokenTests {

	private final ClientRegistration registration = ClientRegistration.withRegistrationId("orders")
		.clientId("shop")
		.authorizationGrantType(AuthorizationGrantType.CLIENT_CREDENTIALS)
		.tokenUri("http://localhost/token")
		.build();

	@Test
	void aStoreThatDoesNotAnswerKeepsNobodyFromTheNextToken() {
		Instant issued = Instant.now();
		AtomicInteger fetched = new AtomicInteger();
		AuthorizedClients silent = new AuthorizedClients() {

			@Override
			public Mono<ClientRegistration> registration(String id) {
				return Mono.just(RegistrationTokenTests.this.registration);
			}

			@Override
			public Mono<OAuth2AuthorizedClient> authorize(OAuth2AuthorizeRequest request) {
				OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER,
						"t" + fetched.incrementAndGet(), issued, issued.plusSeconds(3600));
				return Mono.just(new OAuth2AuthorizedClient(RegistrationTokenTests.this.registration, "orders", token));
			}

			@Override
			public Mono<Void> remove(String registrationId, String principal) {
				return Mono.never();
			}

		};
		TickingClock clock = new TickingClock(issued);
		RegistrationToken tokens = new RegistrationToken("orders", silent, clock);
		RegistrationToken.Held first = tokens.fetch(Mono.empty()).block();
		clock.now = issued.plusSeconds(2);
		tokens.refused(first);
		assertThat(tokens.present()).isNull();
		RegistrationToken.Held second = tokens.fetch(Mono.empty())
			.block(RegistrationToken.FETCH_LIMIT.plus(Duration.ofSeconds(20)));
		assertThat(second.bearer()).isEqualTo("Bearer t2");
	}

	private static final class TickingClock extends Clock {

		private volatile Instant now;

		TickingClock(Instant now) {
			this.now = now;
		}

		@Override
		public Instant instant() {
			return this.now;
		}

		@Override
		public ZoneOffset getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(java.time.ZoneId zone) {
			return this;
		}

	}

}
