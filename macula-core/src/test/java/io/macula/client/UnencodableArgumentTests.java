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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.macula.Code;
import io.macula.Processed;
import io.macula.RpcException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests of calls whose arguments cannot be encoded: one line that names the place,
 * through whatever the method returns.
 */
class UnencodableArgumentTests {

	private static final String SERVICE = "test.trees";

	private final ClientFixture fixture = new ClientFixture();

	private Trees trees;

	@BeforeEach
	void client() {
		this.fixture.known(1);
		this.trees = this.fixture.client().proxy(Trees.class, SERVICE, SERVICE, this.fixture.settings);
	}

	/** A tree that leads back to itself, as its type does not tell. */
	private static Tree circle() {
		Tree root = new Tree();
		Tree child = new Tree();
		root.children.add(child);
		child.children.add(root);
		return root;
	}

	/** What each shape of a method returns, told as what it fails with. */
	private Map<String, Supplier<Throwable>> shapes() {
		Tree tree = circle();
		return Map.of("value", () -> thrown(() -> this.trees.value(tree)), "void", () -> thrown(() -> {
			this.trees.nothing(tree);
			return null;
		}), "optional", () -> thrown(() -> this.trees.optional(tree)), "future",
				() -> failure(returned(() -> this.trees.future(tree))), "mono",
				() -> failure(returned(() -> this.trees.mono(tree)).toFuture()), "flux",
				() -> failure(returned(() -> this.trees.flux(tree)).collectList().toFuture()), "value of flux",
				() -> thrown(() -> this.trees.valueOf(tree, Flux.empty())), "future of flux",
				() -> failure(returned(() -> this.trees.futureOf(tree, Flux.empty()))), "mono of flux",
				() -> failure(returned(() -> this.trees.monoOf(tree, Flux.empty())).toFuture()));
	}

	private static Throwable thrown(Supplier<@Nullable Object> call) {
		try {
			return new AssertionError("it returned " + call.get());
		}
		catch (Throwable ex) {
			return ex;
		}
	}

	/** Must not throw. */
	private static <T> T returned(Supplier<T> call) {
		return call.get();
	}

	private static Throwable failure(CompletableFuture<?> result) {
		assertThat(result).isCompletedExceptionally();
		return result.handle((value, error) -> error).join();
	}

	@Test
	void whenAnArgumentIsACircleThenEachShapeFailsWithThePlaceInOneLine() {
		shapes().forEach(
				(shape, call) -> assertThat(call.get()).as(shape).isInstanceOfSatisfying(RpcException.class, (ex) -> {
					assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
					assertThat(ex.status().processed()).isEqualTo(Processed.NO);
					assertThat(ex.getMessage()).contains("(tree) of ")
						.contains("$.children[0].children[0].children[0].children[0]")
						.doesNotContain("\n")
						.hasSizeLessThan(800);
				}));
		assertThat(this.fixture.connections).isEmpty();
	}

	@Test
	void whenAGetterThrowsThenItsPlaceAndItsWordsAreTold() {
		Throwable failure = failure(this.trees.boxed(new Box(new Moody())));
		assertThat(failure).isInstanceOf(RpcException.class)
			.hasMessageContaining("$.content.mood")
			.hasMessageContaining("not today, thank you");
		assertThat(failure.getMessage()).doesNotContain("\n");
	}

	@Test
	void whenAGetterThrowsAnErrorThenTheFutureFailsAllTheSame() {
		Moody moody = new Moody();
		moody.error = true;
		assertThat(failure(this.trees.boxed(new Box(moody)))).isInstanceOf(RpcException.class)
			.hasMessageContaining("a class is missing");
	}

	@Test
	void whenAStreamIsNullThenItIsToldThroughWhatTheMethodReturns() {
		assertThat(failure(returned(() -> this.trees.futureOf(new Tree(), null)))).isInstanceOf(RpcException.class)
			.hasMessageContaining("is null");
		assertThat(failure(returned(() -> this.trees.monoOf(new Tree(), null)).toFuture()))
			.isInstanceOf(RpcException.class);
		assertThatThrownBy(() -> this.trees.valueOf(new Tree(), null)).isInstanceOf(RpcException.class);
	}

	@Test
	void whenADynamicCallCannotBeEncodedThenItsFutureFails() {
		assertThat(failure(this.fixture.client().callAsync(SERVICE, "value", circle(), String.class)))
			.isInstanceOfSatisfying(RpcException.class, (ex) -> {
				assertThat(ex.code()).isEqualTo(Code.INVALID_ARGUMENT);
				assertThat(ex.getMessage()).contains("$.children[0].children[0]").hasSizeLessThan(800);
			});
	}

	/** A contract. */
	interface Trees {

		String value(Tree tree);

		void nothing(Tree tree);

		Optional<String> optional(Tree tree);

		CompletableFuture<String> future(Tree tree);

		Mono<String> mono(Tree tree);

		Flux<String> flux(Tree tree);

		String valueOf(Tree tree, Flux<String> elements);

		CompletableFuture<String> futureOf(Tree tree, @Nullable Flux<String> elements);

		Mono<String> monoOf(Tree tree, @Nullable Flux<String> elements);

		CompletableFuture<String> boxed(Box box);

	}

	/** Its values may contain themselves, although a tree should not. */
	public static class Tree {

		public List<Tree> children = new ArrayList<>();

	}

	/** Holds something. */
	public record Box(Moody content) {

	}

	/** Has a getter that throws. */
	public static class Moody {

		private boolean error;

		public String getMood() {
			if (this.error) {
				throw new NoClassDefFoundError("a class is missing");
			}
			throw new IllegalStateException("not today,\nthank you");
		}

		public void setMood(String mood) {
			// Nobody sets it.
		}

	}

}
