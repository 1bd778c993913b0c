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

package io.macula.foreign;

import java.util.concurrent.CompletableFuture;

import io.macula.MaculaMethod;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A service in each shape, for peers that know it by the wire only.
 */
interface Workshop {

	@MaculaMethod(idempotent = true)
	String echo(String text);

	int add(int first, int second);

	byte[] blank(int size);

	Flux<Integer> count(int to);

	Mono<Integer> sum(Flux<Integer> numbers);

	Mono<String> forever();

	/** Serves it, and tells when a caller has gone. */
	final class Handler implements Workshop {

		final CompletableFuture<Void> cancelled = new CompletableFuture<>();

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public int add(int first, int second) {
			return first + second;
		}

		@Override
		public byte[] blank(int size) {
			return new byte[size];
		}

		@Override
		public Flux<Integer> count(int to) {
			return Flux.range(1, to);
		}

		@Override
		public Mono<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		@Override
		public Mono<String> forever() {
			return Mono.<String>never().doOnCancel(() -> this.cancelled.complete(null));
		}

	}

}
