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

package io.macula.directory.kubernetes;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.AdvertisementRecord;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SliceReaderTests {

	private static final ServiceName SERVICE = new ServiceName("calculator");

	private final SliceReader reader = new SliceReader("macula", AddressFamily.IPV4, "zone-b");

	private List<AdvertisementRecord> read(Slices... slices) {
		return this.reader.records(SERVICE, Stream.of(slices).map((slice) -> this.reader.read(slice.build())).toList());
	}

	private List<String> live(Slices... slices) {
		return read(slices).stream()
			.filter((record) -> !record.departing())
			.map((record) -> record.instance().toString())
			.sorted()
			.toList();
	}

	private String fault(Slices slice) {
		return String.valueOf(this.reader.read(slice.build()).fault());
	}

	@Test
	void thePodsOfAllSlicesAreInstances() {
		assertThat(live(Slices.of("s-1", "calculator").pod("a", "10.0.0.1").pod("b", "10.0.0.2"),
				Slices.of("s-2", "calculator").pod("c", "10.0.0.3")))
			.containsExactly("a@10.0.0.1:9443", "b@10.0.0.2:9443", "c@10.0.0.3:9443");
	}

	@Test
	void aPodThatIsNotReadyOrEndsIsOut() {
		Slices slice = Slices.of("s", "calculator")
			.pod("unready", "1", "10.0.0.1", false, false, false)
			.pod("ending", "2", "10.0.0.2", false, true, true)
			.pod("publishedThoughEnding", "3", "10.0.0.3", true, true, true)
			.pod("publishedThoughUnready", "4", "10.0.0.4", true, false, false)
			.pod("nothingSaid", "5", "10.0.0.5", null, null, null);
		assertThat(live(slice)).containsExactly("nothingSaid@10.0.0.5:9443");
		assertThat(read(slice)).hasSize(5);
	}

	@Test
	void aPodWithTwoFamiliesIsOneInstance() {
		Slices v6 = Slices.of("s-6", "calculator").type("IPv6").pod("a", "fd00::1").pod("only6", "fd00::2");
		Slices v4 = Slices.of("s-4", "calculator").pod("a", "10.0.0.1");
		assertThat(live(v6, v4)).containsExactly("a@10.0.0.1:9443", "only6@[fd00::2]:9443");
		assertThat(live(v4, v6)).containsExactly("a@10.0.0.1:9443", "only6@[fd00::2]:9443");
		SliceReader other = new SliceReader("macula", AddressFamily.IPV6, null);
		assertThat(other.records(SERVICE, List.of(other.read(v4.build()), other.read(v6.build()))))
			.extracting((record) -> record.instance().endpoint().toString())
			.containsExactlyInAnyOrder("[fd00::1]:9443", "[fd00::2]:9443");
	}

	@Test
	void whileAPodMovesBetweenSlicesItIsReadyIfOneSaysSoAndEndsIfOneSaysSo() {
		Slices ready = Slices.of("s-1", "calculator").pod("a", "u", "10.0.0.1", true, true, false);
		assertThat(live(ready, Slices.of("s-2", "calculator").pod("a", "u", "10.0.0.1", false, false, false)))
			.containsExactly("a@10.0.0.1:9443");
		assertThat(live(ready, Slices.of("s-2", "calculator").pod("a", "u", "10.0.0.1", false, true, true))).isEmpty();
	}

	@Test
	void aPodOfAStatefulSetTakesThePlaceOfItsPast() {
		assertThat(live(Slices.of("s-1", "calculator").pod("db-0", "old", "10.0.0.1", false, true, true),
				Slices.of("s-2", "calculator").pod("db-0", "new", "10.0.0.2", true, true, false)))
			.containsExactly("db-0@10.0.0.2:9443");
	}

	@Test
	void theIncarnationIsUnknown() {
		assertThat(read(Slices.of("s", "calculator").pod("a", "10.0.0.1")).get(0).instance().incarnation()).isZero();
	}

	@Test
	void aNamedPortIsTakenOrTheOnlyOneOfUdp() {
		Slices named = Slices.of("s", "calculator")
			.ports(Slices.port("http", "TCP", 8080), Slices.port("dns", "UDP", 53), Slices.port("macula", "UDP", 9000))
			.pod("a", "10.0.0.1");
		assertThat(live(named)).containsExactly("a@10.0.0.1:9000");
		Slices single = Slices.of("s", "calculator")
			.ports(Slices.port("http", "TCP", 8080), Slices.port("", "UDP", 9001))
			.pod("a", "10.0.0.1");
		assertThat(live(single)).containsExactly("a@10.0.0.1:9001");
		assertThat(fault(Slices.of("s-x", "calculator").ports(Slices.port("http", "TCP", 80)).pod("a", "10.0.0.1")))
			.contains("EndpointSlice 's-x' of Service 'calculator'", "no port 'macula'", "port-name");
		assertThat(fault(Slices.of("s", "calculator").ports())).as("nothing in it").isEqualTo("null");
	}

	@Test
	void zonesAreThoseOfHintsOrOfThePod() {
		Slices slice = Slices.of("s", "calculator")
			.endpoint(Slices.endpoint("a", "1", "10.0.0.1", true, null, null).withZone("zone-a").build())
			.endpoint(hinted("b", "10.0.0.2", "zone-c").build())
			.endpoint(hinted("c", "10.0.0.3", "zone-c", "zone-b").build());
		assertThat(read(slice)).extracting((record) -> record.instance().nodeId() + " " + record.instance().zone())
			.containsExactlyInAnyOrder("a zone-a", "b zone-c", "c zone-b");
	}

	private static EndpointBuilder hinted(String pod, String address, String... zones) {
		EndpointBuilder builder = Slices.endpoint(pod, pod, address, true, null, null).withZone("zone-a");
		var hints = builder.withNewHints();
		for (String zone : zones) {
			hints.addNewForZone(zone);
		}
		return hints.endHints();
	}

	@Test
	void labelsSayWeightAndPriority() {
		Instance instance = read(Slices.of("s", "calculator")
			.label("macula.io/weight", "10")
			.label("macula.io/priority", "2")
			.pod("a", "10.0.0.1")).get(0).instance();
		assertThat(instance.weight()).isEqualTo(10);
		assertThat(instance.priority()).isEqualTo(2);
	}

	@Test
	void whatLabelsSayThatCannotBeIsToldAndTheDefaultIsTaken() {
		Slices lots = Slices.of("s", "calculator")
			.label("macula.io/weight", "lots")
			.label("macula.io/priority", "-10001")
			.pod("a", "10.0.0.1");
		assertThat(fault(lots)).contains("label macula.io/weight is 'lots': expected a whole number from 1 to 10000",
				"label macula.io/priority is '-10001'");
		assertThat(fault(Slices.of("s", "calculator").label("macula.io/weight", "0").pod("a", "10.0.0.1")))
			.contains("label macula.io/weight is '0'");
		Instance instance = read(lots).get(0).instance();
		assertThat(instance.weight()).isEqualTo(Instance.DEFAULT_WEIGHT);
		assertThat(instance.priority()).isZero();
	}

	@Test
	void aLabelSaysWherePodsAreReachedAtTheirMachines() {
		Slices slice = Slices.of("s", "calculator")
			.label("macula.io/host-port", "30443")
			.endpoint(Slices.endpoint("a", "1", "10.0.0.1", true, null, null).withNodeName("beam00").build())
			.pod("unscheduled", "10.0.0.2")
			.endpoint(new EndpointBuilder().withAddresses("10.0.0.3").withNodeName("beam01").build());
		assertThat(read(slice)).extracting((record) -> record.instance().route().toString())
			.containsExactly("10.0.0.1:9443 (or beam00:30443)", "10.0.0.2:9443", "10.0.0.3:9443");
		Slices wrong = Slices.of("s", "calculator")
			.label("macula.io/host-port", "0")
			.endpoint(Slices.endpoint("a", "1", "10.0.0.1", true, null, null).withNodeName("beam00").build());
		assertThat(fault(wrong)).contains("label macula.io/host-port is '0': expected a whole number from 1 to 65535",
				"none is taken");
		assertThat(read(wrong)).extracting((record) -> record.instance().route().toString())
			.containsExactly("10.0.0.1:9443");
	}

	@Test
	void anEndpointThatCannotBeHidesNoOther() {
		Slices slice = Slices.of("s", "calculator")
			.endpoint(Slices.endpoint("a", "1", "10.0.0.1", true, null, null).withZone("z".repeat(200)).build())
			.pod("b", "10.0.0.2");
		assertThat(live(slice)).containsExactly("b@10.0.0.2:9443");
		assertThat(fault(slice)).contains("endpoint [10.0.0.1] is skipped: zone");
	}

	@Test
	void namesThatAreNoNodeIdsAreMadeSuch() {
		String longName = "p".repeat(200);
		assertThat(live(Slices.of("s", "calculator").pod(longName, "u-1", "10.0.0.1", true, true, false)))
			.containsExactly("u-1@10.0.0.1:9443");
		assertThat(live(Slices.of("s", "calculator").endpoint(new EndpointBuilder().withAddresses("fd00::1").build())))
			.containsExactly("-fd00::1-:9443@[fd00::1]:9443");
	}

	@Test
	void aServiceSaysByLabelsWhatItCarries() {
		ServiceLabels labels = new ServiceLabels(new Realm("shop"), Map.of("odd$name", "odd"));
		assertThat(labels.selectors(new ServiceName("shop.orders"))).containsExactly("service.macula.io/shop.orders");
		assertThat(labels.selectors(new ServiceName("orders"))).containsExactly("service.macula.io/orders",
				"kubernetes.io/service-name=orders");
		assertThat(labels.selectors(new ServiceName("odd$name"))).containsExactly("kubernetes.io/service-name=odd");
		assertThat(labels.selectors(new ServiceName("x$y"))).isEmpty();
		ServiceName orders = new ServiceName("orders");
		assertThat(labels.carries(orders, Map.of("kubernetes.io/service-name", "orders"))).isTrue();
		assertThat(labels.carries(orders, Map.of("kubernetes.io/service-name", "orders", "service.macula.io/x", "")))
			.as("it says what it carries")
			.isFalse();
		assertThat(labels.carries(orders, Map.of("service.macula.io/orders", "", "macula.io/realm", "shop"))).isTrue();
		assertThat(labels.carries(orders, Map.of("service.macula.io/orders", "", "macula.io/realm", "other")))
			.isFalse();
	}

}
