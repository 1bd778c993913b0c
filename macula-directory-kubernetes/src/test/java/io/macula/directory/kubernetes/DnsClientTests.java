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

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.RemoteEngine;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class DnsClientTests {

	private static final String NAME = "calculator.shop.svc.cluster.local.";

	private static final String SRV = "_macula._udp." + NAME;

	private static final Duration SOON = Duration.ofSeconds(10);

	private final NameServer names = new NameServer();

	private final DirectoryEngine engine = engine(Map.of(), AddressFamily.IPV4);

	private DirectoryEngine engine(Map<String, String> services, AddressFamily family) {
		DirectoryEngine made = RemoteEngine.of("dns",
				new DnsClient(new DnsSettings("{service}.shop.svc.cluster.local", services, "macula", 9443, family,
						List.of(this.names.address()), Duration.ofMillis(500), Duration.ofMillis(200),
						Duration.ofSeconds(30))));
		made.start(null);
		return made;
	}

	@AfterEach
	void close() {
		this.engine.close().block(SOON);
		this.names.close();
	}

	private static List<String> endpoints(DirectoryEngine engine, String service) {
		return engine.directory()
			.watch(new ServiceName(service))
			.blockFirst(SOON)
			.instances()
			.stream()
			.map((instance) -> instance.nodeId() + " " + instance.endpoint())
			.sorted()
			.toList();
	}

	@Test
	void addressesAreInstancesAtThePortOfTheSettings() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"), NameServer.address(5, "10.0.0.2"));
		assertThat(endpoints(this.engine, "calculator")).containsExactly("10.0.0.1:9443 10.0.0.1:9443",
				"10.0.0.2:9443 10.0.0.2:9443");
	}

	@Test
	void srvTellsPortsAndNames() {
		this.names.put(SRV, DnsRecordType.SRV, NameServer.srv(5, 0, 50, 9000, "pod-0." + NAME),
				NameServer.srv(5, 1, 0, 9001, "pod-1." + NAME));
		this.names.put("pod-0." + NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"));
		this.names.put("pod-1." + NAME, DnsRecordType.AAAA, NameServer.address(5, "fd00::1"));
		assertThat(endpoints(this.engine, "calculator")).containsExactly("pod-0 10.0.0.1:9000", "pod-1 [fd00::1]:9001");
		List<Instance> instances = this.engine.directory()
			.watch(new ServiceName("calculator"))
			.blockFirst(SOON)
			.instances();
		assertThat(instances).extracting(Instance::weight).containsExactlyInAnyOrder(50, 1);
		assertThat(instances).extracting(Instance::priority).containsExactlyInAnyOrder(0, 1);
	}

	/** RFC 2782 knows no port 0, and a target of the root means that there is none. */
	@Test
	void aRecordThatNamesNoEndpointHidesNoOther() {
		this.names.put(SRV, DnsRecordType.SRV, NameServer.srv(5, 0, 50, 9000, "pod-0." + NAME),
				NameServer.srv(5, 0, 50, 0, "pod-1." + NAME));
		this.names.put("pod-0." + NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"));
		this.names.put("pod-1." + NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.2"));
		assertThat(endpoints(this.engine, "calculator")).containsExactly("pod-0 10.0.0.1:9000");
	}

	/** Name servers rotate them. */
	@Test
	void theOrderOfAnAnswerChangesNobodysId() {
		this.names.put(SRV, DnsRecordType.SRV, NameServer.srv(5, 0, 50, 9000, "pod-0." + NAME));
		this.names.put("pod-0." + NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"),
				NameServer.address(5, "10.0.0.2"));
		List<String> before = endpoints(this.engine, "calculator");
		this.names.put("pod-0." + NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.2"),
				NameServer.address(5, "10.0.0.1"));
		DirectoryEngine other = engine(Map.of(), AddressFamily.IPV4);
		assertThat(endpoints(other, "calculator")).isEqualTo(before);
		other.close().block(SOON);
	}

	@Test
	void theOtherFamilyIsNotAskedForInVain() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"));
		this.names.silence(DnsRecordType.AAAA);
		assertThat(endpoints(this.engine, "calculator")).containsExactly("10.0.0.1:9443 10.0.0.1:9443");
	}

	@Test
	void oneFamilyIsTakenWhereThereAreTwo() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"));
		this.names.put(NAME, DnsRecordType.AAAA, NameServer.address(5, "fd00::1"));
		assertThat(endpoints(this.engine, "calculator")).containsExactly("10.0.0.1:9443 10.0.0.1:9443");
		DirectoryEngine other = engine(Map.of(), AddressFamily.IPV6);
		assertThat(endpoints(other, "calculator")).containsExactly("-fd00::1-:9443 [fd00::1]:9443");
		other.close().block(SOON);
	}

	@Test
	void itIsAskedAgainWhenTheTimeToLiveIsOver() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(1, "10.0.0.1"));
		Seen seen = new Seen(this.engine, "calculator");
		seen.await("10.0.0.1:9443");
		int before = this.names.questions();
		this.names.put(NAME, DnsRecordType.A, NameServer.address(20, "10.0.0.2"));
		long begin = System.nanoTime();
		seen.await(Duration.ofSeconds(3), "10.0.0.2:9443");
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
		int after = this.names.questions();
		assertThat(after - before).as("one more round of SRV and A").isEqualTo(2);
		Awaitility.await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> this.names.questions() == after);
	}

	@Test
	void whatIsKnownStaysWhileTheServerFails() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(1, "10.0.0.1"));
		Seen seen = new Seen(this.engine, "calculator");
		seen.await("10.0.0.1:9443");
		this.names.failWith(DnsResponseCode.SERVFAIL);
		Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() != null);
		assertThat(this.engine.trouble()).contains("no answer for name", NAME);
		this.names.failWith(null);
		this.names.silence(true);
		Awaitility.await()
			.during(Duration.ofSeconds(2))
			.atMost(SOON)
			.until(() -> this.engine.trouble() != null && seen.ids().equals(List.of("10.0.0.1:9443")));
		this.names.silence(false);
		Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() == null);
	}

	@Test
	void aNameWithoutAddressesIsNotBelievedAtOnce() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(1, "10.0.0.1"));
		Seen seen = new Seen(this.engine, "calculator");
		seen.await("10.0.0.1:9443");
		this.names.clear();
		Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() != null);
		assertThat(this.engine.trouble()).contains("has no address any more");
		assertThat(seen.ids()).containsExactly("10.0.0.1:9443");
		seen.await(DnsWatch.DOUBT.plusSeconds(5));
		assertThat(this.engine.trouble()).isNull();
	}

	@Test
	void aNameThatNeverHadAnyIsEmpty() {
		assertThat(endpoints(this.engine, "nobody")).isEmpty();
	}

	@Test
	void aServiceWhoseNameIsNoLabelIsMapped() {
		this.names.put(NAME, DnsRecordType.A, NameServer.address(5, "10.0.0.1"));
		DirectoryEngine mapped = engine(Map.of("test.calculator", NAME), AddressFamily.IPV4);
		assertThat(endpoints(mapped, "test.calculator")).hasSize(1);
		mapped.close().block(SOON);
		try (Seen seen = new Seen(this.engine, "test.calculator")) {
			Awaitility.await().atMost(SOON).until(() -> this.engine.trouble() != null);
			assertThat(this.engine.trouble()).contains("'test.calculator'", "macula.directory.dns.services");
			assertThat(seen.count()).isZero();
		}
	}

	@Test
	void settingsThatCannotBeAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> settings("calculator", 9443, "10.0.0.1"))
			.withMessageContaining("macula.directory.dns.name 'calculator'");
		assertThatIllegalArgumentException().isThrownBy(() -> settings("{service}.x", 0, "10.0.0.1"))
			.withMessageContaining("macula.directory.dns.port '0'");
		assertThatIllegalArgumentException().isThrownBy(() -> settings("{service}.x", 1, "10.0.0.1:x"))
			.withMessageContaining("macula.directory.dns.servers '10.0.0.1:x'");
		assertThat(settings("{service}.x", 1, "10.0.0.1", "10.0.0.1:5353", "fd00::1", "[fd00::1]", "[fd00::1]:54")
			.servers()).extracting((server) -> server.getPort()).containsExactly(53, 5353, 53, 53, 54);
	}

	@Test
	void namesAndTimesThatCannotBeAreRefused() {
		refused("macula.directory.dns.services.orders 'a b'", "services.orders=a b");
		refused("macula.directory.dns.services[a/b] is of no service: Service name 'a/b'", "services[a/b]=x.y");
		refused("macula.directory.dns.services.orders 'a..b'", "services.orders=a..b");
		refused("macula.directory.dns.name '{service}..x'", "name={service}..x");
		refused("macula.directory.dns.port-name 'a b'", "port-name=a b");
		refused("macula.directory.dns.min-ttl '1ns' is not valid: expected 100ms to 1h", "min-ttl=1ns");
		refused("macula.directory.dns.timeout '2m'", "timeout=2m");
		refused("macula.directory.dns.max-ttl '500ms' is not valid: expected no less than min-ttl, 1s",
				"max-ttl=500ms");
		refused("macula.directory.dns.max-ttl", "max-ttl=36500000d");
	}

	private static void refused(String message, String setting) {
		Map<String, String> settings = new HashMap<>();
		settings.put("macula.directory.dns." + setting.substring(0, setting.indexOf('=')),
				setting.substring(setting.indexOf('=') + 1));
		DnsProperties properties = new Binder(new MapConfigurationPropertySource(settings))
			.bindOrCreate("macula.directory.dns", DnsProperties.class);
		assertThatIllegalArgumentException().isThrownBy(() -> KubernetesDirectoryAutoConfiguration.settings(properties))
			.withMessageContaining(message);
	}

	private static DnsSettings settings(String name, int port, String... servers) {
		return KubernetesDirectoryAutoConfiguration
			.settings(new DnsProperties(name, Map.of(), "macula", port, AddressFamily.IPV4, List.of(servers),
					Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(30)));
	}

}
