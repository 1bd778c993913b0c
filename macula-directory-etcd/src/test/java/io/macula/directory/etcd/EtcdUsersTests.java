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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.options.OptionsUtil;
import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.Lease;
import io.macula.directory.Snapshot;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users and what they may do, by a real server of etcd.
 */
@EnabledIf(value = EtcdServers.INSTALLED, disabledReason = "etcd is not installed (Debian's package etcd-server)")
class EtcdUsersTests {

	private static final Realm REALM = new Realm("shop");

	private static final ServiceName ORDERS = new ServiceName("shop.orders");

	private static final ServiceName STOCK = new ServiceName("shop.stock");

	private static final Duration SOON = Duration.ofSeconds(10);

	private static EtcdServers servers;

	private final List<DirectoryEngine> engines = new CopyOnWriteArrayList<>();

	@BeforeAll
	static void startServer() throws Exception {
		servers = EtcdServers.of(1);
		try (Client root = Client.builder().endpoints("http://" + servers.addresses().get(0)).build()) {
			Auth auth = root.getAuthClient();
			user(auth, "root", "root-secret");
			auth.roleAdd(EtcdKeys.bytes("root")).get();
			auth.userGrantRole(EtcdKeys.bytes("root"), EtcdKeys.bytes("root")).get();
			role(auth, "node", "/macula/shop/", Permission.Type.READWRITE);
			role(auth, "reader", "/macula/shop/shop.orders/", Permission.Type.READ);
			auth.authEnable().get();
		}
	}

	private static void user(Auth auth, String name, String password) throws Exception {
		auth.userAdd(EtcdKeys.bytes(name), EtcdKeys.bytes(password)).get();
	}

	private static void role(Auth auth, String name, String prefix, Permission.Type type) throws Exception {
		user(auth, name, name + "-secret");
		auth.roleAdd(EtcdKeys.bytes(name)).get();
		auth.roleGrantPermission(EtcdKeys.bytes(name), EtcdKeys.bytes(prefix),
				OptionsUtil.prefixEndOf(EtcdKeys.bytes(prefix)), type)
			.get();
		auth.userGrantRole(EtcdKeys.bytes(name), EtcdKeys.bytes(name)).get();
	}

	@AfterAll
	static void stopServer() {
		servers.close();
	}

	@AfterEach
	void closeAll() {
		this.engines.forEach((engine) -> engine.close().block(SOON));
	}

	private DirectoryEngine engine(EtcdSettings settings) {
		DirectoryEngine engine = EtcdDirectory.engine(settings, REALM);
		this.engines.add(engine);
		engine.start(null);
		return engine;
	}

	private static EtcdSettings settings() {
		return EtcdSettings.of(servers.addresses());
	}

	private static Lease advertise(DirectoryEngine engine) {
		Instance instance = new Instance("a", 1, new Endpoint("10.0.0.1", 9443), null, 0, 100, Map.of(), null);
		return Objects.requireNonNull(engine.registry())
			.advertise(new Advertisement(instance, Set.of(ORDERS, STOCK), Map.of(), Duration.ofSeconds(3)));
	}

	@Test
	void whoMayReadOneServiceOnlyWatchesThatOne() {
		DirectoryEngine provider = engine(settings().withUser("node", "node-secret"));
		Lease lease = advertise(provider);
		Awaitility.await().atMost(SOON).until(() -> lease.state() == Lease.State.GRANTED);
		DirectoryEngine client = engine(settings().withUser("reader", "reader-secret"));
		List<Snapshot> seen = new CopyOnWriteArrayList<>();
		client.directory().watch(ORDERS).subscribe(seen::add);
		Awaitility.await()
			.atMost(SOON)
			.until(() -> !seen.isEmpty() && seen.get(seen.size() - 1).instances().size() == 1);
		assertThat(client.trouble()).isNull();
		assertThat(client.obstacle()).isNull();
	}

	@Test
	void whoMayNotReadSaysWhichPermissionIsMissing() {
		DirectoryEngine client = engine(settings().withUser("reader", "reader-secret"));
		client.directory().watch(STOCK).subscribe();
		Awaitility.await().atMost(SOON).until(() -> client.obstacle() != null);
		assertThat(Objects.requireNonNull(client.obstacle()).code()).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(client.trouble())
			.contains("user 'reader'", "grant-permission ROLE read --prefix=true '/macula/shop/shop.stock/'")
			.doesNotContain("write");
	}

	@Test
	void whoMayNotWriteSaysWhichPermissionIsMissing() {
		DirectoryEngine provider = engine(settings().withUser("reader", "reader-secret"));
		advertise(provider);
		Awaitility.await()
			.atMost(SOON)
			.until(() -> provider.state().toString().contains("grant-permission ROLE readwrite --prefix=true"));
	}

	@Test
	void wrongPasswordIsAnObstacle() {
		DirectoryEngine client = engine(settings().withUser("node", "wrong"));
		client.directory().watch(ORDERS).subscribe();
		Awaitility.await().atMost(SOON).until(() -> client.obstacle() != null);
		assertThat(Objects.requireNonNull(client.obstacle()).code()).isEqualTo(Code.UNAUTHENTICATED);
		assertThat(Objects.requireNonNull(client.obstacle()).message())
			.contains("user 'node'", "macula.directory.etcd.password")
			.doesNotContain("wrong\"", "node-secret");
		assertThat(client.trouble()).contains("refuses user 'node'");
	}

	@Test
	void noUserWhereOneIsWantedIsAnObstacle() {
		DirectoryEngine client = engine(settings());
		client.directory().watch(ORDERS).subscribe();
		Awaitility.await().atMost(SOON).until(() -> client.obstacle() != null);
		assertThat(client.trouble()).contains("set macula.directory.etcd.username");
	}

}
