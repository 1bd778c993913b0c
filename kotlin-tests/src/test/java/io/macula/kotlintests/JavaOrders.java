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

import com.fasterxml.jackson.annotation.JsonTypeName;
import io.macula.MaculaMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What of {@code Orders} a team with Java needs: each shape stands for a suspend
 * function.
 */
public interface JavaOrders {

	@MaculaMethod(idempotent = true)
	Mono<Order> find(String id);

	Order get(String id);

	CompletableFuture<String> place(Order order);

	void cancel(String id);

	Flux<State> watch(String id);

	/** Only some of the properties. */
	record Order(String id, long total, boolean isOpen) {

	}

	/** Told by the same names. */
	sealed interface State {

		@JsonTypeName("Shipped")
		record Shipped(String by) implements State {

		}

		@JsonTypeName("Open")
		record Open() implements State {

		}

	}

}
