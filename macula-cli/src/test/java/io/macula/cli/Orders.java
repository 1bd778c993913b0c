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
package io.macula.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.macula.Code;
import io.macula.MaculaMethod;
import io.macula.RpcException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A contract with each kind of method. */
interface Orders {

	@MaculaMethod(idempotent = true)
	Order find(String id);

	Order place(Order order, int copies);

	String place2(Order order);

	String mark(String id, State state, Optional<State> before, Optional<Duration> within);

	int count();

	void forget(String id);

	byte[] reverse(byte[] bytes);

	Flux<Order> all(int count);

	Mono<Integer> sum(Flux<Integer> numbers);

	Flux<String> upper(String prefix, Flux<String> words);

	Mono<String> hang();

	enum State {

		OPEN, SHIPPED

	}

	record Line(String article, int pieces) {
	}

	record Order(String id, BigDecimal total, State state, List<Line> lines, @Nullable Duration within) {
	}

	/** Answers. */
	final class Handler implements Orders {

		static final Order SAMPLE = new Order("4711", new BigDecimal("12.50"), State.OPEN, List.of(new Line("tea", 2)),
				null);

		@Override
		public Order find(String id) {
			if (id.equals("none")) {
				throw RpcException.of(Code.NOT_FOUND, "no such order").withDetail("order", id);
			}
			if (id.equals("secret")) {
				throw RpcException.of(Code.PERMISSION_DENIED, "not yours");
			}
			if (id.equals("broken")) {
				throw new IllegalStateException("broken");
			}
			return new Order(id, SAMPLE.total(), SAMPLE.state(), SAMPLE.lines(), Duration.ofHours(2));
		}

		@Override
		public Order place(Order order, int copies) {
			return new Order(order.id() + "x" + copies, order.total().multiply(BigDecimal.valueOf(copies)),
					order.state(), order.lines(), order.within());
		}

		@Override
		public String place2(Order order) {
			return order.toString();
		}

		@Override
		public String mark(String id, State state, Optional<State> before, Optional<Duration> within) {
			return id + " " + state + " " + before.orElse(null) + " " + within.orElse(null);
		}

		@Override
		public int count() {
			return 7;
		}

		@Override
		public void forget(String id) {
			// Nothing to forget.
		}

		@Override
		public byte[] reverse(byte[] bytes) {
			byte[] reversed = new byte[bytes.length];
			for (int i = 0; i < bytes.length; i++) {
				reversed[i] = bytes[bytes.length - 1 - i];
			}
			return reversed;
		}

		@Override
		public Flux<Order> all(int count) {
			return Flux.range(1, count).map((number) -> find("o" + number));
		}

		@Override
		public Mono<Integer> sum(Flux<Integer> numbers) {
			return numbers.reduce(0, Integer::sum);
		}

		@Override
		public Flux<String> upper(String prefix, Flux<String> words) {
			return words.map((word) -> prefix + word.toUpperCase(Locale.ROOT));
		}

		@Override
		public Mono<String> hang() {
			return Mono.never();
		}

	}

}
