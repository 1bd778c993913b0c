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

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The blocking beans, each time on a thread that may wait and is interrupted if nobody
 * wants the answer any more.
 *
 * @param registrations known clients
 * @param manager gets tokens
 * @param store keeps them, or {@code null} if only the manager knows
 */
record BlockingAuthorizedClients(ClientRegistrationRepository registrations, OAuth2AuthorizedClientManager manager,
		@Nullable OAuth2AuthorizedClientService store) implements AuthorizedClients {

	private static final AtomicInteger NUMBER = new AtomicInteger();

	/**
	 * Not those that Reactor gives to everybody: callers who wait on all of them for a
	 * token would keep it from being fetched.
	 */
	private static final Scheduler THREADS = Schedulers.newBoundedElastic(Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE,
			Schedulers.DEFAULT_BOUNDED_ELASTIC_QUEUESIZE, BlockingAuthorizedClients::thread, 60);

	/** All contexts share them: none's class loader may stay with one. */
	private static Thread thread(Runnable task) {
		Thread thread = new Thread(task, "macula-tokens-" + NUMBER.incrementAndGet());
		thread.setDaemon(true);
		thread.setContextClassLoader(BlockingAuthorizedClients.class.getClassLoader());
		return thread;
	}

	@Override
	public Mono<ClientRegistration> registration(String id) {
		return Mono.fromCallable(() -> this.registrations.findByRegistrationId(id)).subscribeOn(THREADS);
	}

	@Override
	public Mono<OAuth2AuthorizedClient> authorize(OAuth2AuthorizeRequest request) {
		return Mono.fromCallable(() -> this.manager.authorize(request)).subscribeOn(THREADS);
	}

	@Override
	public Mono<Void> remove(String registrationId, String principal) {
		OAuth2AuthorizedClientService present = this.store;
		return (present == null) ? Mono.empty()
				: Mono.<Void>fromRunnable(() -> present.removeAuthorizedClient(registrationId, principal))
					.subscribeOn(THREADS);
	}

}
