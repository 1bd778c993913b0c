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

package io.macula.tls;

import java.util.List;
import java.util.Map;

import io.macula.ServiceName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link AllowLists}.
 */
class AllowListsTests {

	private static final String HASH = "0123456789abcdef".repeat(4);

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	@ParameterizedTest
	@CsvSource({ "spiffe://shop/orders, true", "spiffe://shop/*, true", "spiffe://shop/o*s, true",
			"spiffe://shop/orders/*, false", "spiffe://shop/order, false", "spiffe://other/*, false",
			"a.orders.example.org, true", "A.orders.example.ORG, true", "*.orders.example.org, true",
			"*.example.org, true", "orders.example.org, false", "*.rders.example.org, false",
			"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, true",
			"sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef, true",
			"sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef, false", "*, true",
			"orders, false" })
	void anEntryMatchesTheNamesOfItsKind(String entry, boolean expected) {
		assertThat(callers(Map.of("shop.orders", List.of(entry))).mayCall(peer(), ORDERS)).isEqualTo(expected);
		assertThat(new AllowLists(Map.of(), Map.of("shop.orders", List.of(entry))).mayProvide(peer(), ORDERS))
			.isEqualTo(expected);
	}

	@Test
	void aNameOfOneKindDoesNotPassForAnother() {
		PeerIdentity posing = new PeerIdentity(HASH, "CN=a.orders.example.org",
				List.of("x://a.orders.example.org", "spiffe://shop.evil/orders", "x://y/spiffe://shop/orders"),
				List.of("spiffe://shop/orders"));
		AllowLists lists = callers(Map.of("*", List.of("*.orders.example.org", "spiffe://shop/*")));
		assertThat(lists.mayCall(posing, ORDERS)).isFalse();
	}

	@Test
	void theMostSpecificListCounts() {
		AllowLists lists = callers(Map.of("*", List.of("*"), "shop.*", List.of(), "shop.orders", List.of("*"),
				"shop.orders.*", List.of()));
		assertThat(lists.mayCall(peer(), ORDERS)).isTrue();
		assertThat(lists.mayCall(peer(), new ServiceName("shop.stock"))).isFalse();
		assertThat(lists.mayCall(peer(), new ServiceName("shop.orders.old"))).isFalse();
		assertThat(lists.mayCall(peer(), new ServiceName("other"))).isTrue();
	}

	@Test
	void whenThereIsAnyListThenAServiceWithoutOneIsRefused() {
		AllowLists lists = callers(Map.of("shop.ordres", List.of("*")));
		assertThat(lists.mayCall(peer(), ORDERS)).isFalse();
		assertThat(lists.mayProvide(peer(), ORDERS)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "spiffe://shop*", "spiffe://*/orders", "spiffe:shop", "a b", "*.*.org", "a*.org",
			"sha256:12", "spiffe://shop/\u001b[1m", "**", "-a.org" })
	void anEntryThatIsNoneIsRefused(String entry) {
		assertThatIllegalArgumentException().isThrownBy(() -> AllowLists.checkEntry(entry))
			.withMessageStartingWith(
					"The entry '" + TlsFailures.printable(entry) + "' of an allow-list is not valid: ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "sh*op", "*.orders", "a b", "-", "shop." })
	void aKeyThatIsNoneIsRefused(String key) {
		assertThatIllegalArgumentException().isThrownBy(() -> AllowLists.checkService(key))
			.withMessageStartingWith("The key '" + key + "' of an allow-list is not valid: expected the name");
	}

	private static AllowLists callers(Map<String, List<String>> callers) {
		return new AllowLists(callers, Map.of());
	}

	private static PeerIdentity peer() {
		return new PeerIdentity(HASH, "CN=orders", List.of("spiffe://shop/orders"), List.of("a.orders.example.org"));
	}

}
