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

package io.macula.harness;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FreePortsTests {

	@Test
	void portsAreDifferentAndBelowThoseThatTheKernelGives() {
		List<Integer> ports = FreePorts.udp(50);
		assertThat(ports).hasSize(50).doesNotHaveDuplicates().allMatch((port) -> port >= 20_000 && port < 32_000);
		assertThat(FreePorts.tcp()).isBetween(20_000, 31_999);
	}

	@Test
	void whenAPortIsBoundThenItIsNotFree() throws IOException {
		int port = FreePorts.udp(1).get(0);
		try (DatagramSocket taken = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
			assertThat(FreePorts.isFreeUdp(taken.getLocalPort())).isFalse();
		}
		assertThat(FreePorts.isFreeUdp(port)).isTrue();
	}

}
