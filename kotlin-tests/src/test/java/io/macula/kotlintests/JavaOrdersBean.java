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

package io.macula.kotlintests;

import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Serves orders in Java.
 */
public class JavaOrdersBean implements JavaOrders {

	@Override
	public Mono<Order> find(String id) {
		return Mono.just(new Order(id, 1, true));
	}

	@Override
	public Order get(String id) {
		return id.equals("null") ? null : new Order(id, 2, false);
	}

	@Override
	public CompletableFuture<String> place(Order order) {
		return CompletableFuture.completedFuture(order.id());
	}

	@Override
	public void cancel(String id) {
	}

	@Override
	public Flux<State> watch(String id) {
		return Flux.just(new State.Open(), new State.Shipped("java"));
	}

}
