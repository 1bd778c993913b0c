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

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DatagramBound}.
 */
class DatagramBoundTests {

	private static final int MTU = 1472;

	private static final int MAX = 16_000;

	private final FakeFigures figures = new FakeFigures();

	private long now = 5_000;

	private final DatagramBound bound = new DatagramBound(this.figures, this.now);

	@Test
	void whileNothingIsLostTheDatagramsAreAsLargeAsTheyCanBe() {
		for (int i = 0; i < 100; i++) {
			assertThat(largest()).isEqualTo(MAX);
			send(10);
			pass(1);
		}
	}

	@Test
	void whenAllLargeOnesAreLostThenTheBaseIsKeptWithinThreeRoundTrips() {
		this.figures.roundTripNanos = millis(20);
		for (int i = 0; i < 20; i++) {
			send(50);
			pass(20);
		}
		int roundTrips = 0;
		while (largest() == MAX) {
			int flight = Math.max(2, 50 >> roundTrips);
			send(flight);
			pass(20);
			lose(flight, MTU);
			roundTrips++;
		}
		assertThat(roundTrips).isLessThanOrEqualTo(3);
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
	}

	@Test
	void whenTheOnlyFlightIsLostThenNoFurtherOneIsSentAsLarge() {
		send(9);
		pass(80);
		largest();
		pass(3);
		lose(9, MTU);
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
	}

	@Test
	void heavyCongestionIsNoBlackHole() {
		for (int i = 0; i < 200; i++) {
			send(20);
			pass(5);
			lose(7, MTU);
			assertThat(largest()).isEqualTo(MAX);
		}
	}

	@Test
	void lossOfSmallDatagramsSaysNothing() {
		send(3);
		for (int i = 0; i < 50; i++) {
			pass(5);
			lose(20, 300);
			assertThat(largest()).isEqualTo(MAX);
		}
	}

	@Test
	void anUnluckyLargeDatagramIsNoBlackHole() {
		send(1);
		pass(40);
		lose(1, MTU);
		assertThat(largest()).isEqualTo(MAX);
		send(1);
		pass(40);
		lose(1, MTU);
		assertThat(largest()).isEqualTo(MAX);
	}

	@Test
	void oneDatagramTriesWhetherThePathCarriesMoreAgain() {
		fall();
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
		pass(101);
		assertThat(largest()).isEqualTo(MTU);
		send(1);
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
		pass(60);
		assertThat(largest()).isEqualTo(MAX);
	}

	@Test
	void whenItIsLostThenTheNextOneWaitsTwiceAsLong() {
		fall();
		int expected = 100;
		for (int probe = 0; probe < 12; probe++) {
			pass(expected - 5);
			assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
			pass(6);
			assertThat(largest()).isEqualTo(MTU);
			send(1);
			lose(1, MTU);
			lose(3, DatagramBound.BASE_BYTES);
			pass(60);
			assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
			expected *= 2;
		}
	}

	@Test
	void smallDatagramIsNoProbe() {
		fall();
		pass(101);
		this.bound.sent(1300, 1, this.now);
		assertThat(largest()).isEqualTo(MTU);
	}

	@Test
	void whenThePathChangesThenTheBaseIsKeptUntilAProbeArrives() {
		this.bound.pathChanged(this.now);
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
		pass(101);
		assertThat(largest()).isEqualTo(MTU);
		send(1);
		pass(60);
		assertThat(largest()).isEqualTo(MAX);
	}

	@Test
	void withoutLargeDatagramsNobodyAsksForTheTime() {
		assertThat(this.bound.watching()).isFalse();
		send(1);
		assertThat(this.bound.watching()).isTrue();
		pass(11_000);
		largest();
		assertThat(this.bound.watching()).isFalse();
		assertThat(this.bound.largest(900, 0)).isEqualTo(900);
	}

	private void fall() {
		send(9);
		pass(5);
		lose(9, MTU);
		assertThat(largest()).isEqualTo(DatagramBound.BASE_BYTES);
	}

	private int largest() {
		return this.bound.largest(MAX, this.now);
	}

	private void send(int datagrams) {
		for (int i = 0; i < datagrams; i++) {
			this.bound.sent(MTU, 1, this.now);
		}
	}

	private void lose(int packets, int bytes) {
		this.figures.lostPackets += packets;
		this.figures.lostBytes += (long) packets * bytes;
	}

	private void pass(long millis) {
		this.now += millis(millis);
	}

	private static long millis(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

	private static final class FakeFigures implements DatagramBound.Figures {

		private long lostPackets;

		private long lostBytes;

		private long roundTripNanos = millis(1);

		@Override
		public void update() {
			// Always of now.
		}

		@Override
		public long lostPackets() {
			return this.lostPackets;
		}

		@Override
		public long lostBytes() {
			return this.lostBytes;
		}

		@Override
		public long roundTripNanos() {
			return this.roundTripNanos;
		}

		@Override
		public int mtu() {
			return MTU;
		}

	}

}
