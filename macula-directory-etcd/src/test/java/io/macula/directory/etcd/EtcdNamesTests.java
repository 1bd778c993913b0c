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

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.RemoteEngine;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Names of servers, and the addresses that they stand for.
 */
@Timeout(60)
class EtcdNamesTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static List<String> lookup(String server) throws Exception {
		return EtcdNames.lookup(server, TIMEOUT).get(10, TimeUnit.SECONDS);
	}

	@Test
	void addressesStandForThemselves() throws Exception {
		assertThat(lookup("10.0.0.1:2379")).containsExactly("10.0.0.1:2379");
		assertThat(lookup("[fe80::1%eth0]:2379")).containsExactly("[fe80::1%eth0]:2379");
	}

	@Test
	void aNameIsLookedUp() throws Exception {
		assertThat(lookup("localhost:2379")).contains("127.0.0.1:2379");
	}

	@Test
	void aNameThatNobodyKnowsIsTold() {
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> lookup("etcd.invalid:2379"))
			.withCauseInstanceOf(EtcdFailure.class)
			.withMessageContaining("the name service does not know 'etcd.invalid'");
	}

	@Test
	@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
	void anAddressOfIpv6Leads() throws Exception {
		try (EtcdServers servers = EtcdServers.of(1)) {
			DirectoryEngine engine = EtcdDirectory
				.engine(EtcdSettings.of(List.of("[::ffff:127.0.0.1]:" + servers.port(0))), TestNodes.REALM);
			engine.start(null);
			TestNodes.Seen seen = TestNodes.watch(engine, TestNodes.SERVICE);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> seen.latest() != null);
			engine.close().block(Duration.ofSeconds(10));
		}
	}

	@Test
	@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
	void aNameWhoseFirstAddressIsSilentLeadsToTheNext() throws Exception {
		try (EtcdServers servers = EtcdServers.of(1);
				ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			EtcdSettings settings = new EtcdSettings(List.of("etcd.test:2379"), "/macula", null, null, null,
					Duration.ofSeconds(1));
			EtcdClient client = new EtcdClient(settings, TestNodes.REALM, new TrustChanges(),
					(server) -> CompletableFuture
						.completedFuture(List.of("127.0.0.1:" + silent.getLocalPort(), servers.addresses().get(0))));
			DirectoryEngine engine = RemoteEngine.of(EtcdDirectory.TYPE, client);
			engine.start(null);
			TestNodes.Seen seen = TestNodes.watch(engine, TestNodes.SERVICE);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> seen.latest() != null);
			assertThat(engine.trouble()).isNull();
			engine.close().block(Duration.ofSeconds(10));
		}
	}

}
