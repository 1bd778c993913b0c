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

package io.macula.directory.springcloud;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Fingerprint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.springcloud.DiscoveryMetadata.Node;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.client.DefaultServiceInstance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link DiscoveryMetadata}.
 */
class DiscoveryMetadataTests {

	private static final Realm REALM = new Realm("shop");

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	private static final ServiceName STOCK = new ServiceName("shop.stock");

	@Test
	void whatIsWrittenIsRead() {
		Instance instance = new Instance("a:1", 42, new Endpoint("10.1.2.3", 9443), "b", -2, 250,
				Map.of("ver sion", "1=2&3", "ä", "\n", "empty", ""), "0123456789abcdef".repeat(4));
		Fingerprint fingerprint = new Fingerprint("AAAAAAAAAAA.abcd");
		Map<String, String> written = DiscoveryMetadata.write(new Advertisement(instance, Set.of(ORDERS, STOCK),
				Map.of(ORDERS, fingerprint), Advertisement.DEFAULT_TTL), REALM);
		assertThat(written).containsEntry("macula-services", "shop.orders=AAAAAAAAAAA.abcd,shop.stock");
		assertThat(written.keySet()).as("what Consul takes").allMatch((key) -> key.matches("[A-Za-z0-9_-]+"));
		Node read = read(written, List.of(), 0);
		assertThat(read)
			.isEqualTo(new Node(instance, Map.of(ORDERS, Optional.of(fingerprint), STOCK, Optional.empty())));
	}

	@Test
	void furtherAddressesAreWrittenAndRead() {
		Instance instance = Instance.of("a", new Endpoint("10.1.2.3", 9443))
			.withFurther(List.of(new Endpoint("192.0.2.1", 30443), new Endpoint("::2", 1)));
		Map<String, String> written = DiscoveryMetadata
			.write(new Advertisement(instance, Set.of(ORDERS), Map.of(), Advertisement.DEFAULT_TTL), REALM);
		assertThat(written).containsEntry("macula-further", "192.0.2.1:30443,[::2]:1");
		Node read = read(written, List.of(), 0);
		assertThat(read).isNotNull();
		assertThat(read.instance()).isEqualTo(instance);
		Map<String, String> least = Map.of("macula-services", "a", "macula-port", "1", "macula-further", "h");
		fails(least, "'macula-further' is 'h' and 'macula-node-id' is missing");
		Map<String, String> named = new HashMap<>(least);
		named.put("macula-node-id", "a");
		fails(named, "Endpoint 'h'");
	}

	@Test
	void ofAnotherRealmAndWithoutServicesThereIsNobody() {
		assertThat(read(Map.of("macula-services", "a", "macula-port", "1", "macula-realm", "x"), List.of(), 0))
			.isNull();
		assertThat(read(Map.of(), List.of(), 9443)).isNull();
		assertThat(new DefaultServiceInstance("i", "app", "10.0.0.1", 8080, false).getMetadata()).isEmpty();
	}

	@Test
	void whatIsLeftOutHasItsDefault() {
		Node read = read(Map.of("macula-services", " shop.orders, shop.stock ", "zone", "z"), List.of(), 9443);
		assertThat(read).isNotNull();
		assertThat(read.instance()).isEqualTo(
				new Instance("h-i:8080", 0, new Endpoint("10.0.0.1", 9443), "z", 0, Instance.DEFAULT_WEIGHT, Map.of()));
		assertThat(read.services()).containsOnlyKeys(ORDERS, STOCK);
	}

	@Test
	void anInstanceOfAMappedApplicationNeedsNoMetadata() {
		Node read = read(Map.of(), List.of(ORDERS), 0);
		assertThat(read).isNotNull();
		assertThat(read.instance().endpoint()).isEqualTo(new Endpoint("10.0.0.1", 8080));
		assertThat(read.services()).containsOnlyKeys(ORDERS);
		assertThat(read(Map.of("macula-services", "", "macula-port", "1"), List.of(ORDERS), 0)).isNotNull()
			.extracting(Node::services)
			.isEqualTo(Map.of());
	}

	@Test
	void whatCannotBeIsNamed() {
		fails(Map.of("macula-services", "a"), "'macula-port' is missing");
		fails(Map.of("macula-services", "a", "macula-port", "x\n"), "'macula-port' is 'x': expected a whole number");
		fails(Map.of("macula-services", "a", "macula-port", "70000"), "70000");
		fails(Map.of("macula-services", "a b/c", "macula-port", "1"), "b/c");
		fails(Map.of("macula-services", "a=b", "macula-port", "1"), "Fingerprint");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-weight", "0"), "weight 0");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-identity", "x"), "identity 'x'");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-metadata", "x"), "expected key=value");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-metadata", "x=%zz"), "the form of a query");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-node-id", "a b"), "a b");
		fails(Map.of("macula-services", "a", "macula-port", "1", "macula-incarnation", "z"), "'macula-incarnation'");
	}

	private static void fails(Map<String, String> metadata, String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> read(metadata, List.of(), 0))
			.withMessageContaining(message);
	}

	private static @Nullable Node read(Map<String, String> metadata, List<ServiceName> mapped, int port) {
		return DiscoveryMetadata.read(new DefaultServiceInstance("h i:8080", "app", "10.0.0.1", 8080, false, metadata),
				REALM, mapped, port);
	}

}
