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

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;

import io.macula.Endpoint;
import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link AdvertisedHost}.
 */
class AdvertisedHostTests {

	private static final List<Endpoint> LOCAL_SEED = List.of(new Endpoint("127.0.0.1", 9001));

	@Test
	void configuredHostWins() {
		AdvertisedHost host = AdvertisedHost.choose("shop.example.org", "10.1.2.3", address("10.1.2.3"), LOCAL_SEED);
		assertThat(host).isEqualTo(new AdvertisedHost("shop.example.org", "configured"));
	}

	@Test
	void boundAddressIsNext() {
		AdvertisedHost host = AdvertisedHost.choose(null, "10.1.2.3", address("10.1.2.3"), LOCAL_SEED);
		assertThat(host).isEqualTo(new AdvertisedHost("10.1.2.3", "the address that is bound"));
	}

	@Test
	void wildcardIsNoAddress() {
		assertThat(AdvertisedHost.choose(" ", "0.0.0.0", Addresses.ANY_4, LOCAL_SEED).reason())
			.contains("seed 127.0.0.1:9001");
		assertThat(AdvertisedHost.choose(null, "::", Addresses.ANY_6, LOCAL_SEED).host()).isEqualTo("127.0.0.1");
	}

	@Test
	void unknownSeedIsPassedOver() {
		AdvertisedHost host = AdvertisedHost.choose(null, null, Addresses.ANY_6,
				List.of(new Endpoint("no-such-host.invalid", 9001), new Endpoint("127.0.0.1", 9002)));
		assertThat(host).isEqualTo(new AdvertisedHost("127.0.0.1", "seed 127.0.0.1:9002 is on this machine"));
	}

	@Test
	void withoutSeedsAnInterfaceOrLoopbackIsTaken() throws Exception {
		AdvertisedHost host = AdvertisedHost.choose(null, null, Addresses.ANY_6, List.of());
		assertThat(host.reason()).containsAnyOf("interface", "only this machine");
		assertThat(new Endpoint(host.host(), 9443)).isNotNull();
		assertThat(InetAddress.getByName(host.host()).isLinkLocalAddress()).isFalse();
	}

	@Test
	void whenOnlyOneFamilyIsBoundThenNoAddressOfTheOtherIsChosen() {
		AdvertisedHost host = AdvertisedHost.choose(null, null, Addresses.ANY_4,
				List.of(new Endpoint("::1", 9001), new Endpoint("127.0.0.1", 9002)));
		assertThat(host.reason()).contains("seed 127.0.0.1:9002");
	}

	@Test
	void whatNobodyCanDialIsRefusedWithSettingValueAndRemedy() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> AdvertisedHost.choose("::", null, Addresses.ANY_6, LOCAL_SEED))
			.withMessageContaining("macula.provider.advertised-host = ::")
			.withMessageContaining("leave it out");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> AdvertisedHost.choose(null, "fe80::1%lo", address("fe80::1"), LOCAL_SEED))
			.withMessageContaining("macula.provider.address = fe80::1%lo is a link-local address")
			.withMessageContaining("set macula.provider.advertised-host");
	}

	@Test
	void whatIsAdvertisedButNotBoundIsDoubted() {
		assertThat(doubt("fd00::1", Addresses.ANY_4)).contains("macula.provider.advertised-host = fd00::1")
			.contains("is an IPv6 address, but 0.0.0.0")
			.contains("name that stands for addresses of both");
		assertThat(doubt("127.0.0.1", address("::1"))).contains("is an IPv4 address, but ::1 is bound");
		assertThat(doubt("127.0.0.1", address("127.0.0.2"))).contains("another address than the one that is bound");
		assertThat(doubt("192.0.2.1", Addresses.ANY_6)).contains("is no address of this machine");
		assertThat(doubt("2001:db8::1", Addresses.ANY_6)).contains("is no address of this machine");
	}

	@Test
	void whatIsAdvertisedAndBoundIsNotDoubted() {
		assertThat(doubt("127.0.0.1", Addresses.ANY_4)).isNull();
		assertThat(doubt("127.0.0.1", Addresses.ANY_6)).isNull();
		assertThat(doubt("::1", Addresses.ANY_6)).isNull();
		assertThat(doubt("localhost", Addresses.ANY_4)).isNull();
		assertThat(doubt("no-such-host.invalid", Addresses.ANY_4)).isNull();
	}

	@Test
	void zoneOfAnAddressIsLeftOut() throws Exception {
		assertThat(Endpoint.of(InetAddress.getByName("fe80::1%0"), 9443).host()).doesNotContain("%");
	}

	private static @Nullable String doubt(String host, InetAddress bound) {
		return new AdvertisedHost(host, "configured").doubt(bound);
	}

	private static InetAddress address(String text) {
		return Objects.requireNonNull(Addresses.literal(text));
	}

}
