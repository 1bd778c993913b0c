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

import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import reactor.core.publisher.Mono;

/**
 * Spring Security's beans for OAuth2 clients, asked without blocking whoever subscribes.
 * Safe for all threads.
 */
interface AuthorizedClients {

	/**
	 * A client registration.
	 * @param id its id
	 * @return empty if there is none
	 */
	Mono<ClientRegistration> registration(String id);

	/**
	 * Get a token, from the store or from the issuer.
	 * @param request for whom
	 * @return empty if there is no way to get one
	 */
	Mono<OAuth2AuthorizedClient> authorize(OAuth2AuthorizeRequest request);

	/**
	 * Remove a token from the store.
	 * @param registrationId of its client
	 * @param principal its owner
	 */
	Mono<Void> remove(String registrationId, String principal);

}
