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

package io.macula.observation;

import java.net.URI;
import java.util.Map;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.Realm;
import io.macula.ServiceName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AttemptObservationContext}: what tracers take from it.
 */
class AttemptObservationContextTests {

	private static AttemptObservationContext attempt(Endpoint endpoint) {
		return new AttemptObservationContext(new Realm("test"), new ServiceName("test.words"), "say",
				Instance.of("node1", endpoint), 1, Metadata.of(Map.of("a", "b")));
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 127.0.0.1", "example.org, example.org", "::1, [::1]", "localhost, localhost",
			"node-1.shop, node-1.shop" })
	void theAddressIsAUriWithHostAndPort(String host, String told) {
		URI uri = URI.create(String.valueOf(attempt(new Endpoint(host, 9443)).getRemoteServiceAddress()));
		assertThat(uri.getHost()).isEqualTo(told);
		assertThat(uri.getPort()).isEqualTo(9443);
	}

	/** Tracers would ask such a URI for its host, and find none. */
	@ParameterizedTest
	@ValueSource(strings = { "my_host", "a\\b" })
	void aHostThatIsNoneInAUriIsLeftOut(String host) {
		assertThat(attempt(new Endpoint(host, 9443)).getRemoteServiceAddress()).isNull();
	}

	@Test
	void keysOfPropagatorsAreInLowerCaseBothWays() {
		AttemptObservationContext attempt = attempt(new Endpoint("127.0.0.1", 9443));
		attempt.getSetter().set(attempt.getCarrier(), "X-B3-TraceId", "1");
		Metadata sent = attempt.metadata();
		assertThat(sent.asMap()).isEqualTo(Map.of("a", "b", "x-b3-traceid", "1"));
		ServerCallObservationContext served = new ServerCallObservationContext(new Realm("test"),
				new ServiceName("test.words"), "say", "client", sent);
		assertThat(served.getGetter().get(served.getCarrier(), "X-B3-TraceId")).isEqualTo("1");
	}

}
