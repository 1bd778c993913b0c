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

package io.macula.directory.etcd;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Leases that a real server of etcd grants in another way than they are wanted.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
@ExtendWith(OutputCaptureExtension.class)
class EtcdLeaseTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	@Test
	void aLeaseShorterThanEtcdGrantsIsToldOnce(CapturedOutput output) throws Exception {
		try (EtcdServers servers = EtcdServers.of(1); TestNodes nodes = new TestNodes()) {
			DirectoryEngine engine = nodes.engine(EtcdSettings.of(servers.addresses()));
			granted(engine, Duration.ofSeconds(3));
			assertThat(output).doesNotContain("macula.directory.lease");
			granted(engine, Duration.ofSeconds(2));
			granted(engine, Duration.ofSeconds(1));
			assertThat(output).containsOnlyOnce("etcd ends the lease of this node 2 s after its last sign of life")
				.containsOnlyOnce("longer than its lease of 2 s: set macula.directory.lease to 3s or more");
		}
	}

	@Test
	void aServerWithALongElectionGrantsLongerOnes(CapturedOutput output) throws Exception {
		try (EtcdServers servers = EtcdServers.of(1, "--election-timeout=5000"); TestNodes nodes = new TestNodes()) {
			granted(nodes.engine(EtcdSettings.of(servers.addresses())), Duration.ofSeconds(3));
			assertThat(output).containsOnlyOnce("etcd ends the lease of this node 8 s after its last sign of life")
				.containsOnlyOnce("longer than its lease of 3 s: set macula.directory.lease to 9s or more");
		}
	}

	private static void granted(DirectoryEngine engine, Duration lease) {
		Instance instance = new Instance("a", 1, new Endpoint("10.0.0.1", 9443), null, 0, 100, Map.of(), null);
		Lease given = Objects.requireNonNull(engine.registry())
			.advertise(new Advertisement(instance, Set.of(TestNodes.SERVICE), Map.of(), lease));
		Awaitility.await().atMost(SOON).until(() -> given.state() == Lease.State.GRANTED);
	}

}
