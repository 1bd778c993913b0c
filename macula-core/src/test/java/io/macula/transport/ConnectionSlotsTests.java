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

import java.net.InetSocketAddress;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionSlotsTests {

	private final ConnectionSlots slots = new ConnectionSlots(80);

	@Test
	void whenOneHostOpensManyConnectionsThenAnEighthIsLeftToOthers() {
		assertThat(open("192.0.2.1", 100)).isEqualTo(70);
		assertThat(this.slots.take(new InetSocketAddress("192.0.2.1", 1))).isEqualTo(
				"70 connections from the address of the client already, and keeps 10 for others (maxConnections)");
		assertThat(open("192.0.2.2", 5)).isEqualTo(5);
		assertThat(this.slots.taken()).isEqualTo(75);
	}

	@Test
	void whenConnectionsEndThenTheirHostHasItsShareAgain() {
		for (int round = 0; round < 3; round++) {
			assertThat(open("2001:db8::1", 100)).isEqualTo(70);
			assertThat(open("2001:db8::2", 1)).as("of the same /64").isZero();
			for (int i = 0; i < 70; i++) {
				this.slots.leave(new InetSocketAddress("2001:db8::3", i));
			}
			assertThat(this.slots.taken()).isZero();
		}
	}

	@Test
	void whenAddressesTellNothingThenAllPlacesAreTaken() {
		assertThat(open("127.0.0.1", 60)).isEqualTo(60);
		assertThat(open("::ffff:127.0.0.1", 60)).isEqualTo(20);
		assertThat(this.slots.take(null)).isEqualTo("80 connections already (maxConnections)");
		this.slots.leave(null);
		assertThat(open("127.0.0.1", 60)).isEqualTo(1);
	}

	@Test
	void whenThereIsOnePlaceThenAnyHostHasIt() {
		ConnectionSlots one = new ConnectionSlots(1);
		assertThat(one.take(new InetSocketAddress("192.0.2.1", 1))).isNull();
		assertThat(one.take(new InetSocketAddress("192.0.2.1", 2))).isEqualTo("1 connections already (maxConnections)");
	}

	private int open(String host, int most) {
		int taken = 0;
		while (taken < most && this.slots.take(new InetSocketAddress(host, taken)) == null) {
			taken++;
		}
		return taken;
	}

}
