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

package io.macula.udp;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Addresses}.
 */
class AddressesTests {

	private static final InetAddress FOUR = literal("10.0.0.1");

	private static final InetAddress SIX = literal("fd00::1");

	@Test
	void whenTheKernelCouldAnswerFromAnotherAddressThenItHasARival() {
		InetAddress four = Objects.requireNonNull(Addresses.literal("10.1.2.4"));
		assertThat(Addresses.withRivals(Addresses.ANY_6, List.of(FOUR, SIX))).isEmpty();
		assertThat(Addresses.withRivals(Addresses.ANY_6, List.of(FOUR, SIX, four))).containsExactlyInAnyOrder(FOUR,
				four);
		assertThat(Addresses.withRivals(Addresses.ANY_4, List.of(SIX, FOUR))).isEmpty();
		assertThat(Addresses.withRivals(FOUR, List.of(FOUR, four))).isEmpty();
	}

	@Test
	void addressesOfThisMachineCanBeDialledFromElsewhere() {
		assertThat(Addresses.ofThisMachine())
			.noneMatch((address) -> address.isLoopbackAddress() || address.isLinkLocalAddress());
	}

	@Test
	void familiesTakeTurns() {
		InetAddress four = literal("10.0.0.2");
		assertThat(Addresses.alternating(List.of(SIX, FOUR, four))).containsExactly(SIX, FOUR, four);
		assertThat(Addresses.alternating(List.of(FOUR, four, SIX))).containsExactly(FOUR, SIX, four);
	}

	@Test
	void wildcardOfIpv6ServesBothFamilies() {
		assertThat(Addresses.serves(Addresses.ANY_6, FOUR)).isTrue();
		assertThat(Addresses.serves(Addresses.ANY_6, SIX)).isTrue();
		assertThat(Addresses.serves(Addresses.ANY_4, FOUR)).isTrue();
		assertThat(Addresses.serves(Addresses.ANY_4, SIX)).isFalse();
		assertThat(Addresses.serves(FOUR, FOUR)).isTrue();
		assertThat(Addresses.serves(FOUR, literal("10.0.0.2"))).isFalse();
	}

	@Test
	void anAddressOfIpv6IsToldInBrackets() throws Exception {
		InetAddress six = InetAddress.getByName("fd00:77:0:0:0:0:0:1");
		assertThat(Addresses.text(new InetSocketAddress(six, 9443))).isEqualTo("[fd00:77::1]:9443");
		assertThat(Addresses.text(new InetSocketAddress(InetAddress.getByName("::"), 9443))).isEqualTo("[::]:9443");
		assertThat(Addresses.text(new InetSocketAddress(FOUR, 0))).isEqualTo(FOUR.getHostAddress() + ":0");
	}

	@Test
	void mappedAddressIsShownAsIpv4() throws Exception {
		byte[] mapped = new byte[16];
		mapped[10] = -1;
		mapped[11] = -1;
		System.arraycopy(FOUR.getAddress(), 0, mapped, 12, 4);
		Inet6Address address = Inet6Address.getByAddress(null, mapped, -1);
		assertThat(Addresses.plain(new InetSocketAddress(address, 7))).isEqualTo(new InetSocketAddress(FOUR, 7));
		assertThat(Addresses.plain(address)).isInstanceOf(Inet4Address.class);
		assertThat(Addresses.plain(SIX)).isSameAs(SIX);
		assertThat(Addresses.plain(FOUR)).isSameAs(FOUR);
		assertThat(Addresses.plain((InetSocketAddress) null)).isNull();
	}

	@Test
	void everywhereIsAWildcardThatCanBeBound() {
		assertThat(Addresses.everywhere().isAnyLocalAddress()).isTrue();
	}

	@Test
	@Timeout(30)
	void aNameIsResolvedThoughAllThreadsForBlockingCodeWaitForIt() throws Exception {
		CompletableFuture<List<InetAddress>> resolved = new CompletableFuture<>();
		List<Disposable> callers = new ArrayList<>();
		try {
			for (int i = 0; i < 2 * Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE; i++) {
				callers
					.add(Schedulers.boundedElastic().schedule(() -> resolved.handle((names, error) -> names).join()));
			}
			Addresses.resolve("localhost").subscribe(resolved::complete, resolved::completeExceptionally);
			assertThat(resolved.get(10, TimeUnit.SECONDS)).isNotEmpty();
		}
		finally {
			resolved.complete(List.of());
			callers.forEach(Disposable::dispose);
		}
	}

	@Test
	void nameIsNoLiteral() {
		assertThat(Addresses.literal("localhost")).isNull();
		assertThat(Addresses.literal("::1")).isEqualTo(literal("0:0:0:0:0:0:0:1"));
	}

	private static InetAddress literal(String text) {
		return Objects.requireNonNull(Addresses.literal(text));
	}

}
