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

package io.macula.node;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.macula.Code;
import io.macula.MaculaCall;
import io.macula.RpcException;
import io.macula.ServiceName;
import io.macula.client.DescribedMethod;
import io.macula.codec.ArgumentsCodec;
import io.macula.codec.JacksonPayloadCodec;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.InMemoryDirectory;
import io.macula.server.ProviderSettings;
import io.macula.tls.RealmSecret;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Calls of methods that are known by their description, each shape, as bytes. */
@Timeout(30)
class DescribedMethodTests {

	private static RealmNode node;

	interface Shapes {

		int count();

		String twice(String text, int times);

		Flux<Integer> range(int to);

		Mono<Integer> sum(Flux<Integer> numbers);

		Mono<String> hang();

	}

	@BeforeAll
	static void start() {
		InMemoryDirectory shared = new InMemoryDirectory();
		node = RealmNode.builder("test")
			.secret(RealmSecret.of("Vq3kT8RzX1mWc7Jp0LdYs5HbN2gTf9QeAu6Ko4Ei+rM=", "the test"))
			.directory(DirectoryEngine.of(shared, shared, "the shared directory"))
			.provider(new ProviderSettings("127.0.0.1", 0, null, 0, 100, Map.of(), 4, 100, 100, Duration.ofSeconds(2)))
			.service("shapes", Shapes.class, new Shapes() {

				@Override
				public int count() {
					return 7;
				}

				@Override
				public String twice(String text, int times) {
					return text.repeat(times);
				}

				@Override
				public Flux<Integer> range(int to) {
					return Flux.range(1, to);
				}

				@Override
				public Mono<Integer> sum(Flux<Integer> numbers) {
					return numbers.reduce(0, Integer::sum);
				}

				@Override
				public Mono<String> hang() {
					return Mono.never();
				}

			})
			.build();
		node.start();
		node.advertise();
		assertThat(shared.watch(new ServiceName("shapes")).blockFirst(Duration.ofSeconds(10))).isNotNull();
	}

	@AfterAll
	static void close() {
		node.close();
	}

	private static DescribedMethod method(String name, int parameters, boolean elements, boolean stream) {
		return new DescribedMethod("shapes", name, "json", parameters, elements, stream, false, null);
	}

	private static Flux<String> call(DescribedMethod method, byte[] payload, @Nullable Flux<byte[]> elements) {
		return node.client()
			.results(method, payload, elements)
			.map((result) -> new String(result, StandardCharsets.UTF_8));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Test
	void resultsOfEachShapeAreWhatCame() {
		List<Type> types = List.of(String.class, int.class);
		byte[] two = ArgumentsCodec.of(JacksonPayloadCodec.json(), "twice", types).encode(new Object[] { "ab", 2 });
		assertThat(call(method("count", 0, false, false), new byte[0], null).collectList().block())
			.containsExactly("7");
		assertThat(call(method("twice", 2, false, false), two, null).collectList().block()).containsExactly("\"abab\"");
		assertThat(call(method("range", 1, false, true), bytes("3"), null).collectList().block()).containsExactly("1",
				"2", "3");
		assertThat(call(method("sum", 0, true, false), new byte[0], Flux.just(bytes("40"), bytes("2"))).collectList()
			.block()).containsExactly("42");
	}

	@Test
	void optionsOfTheSubscriberHold() {
		Flux<String> call = call(method("hang", 0, false, false), new byte[0], null)
			.contextWrite(MaculaCall.deadline(Duration.ofMillis(200)).context());
		assertThatThrownBy(call::blockLast).isInstanceOfSatisfying(RpcException.class,
				(thrown) -> assertThat(thrown.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
	}

	@Test
	void aMethodThatNobodyHasIsNotThere() {
		Flux<String> call = call(method("missing", 0, false, false), new byte[0], null)
			.contextWrite(MaculaCall.deadline(Duration.ofSeconds(2)).context());
		assertThatThrownBy(call::blockLast).isInstanceOfSatisfying(RpcException.class,
				(thrown) -> assertThat(thrown.code()).isEqualTo(Code.UNIMPLEMENTED));
	}

	@Test
	void elementsAreThereJustWhereTheMethodTakesThem() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> node.client().results(method("sum", 0, true, false), new byte[0], null))
			.withMessage("Method shapes/sum takes a stream, but there are no elements");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> node.client().results(method("count", 0, false, false), new byte[0], Flux.empty()))
			.withMessage("Method shapes/count takes no stream, but there are elements");
		assertThatIllegalArgumentException().isThrownBy(() -> method("count", -1, false, false))
			.withMessage("parameters -1 is not valid: expected 0 or more");
	}

}
