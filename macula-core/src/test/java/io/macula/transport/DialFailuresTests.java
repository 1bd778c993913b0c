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

import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.macula.Endpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link DialFailures}.
 */
class DialFailuresTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.1, 10.0.0.1, 10.0.0.1:9443", "fd00:77:0:0:0:0:0:1, fd00:77::1, [fd00:77::1]:9443",
			"fe80::1%eth0, fe80::1, [fe80::1%eth0]:9443", "node1, 10.0.0.1, node1:9443 (10.0.0.1)",
			"node1, fd00:77::1, node1:9443 (fd00:77::1)" })
	void whenTheAddressSaysMoreThanTheEndpointThenItIsToldInItsShortForm(String host, String address, String place)
			throws Exception {
		InetSocketAddress remote = new InetSocketAddress(InetAddress.getByName(address), 9443);
		DialFailures failures = new DialFailures(new Endpoint(host, 9443), remote, "a secret", () -> 0, 0);
		assertThat(failures.unavailable("it is silent", "its port").message())
			.isEqualTo("no connection to " + place + " after 0 ms: it is silent; check its port");
	}

}
