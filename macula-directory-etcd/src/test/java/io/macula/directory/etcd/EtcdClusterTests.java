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
import java.util.stream.IntStream;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three real servers of etcd, some of which fail.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
class EtcdClusterTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final TestNodes nodes = new TestNodes();

	private EtcdServers servers;

	@BeforeEach
	void start() throws Exception {
		this.servers = EtcdServers.of(3);
	}

	@AfterEach
	void stop() {
		IntStream.range(0, 3).forEach(this.servers::thawIfRunning);
		this.nodes.close();
		this.servers.close();
	}

	private EtcdSettings settings() {
		return EtcdSettings.of(this.servers.addresses());
	}

	@Test
	void aKilledLeaderTakesNobodyAway() {
		survives(() -> this.servers.kill(this.servers.leader()));
	}

	/* It keeps its connections, and answers nothing. */
	@Test
	void aSilentLeaderTakesNobodyAway() {
		survives(() -> this.servers.freeze(this.servers.leader()));
	}

	private void survives(Runnable failure) {
		DirectoryEngine provider = this.nodes.engine(settings());
		DirectoryEngine client = this.nodes.engine(settings());
		Lease lease = this.nodes.granted(provider, "a");
		TestNodes.Seen seen = TestNodes.watch(client, TestNodes.SERVICE);
		seen.awaitIds("a");
		failure.run();
		this.nodes.granted(this.nodes.engine(settings()), "b");
		seen.awaitIds("a", "b");
		Awaitility.await().atMost(SOON).until(() -> lease.state() == Lease.State.GRANTED && client.trouble() == null);
		assertThat(seen.always("a")).isTrue();
	}

	@Test
	void withoutAMajorityWhatIsKnownStaysAndComesBack() {
		DirectoryEngine provider = this.nodes.engine(settings());
		DirectoryEngine client = this.nodes.engine(settings());
		Lease lease = this.nodes.granted(provider, "a");
		TestNodes.Seen seen = TestNodes.watch(client, TestNodes.SERVICE);
		seen.awaitIds("a");
		this.servers.kill(0);
		this.servers.kill(1);
		Awaitility.await().atMost(SOON).until(() -> client.trouble() != null && lease.state() == Lease.State.PENDING);
		assertThat(seen.ids()).containsExactly("a");
		Awaitility.await()
			.atMost(SOON)
			.untilAsserted(() -> assertThat(client.state().toString()).contains("no leader"));
		this.servers.start(0);
		this.servers.start(1);
		Awaitility.await().atMost(SOON).until(() -> client.trouble() == null && lease.state() == Lease.State.GRANTED);
		assertThat(seen.always("a")).isTrue();
	}

}
