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

import io.macula.Endpoint;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AdvertisedHost}.
 */
class AdvertisedHostTests {

	private static final List<Endpoint> LOCAL_SEED = List.of(new Endpoint("127.0.0.1", 9001));

	@Test
	void configuredHostWins() {
		AdvertisedHost host = AdvertisedHost.choose("shop.example.org", "10.1.2.3", LOCAL_SEED);
		assertThat(host).isEqualTo(new AdvertisedHost("shop.example.org", "configured"));
	}

	@Test
	void boundAddressIsNext() {
		AdvertisedHost host = AdvertisedHost.choose(null, "10.1.2.3", LOCAL_SEED);
		assertThat(host).isEqualTo(new AdvertisedHost("10.1.2.3", "the address that is bound"));
	}

	@Test
	void wildcardIsNoAddress() {
		assertThat(AdvertisedHost.choose(" ", "0.0.0.0", LOCAL_SEED).reason()).contains("seed 127.0.0.1:9001");
		assertThat(AdvertisedHost.choose(null, "::", LOCAL_SEED).host()).isEqualTo("127.0.0.1");
	}

	@Test
	void unknownSeedIsPassedOver() {
		AdvertisedHost host = AdvertisedHost.choose(null, null,
				List.of(new Endpoint("no-such-host.invalid", 9001), new Endpoint("127.0.0.1", 9002)));
		assertThat(host).isEqualTo(new AdvertisedHost("127.0.0.1", "seed 127.0.0.1:9002 is on this machine"));
	}

	@Test
	void withoutSeedsAnInterfaceOrLoopbackIsTaken() throws Exception {
		AdvertisedHost host = AdvertisedHost.choose(null, null, List.of());
		assertThat(host.reason()).containsAnyOf("interface", "only this machine");
		assertThat(new Endpoint(host.host(), 9443)).isNotNull();
		assertThat(InetAddress.getByName(host.host()).isLinkLocalAddress()).isFalse();
	}

	@Test
	void zoneOfAnAddressIsLeftOut() throws Exception {
		assertThat(Endpoint.of(InetAddress.getByName("fe80::1%0"), 9443).host()).doesNotContain("%");
	}

}
