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

package io.macula;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class NodeIdsTests {

	@ParameterizedTest
	@ValueSource(strings = { "a", "node-1", "orders_2.eu:9443", "::1:9443", "A-Za-z0-9" })
	void whenAnIdIsOfTheAllowedCharactersThenItIsTaken(String id) {
		assertThat(NodeIds.require(id)).isSameAs(id);
		assertThat(Instance.of(id, new Endpoint("h", 1)).nodeId()).isEqualTo(id);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", " ", "a b", "a/b", "n\u00f6de", "a\n", "\u001b[31m", "a\u202e", "a\u0000", "a@b", "a'b" })
	void whenAnIdHoldsAnythingElseThenItIsRefused(String id) {
		assertThat(NodeIds.valid(id)).isFalse();
		assertThatIllegalArgumentException().isThrownBy(() -> Instance.of(id, new Endpoint("h", 1)))
			.withMessageStartingWith("Node id '")
			.withMessageEndingWith("' is not valid: expected 1 to 128 letters, digits, '.', '_', ':' or '-' of ASCII")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\n", "\u001b", "\u202e", "\u0000"));
	}

	@Test
	void whenAnIdIsTooLongThenItIsRefused() {
		assertThat(NodeIds.valid("x".repeat(128))).isTrue();
		assertThatIllegalArgumentException().isThrownBy(() -> NodeIds.require("x".repeat(1_000_000)))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300));
	}

	@Test
	void whenAnIdIsMadeOfANameThenItIsValidWhateverTheNameIs() {
		for (String name : List.of("orders", "My Shop (\u00f6)", "", "x".repeat(500), "a\r\nb")) {
			assertThat(NodeIds.valid(NodeIds.generate(name))).as(name).isTrue();
		}
		assertThat(NodeIds.generate("My Shop")).startsWith("My-Shop-");
	}

	@Test
	void whenAHostIsNoneThenItIsRefusedOnOneLine() {
		for (String host : List.of("a\nb", "h\u202e", "m\u00fcnchen.example", "x".repeat(256), "a\u007f")) {
			assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint(host, 1))
				.satisfies((ex) -> assertThat(ex.getMessage()).matches("[ -~\u00fc]{1,500}"));
		}
	}

	@Test
	void whenAnInstanceIsBeyondItsBoundsThenItIsRefused() {
		refused(0, Map.of(), "weight 0 is not valid: expected 1 to 10000");
		refused(10_001, Map.of(), "weight 10001 is not valid: expected 1 to 10000");
		refused(1, Map.of("", "v"), "metadata entry '' is not valid: expected keys of 1 to 128 printable characters");
		refused(1, Map.of("k", "v".repeat(4097)),
				"metadata entry 'k' with a value of 4097 characters is not valid: expected values of at most 4096"
						+ " characters");
	}

	private static void refused(int weight, Map<String, String> metadata, String message) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new Instance("a", 1, new Endpoint("h", 1), null, 0, weight, metadata))
			.withMessage(message);
	}

}
