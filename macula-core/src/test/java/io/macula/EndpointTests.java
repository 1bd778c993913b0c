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

package io.macula;

import java.net.InetAddress;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EndpointTests {

	@ParameterizedTest
	@CsvSource({ "fd00:77:0:0:0:0:0:1, fd00:77::1", "FD00:0077::0001, fd00:77::1", "fd00:77::1, fd00:77::1",
			"0:0:0:0:0:0:0:0, ::", "0:0:0:0:0:0:0:1, ::1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
			"2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
			"0:0:0:1:0:0:0:0, 0:0:0:1::", "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
			"64:ff9b::192.0.2.33, 64:ff9b::c000:221" })
	void whenAnAddressIsWrittenInAnyFormThenItsEndpointIsTheOneOfTheShortForm(String text, String shortForm) {
		Endpoint endpoint = Endpoint.parse("[" + text + "]:9443");
		assertThat(endpoint.host()).isEqualTo(shortForm);
		assertThat(endpoint).hasToString("[" + shortForm + "]:9443");
		Endpoint same = new Endpoint(shortForm, 9443);
		assertThat(endpoint).isEqualTo(same).hasSameHashCodeAs(same).isEqualByComparingTo(same);
		assertThat(Set.of(same)).contains(endpoint);
	}

	@ParameterizedTest
	@ValueSource(strings = { "::ffff:10.0.0.1", "::FFFF:0a00:0001", "0:0:0:0:0:ffff:a00:1" })
	void whenAnIpv4AddressIsMappedIntoIpv6ThenItsEndpointIsTheOneOfIpv4(String text) {
		assertThat(Endpoint.parse("[" + text + "]:9443")).isEqualTo(new Endpoint("10.0.0.1", 9443))
			.hasToString("10.0.0.1:9443");
	}

	/** As a template writes both families. */
	@Test
	void anAddressOfEitherFamilyMayStandInBrackets() {
		assertThat(Endpoint.parse("[192.0.2.7]:9443")).isEqualTo(new Endpoint("192.0.2.7", 9443))
			.hasToString("192.0.2.7:9443");
	}

	@Test
	void whenAnAddressHasAZoneThenTheZoneStaysAsItIs() {
		assertThat(Endpoint.parse("[FE80:0:0:0:0:0:0:1%Eth0]:9443")).isEqualTo(new Endpoint("fe80::1%Eth0", 9443))
			.hasToString("[fe80::1%Eth0]:9443")
			.isNotEqualTo(new Endpoint("fe80::1%eth0", 9443))
			.isNotEqualTo(new Endpoint("fe80::1", 9443));
	}

	@Test
	void whenAnEndpointIsMadeOfAnAddressThenItIsTheOneThatWasParsed() throws Exception {
		assertThat(Endpoint.of(InetAddress.getByName("fd00:77::1"), 9443))
			.isEqualTo(Endpoint.parse("[fd00:77:0::1]:9443"));
		assertThat(Endpoint.of(InetAddress.getByName("fe80::1%0"), 9443)).isEqualTo(new Endpoint("fe80::1", 9443));
		assertThat(Endpoint.of(InetAddress.getByName("10.0.0.1"), 9443)).isEqualTo(new Endpoint("10.0.0.1", 9443));
	}

	@ParameterizedTest
	@ValueSource(strings = { "node1.example.org", "Node1", "10.0.0.1", "010.0.0.1", "cafe", "abc%x:y", "1::2::3",
			"::zz", "12345::", "::1.2.3", "node:1", ":", "%:", "a%::1" })
	void whenAHostIsNoIpv6AddressThenItStaysAsItIs(String host) {
		assertThat(new Endpoint(host, 9443).host()).isEqualTo(host);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a b", "a/b", "[::1]", "a\nb" })
	void whenAHostCannotBeThenItIsRefused(String host) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Endpoint(host, 9443))
			.withMessage(
					"Endpoint host '" + host.replace("\n", "\\n") + "' is not valid: expected a name or an address of"
							+ " at most 255 characters of ASCII (for others the form that begins with xn--)");
	}

	@Test
	void whenAnIpv6AddressIsWrittenWithoutBracketsThenItIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.parse("::1:9443"))
			.withMessageContaining("[::1]:9443");
	}

}
