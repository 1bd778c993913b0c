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

package io.macula.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PendingHandshakesTests {

	private static final int MAX = 400;

	private static final int SHARE = MAX / 8;

	private final MockTicker ticker = Ticker.newMockTicker();

	private final PendingHandshakes handshakes = new PendingHandshakes(MAX, this.ticker::nanoTime);

	private final List<Integer> givenUp = new ArrayList<>();

	@Test
	void whenFewAreUnderWayThenNobodyMustProveItsAddress() throws Exception {
		for (int host = 1; host < 64; host++) {
			begin(host, address(host));
		}
		assertThat(this.handshakes.proves(address(200))).isFalse();
		begin(64, address(64));
		assertThat(this.handshakes.proves(address(200))).isTrue();
	}

	@Test
	void whenOneAddressBeginsManyThenItMustProveItselfSooner() throws Exception {
		for (int i = 0; i < SHARE / 4; i++) {
			begin(i, address(1));
		}
		assertThat(this.handshakes.proves(address(1))).isTrue();
		assertThat(this.handshakes.proves(address(2))).isFalse();
	}

	@Test
	void whenASocketTellsIpv4AsIpv6ThenAddressesHaveTheirShares() throws Exception {
		for (int i = 0; i < SHARE; i++) {
			begin(i, address(1));
		}
		byte[] mapped = new byte[16];
		mapped[10] = -1;
		mapped[11] = -1;
		byte[] plain = address(1).getAddress().getAddress();
		System.arraycopy(plain, 0, mapped, 12, plain.length);
		assertThat(this.handshakes.admit(new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 1)))
			.isFalse();
		mapped[15] = 99;
		assertThat(this.handshakes.admit(new InetSocketAddress(Inet6Address.getByAddress(null, mapped, -1), 1)))
			.isTrue();
	}

	@Test
	void whenAnAddressHasItsShareThenItsFurtherOnesWaitAndOthersDoNot() throws Exception {
		for (int i = 0; i < SHARE; i++) {
			assertThat(this.handshakes.admit(address(1))).isTrue();
			begin(i, address(1));
		}
		assertThat(this.handshakes.admit(address(1))).isFalse();
		assertThat(this.handshakes.admit(address(2))).isTrue();
		assertThat(this.givenUp).isEmpty();
	}

	@Test
	void whenAHandshakeOfItHadTimeEnoughThenItGivesWay() throws Exception {
		for (int i = 0; i < SHARE; i++) {
			begin(i, address(1));
			this.ticker.advance(1, TimeUnit.MILLISECONDS);
		}
		this.ticker.advance(PendingHandshakes.PATIENCE_NANOS - TimeUnit.MILLISECONDS.toNanos(SHARE - 1),
				TimeUnit.NANOSECONDS);
		assertThat(this.handshakes.admit(address(1))).isTrue();
		assertThat(this.givenUp).containsExactly(0);
		begin(SHARE, address(1));
		assertThat(this.handshakes.size()).isEqualTo(SHARE);
	}

	@Test
	void whenAllPlacesAreTakenThenTheOldestGivesWay() throws Exception {
		for (int i = 0; i < MAX; i++) {
			begin(i, address(1 + i / (SHARE - 1)));
		}
		assertThat(this.handshakes.admit(address(100))).isFalse();
		this.ticker.advance(PendingHandshakes.PATIENCE_NANOS, TimeUnit.NANOSECONDS);
		assertThat(this.handshakes.admit(address(100))).isTrue();
		assertThat(this.givenUp).containsExactly(0);
	}

	@Test
	void whenTheyAreOverThenTheirPlacesAreFree() throws Exception {
		List<PendingHandshakes.Entry> entries = new ArrayList<>();
		for (int i = 0; i < SHARE; i++) {
			entries.add(begin(i, address(1)));
		}
		entries.forEach(this.handshakes::over);
		entries.forEach(this.handshakes::over);
		assertThat(this.handshakes.size()).isZero();
		assertThat(this.handshakes.admit(address(1))).isTrue();
		assertThat(this.handshakes.proves(address(1))).isFalse();
	}

	@Test
	void whenAHostHasManyAddressesOfOneNetworkOfIpv6ThenTheyHaveOneShare() throws Exception {
		for (int i = 0; i < SHARE; i++) {
			begin(i, new InetSocketAddress(InetAddress.getByName("2001:db8:0:1::" + Integer.toHexString(i + 1)), 1));
		}
		assertThat(this.handshakes.admit(new InetSocketAddress("2001:db8:0:1:ffff::1", 1))).isFalse();
		assertThat(this.handshakes.admit(new InetSocketAddress("2001:db8:0:2::1", 1))).isTrue();
	}

	private PendingHandshakes.Entry begin(int number, InetSocketAddress address) {
		return this.handshakes.begun(address, () -> this.givenUp.add(number));
	}

	private static InetSocketAddress address(int host) throws Exception {
		return new InetSocketAddress(InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) host }), 1000 + host);
	}

}
