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

package io.macula.directory;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link AdvertisementRecord}.
 */
class AdvertisementRecordTests {

	private static final ServiceName SERVICE = new ServiceName("test.calculator");

	private static final Instance FULL = new Instance("a:1", Long.MAX_VALUE, new Endpoint("::1", 9443), "zone ä", -3,
			250, Map.of("version", "1 \" \n", "team", ""), "0123456789abcdef".repeat(4));

	private static final String LEAST = "{\"v\":1,\"service\":\"test.calculator\",\"id\":\"a\",\"host\":\"h\",\"port\":1}";

	@Test
	void everythingArrives() {
		AdvertisementRecord record = new AdvertisementRecord(SERVICE, FULL, new Fingerprint("AAAAAAAAAAA.abcd"),
				Duration.ofSeconds(3), true);
		assertThat(parse(record.encode(), "a:1")).isEqualTo(record);
		assertThat(record.encode()).isEqualTo(parse(record.encode(), "a:1").encode());
	}

	@Test
	void furtherAddressesArriveAndEarlierVersionsSkipThem() {
		Instance several = FULL.withFurther(List.of(new Endpoint("192.0.2.1", 30443), new Endpoint("::2", 1)));
		AdvertisementRecord record = AdvertisementRecord.of(SERVICE, several);
		assertThat(parse(record.encode(), "a:1")).isEqualTo(record);
		String text = new String(record.encode(), StandardCharsets.UTF_8);
		assertThat(text).contains("\"further\":[\"192.0.2.1:30443\",\"[::2]:1\"]");
		assertThat(new String(AdvertisementRecord.of(SERVICE, FULL).encode(), StandardCharsets.UTF_8))
			.doesNotContain("further");
	}

	@Test
	void whatIsLeftOutHasItsDefault() {
		AdvertisementRecord record = parse(LEAST.getBytes(StandardCharsets.UTF_8), "a");
		assertThat(record).isEqualTo(AdvertisementRecord.of(SERVICE, Instance.of("a", new Endpoint("h", 1))));
	}

	@Test
	void fieldsOfLaterVersionsAreSkipped() {
		String later = LEAST.replace("\"v\":1", "\"v\":1,\"later\":{\"a\":[1,2,{}]},\"other\":null");
		assertThat(parse(later.getBytes(StandardCharsets.UTF_8), "a").instance().nodeId()).isEqualTo("a");
	}

	@Test
	void recordOfAnAdvertisementNamesOneService() {
		ServiceName other = new ServiceName("other");
		Fingerprint fingerprint = new Fingerprint("AAAAAAAAAAA");
		Advertisement advertisement = new Advertisement(FULL, Set.of(SERVICE, other), Map.of(other, fingerprint),
				Duration.ofSeconds(9));
		assertThat(AdvertisementRecord.of(advertisement, SERVICE))
			.isEqualTo(new AdvertisementRecord(SERVICE, FULL, null, Duration.ofSeconds(9), false));
		assertThat(AdvertisementRecord.of(advertisement, other).fingerprint()).isEqualTo(fingerprint);
		assertThat(new String(AdvertisementRecord.of(advertisement, other).encode(), StandardCharsets.UTF_8))
			.doesNotContain(SERVICE.value());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			"v":1           | "v":2                         | its version 'v' is 2
			"v":1,          | ``                            | its version 'v' is 0
			"port":1        | "port":0                      | port 0
			"port":1        | "port":4294967297             | out of range
			"port":1        | "port":"1"                    | expected a whole number
			"port":1        | "port":1.5                    | expected a whole number
			"port":1        | "port":1,"port":1             | no valid JSON
			"host":"h"      | "host":"a b"                  | Endpoint host 'a b'
			"host":"h",     | ``                            | 'host' is missing
			"host":"h"      | "host":7                      | expected a text
			"id":"a"        | "id":"b"                      | expected node 'a'
			"id":"a"        | "id":"a/b"                    | Node id 'a/b'
			test.calculator | other                         | for service 'other'
			test.calculator | ?                             | Service name '?'
			"v":1           | "v":1,"weight":0              | weight 0
			"v":1           | "v":1,"weight":99999          | weight 99999
			"v":1           | "v":1,"priority":-99999       | priority -99999
			"v":1           | "v":1,"zone":"\\u0007"        | zone '
			"v":1           | "v":1,"metadata":[]           | expected an object of texts
			"v":1           | "v":1,"metadata":{"a":1}      | 'metadata.a' is 1
			"v":1           | "v":1,"metadata":{"":"b"}     | metadata entry ''
			"v":1           | "v":1,"further":"h:2"         | 'further' is "h:2": expected a list
			"v":1           | "v":1,"further":[1]           | 'further' is 1: expected a text
			"v":1           | "v":1,"further":["h"]         | Endpoint 'h'
			"v":1           | "v":1,"further":["h:1"]       | expected each address once
			"v":1           | "v":1,"further":["a:1","a:2","a:3","a:4","a:5"] | expected at most 4
			"v":1           | "v":1,"identity":"AB"         | identity 'AB'
			"v":1           | "v":1,"fingerprint":"x"       | Fingerprint of 1 characters
			"v":1           | "v":1,"leaseMillis":1         | lease of 1ms
			"v":1           | "v":1,"leaseMillis":100000000 | expected 1 second to 1 day
			"v":1           | "v":1,"incarnation":9223372036854775808 | expected a whole number
			"v":1           | "v":1,"departing":1           | expected true or false
			"v":1           | "v":1,"x":123456789012345678901234567890 | no valid JSON
			}               | }}                            | no valid JSON
			}               | ``                            | no valid JSON
			""")
	void whatIsNoRecordIsRefusedAndNamed(String what, String instead, String told) {
		byte[] record = LEAST.replace(what, instead).getBytes(StandardCharsets.UTF_8);
		assertThatIllegalArgumentException().isThrownBy(() -> parse(record, "a")).withMessageContaining(told);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''     | no
			null   | no JSON object
			[]     | no JSON object
			"text" | no JSON object
			{a     | no valid JSON
			""", quoteCharacter = '\'')
	void whatIsNoObjectIsRefused(String text, String told) {
		assertThatIllegalArgumentException().isThrownBy(() -> parse(text.getBytes(StandardCharsets.UTF_8), "a"))
			.withMessageContaining(told);
	}

	@Test
	void deepAndLongTextsAreRefused() {
		byte[] deep = ("{\"a\":" + "[".repeat(30_000)).getBytes(StandardCharsets.UTF_8);
		assertThatIllegalArgumentException().isThrownBy(() -> parse(deep, "a")).withMessageContaining("no valid JSON");
		byte[] large = new byte[AdvertisementRecord.MAX_BYTES + 1];
		assertThatIllegalArgumentException().isThrownBy(() -> parse(large, "a"))
			.withMessageContaining("it has 65537 bytes: expected at most 65536");
	}

	@Test
	void recordThatNobodyWouldReadIsNotWritten() {
		Instance large = new Instance("a", 1, new Endpoint("h", 1), null, 0, 100,
				Map.of("a", "\u0001".repeat(4096), "b", "\u0001".repeat(4096), "c", "\u0001".repeat(4096)));
		AdvertisementRecord record = AdvertisementRecord.of(SERVICE, large);
		assertThatIllegalArgumentException().isThrownBy(record::encode)
			.withMessageContaining("The record of node 'a' for service 'test.calculator' has")
			.withMessageContaining("macula.provider.metadata");
	}

	private static AdvertisementRecord parse(byte[] record, String nodeId) {
		return AdvertisementRecord.parse(record, SERVICE, nodeId);
	}

}
