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

package io.macula.client;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.macula.MaculaMethod;
import io.macula.codec.JacksonPayloadCodec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A contract with a method of each shape.
 */
public interface Calls {

	String SERVICE = "test.calls";

	@MaculaMethod(idempotent = true)
	String value(String text);

	@MaculaMethod(idempotent = true)
	Optional<String> optional(String text);

	@MaculaMethod(idempotent = true)
	CompletableFuture<String> future(String text);

	@MaculaMethod(idempotent = true, deadline = "1s")
	CompletableFuture<String> brief(String text);

	@MaculaMethod(idempotent = true, hedge = "100ms")
	CompletableFuture<String> hedged(String text);

	@MaculaMethod(idempotent = true)
	Mono<String> mono(String text);

	@MaculaMethod(idempotent = true)
	Flux<String> many(String text);

	@MaculaMethod(idempotent = true, deadline = "1s")
	Flux<String> briefly(String text);

	Flux<String> once(String text);

	@MaculaMethod(idempotent = true)
	CompletableFuture<String> sum(Flux<String> texts);

	String blockingSum(Flux<String> texts);

	@MaculaMethod(idempotent = true)
	Mono<String> monoSum(Flux<String> texts);

	@MaculaMethod(idempotent = true)
	Flux<String> mirror(Flux<String> texts);

	static byte[] encoded(Object value) {
		return JacksonPayloadCodec.cbor().forData(value.getClass()).encode(value);
	}

}
