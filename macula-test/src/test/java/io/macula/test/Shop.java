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

package io.macula.test;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.macula.MaculaMethod;
import io.macula.RoutingKey;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A contract with each shape of method.
 */
public interface Shop {

	String order(String article, int count) throws SoldOutException;

	@MaculaMethod(idempotent = true)
	String price(String article);

	String basket(@RoutingKey String customer);

	Optional<String> find(String article);

	void cancel(String order);

	Mono<String> later(String article);

	CompletableFuture<Integer> count();

	Flux<String> articles();

	Mono<Integer> upload(Flux<String> articles);

	/** Declared by the contract. */
	class SoldOutException extends Exception {

		private static final long serialVersionUID = 1L;

		public SoldOutException(String message) {
			super(message);
		}

	}

}
