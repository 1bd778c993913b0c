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

package io.macula.log;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class NearestNameTests {

	@Test
	void theNameThatIsMostLikeItIsFound() {
		assertThat(NearestName.of("shop.order", List.of("shop.orders", "shop.carts"))).contains("shop.orders");
		assertThat(NearestName.of("shop.odrers", List.of("shop.orders", "shop.owners"))).contains("shop.orders");
		assertThat(NearestName.of("Shop-Orders", List.of("shop.carts", "shoporders"))).contains("shoporders");
		assertThat(NearestName.question("shop.order", List.of("shop.orders"))).isEqualTo("Did you mean shop.orders? ");
	}

	@Test
	void whatIsNotLikeItIsNotFound() {
		assertThat(NearestName.of("shop.order", List.of("billing.invoices", "x"))).isEmpty();
		assertThat(NearestName.of("shop.order", List.of())).isEmpty();
		assertThat(NearestName.question("shop.order", List.of("x"))).isEmpty();
	}

	@Test
	void ofEquallyNearNamesTheFirstByTheAlphabetIsFound() {
		assertThat(NearestName.of("shop.order", List.of("shop.orderz", "shop.ordera"))).contains("shop.ordera");
	}

	@Test
	void ofVeryManyAndVeryLongNamesFewAreLookedAt() {
		List<String> names = IntStream.range(0, 1_000_000).mapToObj((number) -> "shop.order" + number).toList();
		assertThat(NearestName.of("shop.order", names)).isPresent();
		assertThat(NearestName.of("a".repeat(100_000), names)).isEmpty();
	}

}
