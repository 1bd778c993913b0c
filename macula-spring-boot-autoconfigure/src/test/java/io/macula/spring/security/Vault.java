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

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.macula.MaculaMethod;
import io.macula.spring.MaculaClient;
import io.macula.spring.MaculaService;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Tells who calls, in each shape of method, to everybody or to administrators. */
interface Vault {

	@MaculaMethod(idempotent = true)
	String who();

	Mono<String> whoLater();

	Flux<String> whoMany();

	CompletionStage<String> whoSoon();

	@MaculaMethod(idempotent = true)
	String admin();

	Mono<String> adminLater();

	Flux<String> adminMany();

	CompletionStage<String> adminSoon();

	String authorities();

	String behind();

	Mono<String> behindLater();

	void fail();

	Mono<String> failLater();

	/** What stands behind it. */
	interface Safe {

		String who();

		Mono<String> whoLater();

	}

	/** Each method tells whose call it serves, twice if a thread and a context say so. */
	@MaculaService("test.vault")
	class VaultBean implements Vault {

		@Autowired(required = false)
		Calls calls;

		@Override
		public String who() {
			return Principals.held();
		}

		@Override
		public Mono<String> whoLater() {
			String held = Principals.held();
			return Principals.carried().map((name) -> held + " " + name);
		}

		@Override
		public Flux<String> whoMany() {
			String held = Principals.held();
			return Principals.carried().flatMapMany((name) -> Flux.just(held, name));
		}

		@Override
		public CompletionStage<String> whoSoon() {
			String held = Principals.held();
			return CompletableFuture.supplyAsync(() -> held);
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public String admin() {
			return Principals.held();
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public Mono<String> adminLater() {
			return Principals.carried();
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public Flux<String> adminMany() {
			return Principals.carried().flux();
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public CompletionStage<String> adminSoon() {
			return CompletableFuture.completedFuture(Principals.held());
		}

		@Override
		public String authorities() {
			return SecurityContextHolder.getContext().getAuthentication().getAuthorities().toString();
		}

		@Override
		public String behind() {
			return this.calls.safe.who();
		}

		@Override
		public Mono<String> behindLater() {
			return Mono.defer(this.calls.safe::whoLater);
		}

		@Override
		public void fail() {
			throw new IllegalStateException("as asked by " + Principals.held());
		}

		@Override
		public Mono<String> failLater() {
			throw new IllegalStateException("as asked by " + Principals.held());
		}

	}

	/** As {@link VaultBean}. */
	@MaculaService("test.safe")
	class SafeBean implements Safe {

		@Override
		public String who() {
			return Principals.held();
		}

		@Override
		public Mono<String> whoLater() {
			return Principals.carried();
		}

	}

	/** Only publishers, as {@code @EnableReactiveMethodSecurity} demands. */
	interface Stream {

		Mono<String> one();

		Flux<String> many();

	}

	/** For administrators. */
	@MaculaService("test.stream")
	class StreamBean implements Stream {

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public Mono<String> one() {
			return Principals.carried();
		}

		@Override
		@PreAuthorize("hasAuthority('SCOPE_admin')")
		public Flux<String> many() {
			return Principals.carried().flux();
		}

	}

	/** Clients of all these. */
	class Calls {

		@MaculaClient("test.vault")
		Vault vault;

		@MaculaClient("test.safe")
		Safe safe;

	}

}
