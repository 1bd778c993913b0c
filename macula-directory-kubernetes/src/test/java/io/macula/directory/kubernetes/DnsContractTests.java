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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.RemoteEngine;
import io.macula.directory.tck.DirectoryContractTests;
import io.macula.directory.tck.DirectoryHarness;
import io.netty.handler.codec.dns.DnsRecordType;

/**
 * What every engine must do, of the engine {@code dns} against a name server of the test.
 */
class DnsContractTests extends DirectoryContractTests {

	@Override
	protected DirectoryHarness open() {
		return new Harness();
	}

	/** Plays the name server of a cluster. */
	static final class Harness implements DirectoryHarness {

		private static final String DOMAIN = ".shop.svc.cluster.local.";

		private final NameServer names = new NameServer();

		/** Pods by service. */
		private final Map<String, Map<String, String>> pods = new TreeMap<>();

		@Override
		public DirectoryEngine engine(Node node) {
			return RemoteEngine.of("dns", new DnsClient(new DnsSettings("{service}" + DOMAIN,
					Map.of("tck.calculator", "calculator" + DOMAIN, "tck.other", "other" + DOMAIN, "tck.nobody",
							"nobody" + DOMAIN),
					"macula", 9443, AddressFamily.IPV4, List.of(this.names.address()), Duration.ofMillis(500),
					Duration.ofMillis(100), Duration.ofSeconds(30))));
		}

		@Override
		public Map<Ability, String> lacks() {
			Map<Ability, String> lacks = new EnumMap<>(Ability.class);
			lacks.put(Ability.REGISTRY, "a name service is told of pods by Kubernetes");
			lacks.put(Ability.EXPIRY, "a name service knows no leases");
			lacks.put(Ability.WIPE, "nodes write nothing that they could write again");
			lacks.put(Ability.FOREIGN_RECORDS, "a name service holds no records of nodes");
			lacks.put(Ability.READS, "each name is asked for by itself");
			lacks.put(Ability.LEASES, "a name service knows no leases");
			lacks.put(Ability.INCARNATIONS, "a name service does not know the incarnation of a process");
			lacks.put(Ability.DETAILS, "a name holds addresses and ports only");
			lacks.put(Ability.ALL, "a name service is asked for names that one knows");
			lacks.put(Ability.SELF_PRESERVATION, "an answer does not tell who left from who was lost");
			lacks.put(Ability.CLOSE, "that nobody is left is believed after 15 s, see DnsClientTests");
			return lacks;
		}

		@Override
		public AutoCloseable publish(Advertisement advertisement) {
			String pod = advertisement.instance().nodeId();
			List<String> services = new ArrayList<>();
			for (ServiceName service : advertisement.services()) {
				services.add(service.value().substring("tck.".length()));
			}
			services.forEach((service) -> pods(service).put(pod, advertisement.instance().endpoint().host()));
			services.forEach(this::serve);
			return () -> {
				services.forEach((service) -> pods(service).remove(pod));
				services.forEach(this::serve);
			};
		}

		private Map<String, String> pods(String service) {
			return this.pods.computeIfAbsent(service, (name) -> new TreeMap<>());
		}

		private void serve(String service) {
			List<NameServer.Data> targets = new ArrayList<>();
			int port = 9443;
			for (Map.Entry<String, String> pod : pods(service).entrySet()) {
				String target = pod.getKey() + "." + service + DOMAIN;
				this.names.put(target, DnsRecordType.A, NameServer.address(0, pod.getValue()));
				targets.add(NameServer.srv(0, 0, 10, port++, target));
			}
			this.names.put("_macula._udp." + service + DOMAIN, DnsRecordType.SRV,
					targets.toArray(NameServer.Data[]::new));
		}

		@Override
		public void cut() {
			this.names.silence(true);
		}

		@Override
		public void restore() {
			this.names.silence(false);
		}

		@Override
		public void close() {
			this.names.close();
		}

	}

}
