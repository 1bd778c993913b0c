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

package io.macula.spring.autoconfigure;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.macula.MaculaMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Contract with all shapes of methods. */
interface Orders {

	record Order(String id, Instant placed, List<String> items) {

	}

	/** Declared, so that clients catch it. */
	class UnknownOrderException extends Exception {

		private static final long serialVersionUID = 1L;

		public UnknownOrderException(String message) {
			super(message);
		}

	}

	@MaculaMethod(idempotent = true)
	Order find(String id) throws UnknownOrderException;

	void forget(String id);

	Optional<Order> search(String id);

	CompletableFuture<Integer> count(List<Order> orders, Map<String, Order> byId);

	Mono<Order> later(String id);

	Flux<Integer> numbers(int count);

	Mono<Integer> sum(Flux<Integer> numbers);

	Order nothing(Order none);

	String thread();

}
