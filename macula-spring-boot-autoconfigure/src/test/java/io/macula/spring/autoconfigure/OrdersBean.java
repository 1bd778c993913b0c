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

import io.macula.spring.MaculaService;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Provides the contract. */
@MaculaService("test.orders")
class OrdersBean implements Orders {

	static final Order ORDER = new Order("1", Instant.parse("2026-01-02T03:04:05.678Z"), List.of("tea", "cup"));

	@Override
	public Order find(String id) throws UnknownOrderException {
		if (!id.equals(ORDER.id())) {
			throw new UnknownOrderException("no order " + id);
		}
		return ORDER;
	}

	@Override
	public void forget(String id) {
		if (id.equals("never")) {
			throw new IllegalStateException("cannot forget");
		}
	}

	@Override
	public Optional<Order> search(String id) {
		return id.equals(ORDER.id()) ? Optional.of(ORDER) : Optional.empty();
	}

	@Override
	public CompletableFuture<Integer> count(List<Order> orders, Map<String, Order> byId) {
		return CompletableFuture.completedFuture(orders.size() + byId.size());
	}

	@Override
	public Mono<Order> later(String id) {
		return Mono.just(ORDER);
	}

	@Override
	public Flux<Integer> numbers(int count) {
		return Flux.range(1, count);
	}

	@Override
	public Mono<Integer> sum(Flux<Integer> numbers) {
		return numbers.reduce(0, Integer::sum);
	}

	@Override
	public Order nothing(Order none) {
		return none;
	}

	@Override
	public String thread() {
		return Thread.currentThread().getName();
	}

}
