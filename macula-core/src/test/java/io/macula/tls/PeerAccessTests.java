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

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.ServiceName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link PeerAccess} and its {@link PeerDecisions}.
 */
class PeerAccessTests {

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	private final AtomicLong now = new AtomicLong();

	private final AtomicInteger asked = new AtomicInteger();

	private final AtomicBoolean answer = new AtomicBoolean(true);

	private final PeerAccess access = new PeerAccess(List.of(new PeerAuthorizer() {

		@Override
		public boolean mayCall(PeerIdentity peer, ServiceName service) {
			PeerAccessTests.this.asked.incrementAndGet();
			return PeerAccessTests.this.answer.get();
		}

		@Override
		public boolean mayProvide(PeerIdentity peer, ServiceName service) {
			throw new IllegalStateException("broken");
		}

	}), this.now::get);

	@Test
	void aDecisionHoldsForTenSeconds() {
		PeerDecisions callers = this.access.callers(ORDERS);
		for (int i = 0; i < 100; i++) {
			assertThat(callers.refusal(peer("a"))).isNull();
		}
		this.answer.set(false);
		this.now.addAndGet(Duration.ofSeconds(10).toNanos());
		assertThat(callers.refusal(peer("a"))).isNull();
		assertThat(this.asked).hasValue(1);
		this.now.incrementAndGet();
		assertThat(callers.refusal(peer("a")))
			.isEqualTo("peer spiffe://shop/a (identity 0123456789abcdef) may not call service 'shop.orders'");
		assertThat(this.asked).hasValue(2);
	}

	@Test
	void refusalsAreCountedByIdentityAndServiceWithinABound() {
		this.answer.set(false);
		PeerDecisions callers = this.access.callers(ORDERS);
		for (int i = 0; i < PeerAccess.MOST_COUNTED + 5; i++) {
			callers.refusal(peer("a" + i));
			callers.refusal(peer("a" + i));
			callers.refusal(peer("a0"));
		}
		List<PeerRefusals> refusals = this.access.refusals();
		assertThat(refusals).hasSize(PeerAccess.MOST_COUNTED)
			.contains(
					new PeerRefusals("spiffe://shop/a0 (identity 0123456789abcdef)", "shop.orders", "call",
							PeerAccess.MOST_COUNTED + 7),
					new PeerRefusals("spiffe://shop/a" + (PeerAccess.MOST_COUNTED + 4) + " (identity 0123456789abcdef)",
							"shop.orders", "call", 2),
					new PeerRefusals("others", "others", "call", 12));
	}

	@Test
	void whoProvedNothingIsRefusedWithoutAQuestion() {
		assertThat(this.access.callers(ORDERS).refusal(null)).contains("without a certificate");
		assertThat(this.asked).hasValue(0);
	}

	@Test
	void anAuthorizerThatFailsRefuses() {
		assertThat(this.access.providers(ORDERS).refusal(peer("a"))).contains("may not provide service 'shop.orders': ")
			.endsWith("PeerAccessTests$1 failed to decide, as the line on it says");
	}

	@Test
	void saysWhichListRefusesOrThatThereIsNone() {
		PeerAccess lists = new PeerAccess(
				List.of(new AllowLists(Map.of("shop.*", List.of("spiffe://shop/b"), "shop.orders", List.of("*")),
						Map.of("shop.*", List.of("spiffe://shop/b")))),
				this.now::get);
		ServiceName stock = new ServiceName("shop.stock");
		ServiceName mail = new ServiceName("mail");
		assertThat(lists.ask(peer("a"), ORDERS, true)).isNull();
		assertThat(lists.ask(peer("a"), stock, true))
			.isEqualTo("the list 'shop.*' of macula.security.allow-call does not allow it");
		assertThat(lists.ask(peer("a"), mail, true))
			.isEqualTo("no list of macula.security.allow-call is for this service");
		assertThat(lists.providers(stock).refusal(peer("a"))).endsWith("may not provide service 'shop.stock': the list "
				+ "'shop.*' of macula.security.allow-provide does not allow it");
		assertThat(lists.list(ORDERS, true)).isEqualTo(new PeerList("shop.orders", "call", "shop.orders"));
		assertThat(lists.list(stock, true)).isEqualTo(new PeerList("shop.stock", "call", "shop.*"));
		assertThat(lists.list(mail, false)).isEqualTo(new PeerList("mail", "provide", "(none)"));
		assertThat(this.access.list(mail, true)).isNull();
		this.answer.set(false);
		assertThat(this.access.ask(peer("a"), mail, true)).endsWith("PeerAccessTests$1 does not allow it");
	}

	@Test
	void manyIdentitiesDoNotFillTheMemory() {
		PeerDecisions callers = this.access.callers(ORDERS);
		for (int i = 0; i < 3 * PeerDecisions.MOST_KEPT; i++) {
			callers.refusal(new PeerIdentity("%064x".formatted(i), "CN=a", List.of("spiffe://shop/a" + i), List.of()));
		}
		assertThat(callers.kept()).isLessThanOrEqualTo(PeerDecisions.MOST_KEPT);
	}

	@Test
	void namesOfOthersAreEscaped() {
		assertThat(peer("a\r\n\u001b[1m").toString()).doesNotContain("\r", "\n", "\u001b");
	}

	private static PeerIdentity peer(String name) {
		return new PeerIdentity("0123456789abcdef".repeat(4), "CN=" + name, List.of("spiffe://shop/" + name),
				List.of());
	}

}
