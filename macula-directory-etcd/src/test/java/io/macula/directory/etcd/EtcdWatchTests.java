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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.CompactOption;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Watches that are interrupted, by a real server of etcd.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
@ExtendWith(OutputCaptureExtension.class)
class EtcdWatchTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final TestNodes nodes = new TestNodes();

	private EtcdServers servers;

	private TcpGate gate;

	private DirectoryEngine provider;

	private DirectoryEngine client;

	@BeforeEach
	void start() throws Exception {
		this.servers = EtcdServers.of(1);
		String server = this.servers.addresses().get(0);
		this.gate = new TcpGate(Integer.parseInt(server.substring(server.indexOf(':') + 1)));
		this.provider = this.nodes.engine(EtcdSettings.of(this.servers.addresses()));
		this.client = this.nodes.engine(EtcdSettings.of(List.of(this.gate.address())));
	}

	@AfterEach
	void stop() throws Exception {
		this.servers.thawIfRunning(0);
		this.nodes.close();
		this.gate.close();
		this.servers.close();
	}

	@Test
	void anInterruptedWatchGoesOnWhereItWas(CapturedOutput output) {
		this.nodes.granted(this.provider, "a");
		TestNodes.Seen seen = TestNodes.watch(this.client, TestNodes.SERVICE);
		seen.awaitIds("a");
		this.gate.shut();
		Awaitility.await().atMost(SOON).until(() -> this.client.trouble() != null);
		this.nodes.granted(this.nodes.engine(EtcdSettings.of(this.servers.addresses())), "b");
		assertThat(seen.ids()).containsExactly("a");
		this.gate.open();
		seen.awaitIds("a", "b");
		Awaitility.await().atMost(SOON).until(() -> this.client.trouble() == null);
		assertThat(seen.always("a")).isTrue();
		assertThat(output).contains("etcd cannot be reached").doesNotContain("tells no more of service");
	}

	/** Together they are more than is taken as one answer. */
	@Test
	void largeValuesOfOthersHideNobody() throws Exception {
		this.nodes.granted(this.provider, "a");
		try (Client other = Client.builder().endpoints("http://" + this.servers.addresses().get(0)).build()) {
			for (int i = 0; i < 50; i++) {
				other.getKVClient()
					.put(EtcdKeys.bytes("/macula/test/test.orders/x" + i), ByteSequence.from(new byte[1_400_000]))
					.get(10, TimeUnit.SECONDS);
			}
		}
		TestNodes.Seen seen = TestNodes.watch(this.client, TestNodes.SERVICE);
		seen.awaitIds("a");
		assertThat(this.client.state().fault()).contains("50 records are skipped");
	}

	@Test
	void whatWasCompactedMeanwhileIsListedAgain() throws Exception {
		this.nodes.granted(this.provider, "a");
		DirectoryEngine other = this.nodes.engine(EtcdSettings.of(this.servers.addresses()));
		this.nodes.granted(other, "b");
		TestNodes.Seen seen = TestNodes.watch(this.client, TestNodes.SERVICE);
		seen.awaitIds("a", "b");
		this.gate.shut();
		Awaitility.await().atMost(SOON).until(() -> this.client.trouble() != null);
		other.close().block(SOON);
		this.nodes.granted(this.nodes.engine(EtcdSettings.of(this.servers.addresses())), "c");
		try (Client compacting = Client.builder().endpoints("http://" + this.servers.addresses().get(0)).build()) {
			KV store = compacting.getKVClient();
			long revision = store.put(EtcdKeys.bytes("/other"), EtcdKeys.bytes("x"))
				.get(5, TimeUnit.SECONDS)
				.getHeader()
				.getRevision();
			store.compact(revision, CompactOption.DEFAULT).get(5, TimeUnit.SECONDS);
		}
		this.gate.open();
		seen.awaitIds("a", "c");
		assertThat(seen.always("a")).isTrue();
	}

	@Test
	void troubleNamesTheServerAndTheSettingWhileItIsKilled() {
		Awaitility.await().atMost(SOON).until(() -> this.provider.trouble() == null);
		this.servers.kill(0);
		Awaitility.await().atMost(SOON).until(() -> this.provider.trouble() != null);
		assertThat(this.provider.trouble())
			.startsWith("etcd cannot be asked: server " + this.servers.addresses().get(0))
			.endsWith(": check that etcd runs there, with a majority of its members, and that"
					+ " macula.directory.etcd.endpoints names them");
	}

	/** Watches that hear of the same failure begin anew, in threads of their client. */
	@Test
	void connectionsThatBreakMakeTheirClientsLogNoException(CapturedOutput output) {
		List<DirectoryEngine> watching = new ArrayList<>();
		List<TestNodes.Seen> seen = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			DirectoryEngine engine = this.nodes.engine(EtcdSettings.of(List.of(this.gate.address())));
			watching.add(engine);
			for (int j = 0; j < 20; j++) {
				seen.add(TestNodes.watch(engine, new ServiceName("test.s" + j)));
			}
		}
		Awaitility.await().atMost(SOON).until(() -> seen.stream().allMatch((each) -> each.latest() != null));
		for (int i = 0; i < 5; i++) {
			this.gate.shut();
			Awaitility.await()
				.atMost(SOON)
				.until(() -> watching.stream().allMatch((engine) -> engine.trouble() != null));
			this.gate.open();
			Awaitility.await()
				.atMost(SOON)
				.until(() -> watching.stream().allMatch((engine) -> engine.trouble() == null));
		}
		assertThat(output).contains("etcd cannot be reached").doesNotContain("Exception");
	}

	@Test
	void whenEtcdLostItsDataThenWatchesDoNotWaitForOldRevisions() {
		this.nodes.granted(this.provider, "a");
		TestNodes.Seen seen = TestNodes.watch(this.client, TestNodes.SERVICE);
		seen.awaitIds("a");
		this.servers.wipe();
		this.nodes.granted(this.nodes.engine(EtcdSettings.of(this.servers.addresses())), "b");
		seen.awaitIds("a", "b");
	}

	/* As a paused machine does, it ends leases before it hears their nodes. */
	@Test
	void whoseLeaseIsOverWhenEtcdWakesNeverLeaves(CapturedOutput output) {
		Lease lease = this.nodes.granted(this.provider, "a");
		TestNodes.Seen seen = TestNodes.watch(this.client, TestNodes.SERVICE);
		seen.awaitIds("a");
		this.servers.freeze(0);
		long frozen = System.nanoTime();
		Awaitility.await()
			.atMost(SOON)
			.until(() -> this.client.trouble() != null && lease.state() == Lease.State.PENDING
					&& System.nanoTime() - frozen > TestNodes.LEASE.multipliedBy(2).toNanos());
		this.servers.thaw(0);
		Awaitility.await()
			.atMost(SOON)
			.until(() -> this.client.trouble() == null && lease.state() == Lease.State.GRANTED);
		Awaitility.await().atMost(SOON).until(() -> !this.client.state().selfPreservation());
		assertThat(seen.always("a")).isTrue();
		assertThat(output).contains("the session is lost: etcd does not know the lease any more");
	}

}
