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

package io.macula.embedded;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SharedListsTests {

	private final SharedLists<String> lists = new SharedLists<>();

	@Test
	void equalListsHaveOneValue() {
		this.lists.put(List.of("a", "b"), "first");
		this.lists.put(List.of("a", "b"), "second");
		assertThat(this.lists.get(List.of("a", "b"))).isEqualTo("first");
		assertThat(this.lists.get(List.of("b", "a"))).isNull();
	}

	@Test
	void whatPeersMakeUpDoesNotFillTheMemory() {
		List<String> texts = IntStream.range(0, 1000).mapToObj((i) -> "x".repeat(1000) + i).toList();
		this.lists.put(texts, "one");
		assertThat(this.lists.get(texts)).isEqualTo("one");
		for (int i = 0; i < 100; i++) {
			this.lists.put(List.of("y".repeat(SharedLists.MAX_CHARS / 10) + i), "many");
		}
		assertThat(this.lists.size()).isLessThanOrEqualTo(10);
		this.lists.put(List.of("z".repeat(SharedLists.MAX_CHARS)), "too much");
		assertThat(this.lists.size()).isZero();
	}

	@Test
	void nodesThatServeTheSameShareItsText() {
		LongSupplier clock = System::nanoTime;
		ServiceIndex index = new ServiceIndex();
		NodeRecord one = record("one", clock);
		NodeRecord other = record("other", clock);
		assertThat(index.named(one)).isSameAs(index.named(other));
		assertThat(index.versions(one)).isSameAs(index.versions(other)).isEqualTo(other.fingerprints());
	}

	private static NodeRecord record(String nodeId, LongSupplier clock) {
		return new NodeRecord(nodeId, 1, 1, clock.getAsLong(), "127.0.0.1", 7000, null, 0, 100, Map.of(),
				List.of("orders", "users"), List.of("", "AAAAAAAAAAA"), 1000);
	}

}
