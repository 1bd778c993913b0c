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

package io.macula.directory.zookeeper;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.Advertisement;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.Lease;
import io.macula.directory.Registry;
import io.macula.directory.Snapshot;
import io.macula.directory.zookeeper.ZooKeeperSettings.Access;
import io.macula.directory.zookeeper.ZooKeeperSettings.Credentials;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.server.auth.ProviderRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may read and write what, where it is, and what else stands there.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ZooKeeperAccessTests {

	private static final ServiceName SERVICE = new ServiceName("shop.orders");

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Credentials SHOP = new Credentials("shop", "opensesame");

	private final TestServer server = new TestServer();

	private final List<DirectoryEngine> engines = new ArrayList<>();

	@AfterEach
	void close() {
		this.engines.forEach((engine) -> engine.close().block());
		this.server.close();
	}

	@Test
	void whoHasTheCredentialsSeesPrivateRecords() {
		ZooKeeperSettings settings = settings().withCredentials(SHOP, Access.PRIVATE);
		Lease lease = advertise(engine("a", settings), "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		Watch watch = new Watch(engine("client", settings));
		await(() -> watch.ids().equals(List.of("a")));
		assertThat(watch.engine.obstacle()).isNull();
	}

	@Test
	void whoHasNoneIsToldSo() {
		Lease lease = advertise(engine("a", settings().withCredentials(SHOP, Access.PRIVATE)), "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.engine.obstacle() != null);
		assertThat(watch.engine.obstacle()).extracting(Status::code).isEqualTo(Code.PERMISSION_DENIED);
		assertThat(watch.engine.trouble()).contains("is not allowed to list /macula/test/shop.orders")
			.contains("macula.directory.zookeeper.username");
		assertThat(watch.snapshots).isEmpty();
	}

	@Test
	void aWrongPasswordIsToldToReadersAndWriters() {
		Lease lease = advertise(engine("a", settings().withCredentials(SHOP, Access.PRIVATE)), "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		ZooKeeperSettings wrong = settings().withCredentials(new Credentials("shop", "guess"), Access.PRIVATE);
		Watch watch = new Watch(engine("client", wrong));
		await(() -> watch.engine.obstacle() != null);
		DirectoryEngine other = engine("b", wrong);
		Lease refused = advertise(other, "b");
		await(() -> String.valueOf(other.state().fault()).contains("user 'shop' is not allowed to"));
		assertThat(refused.state()).isEqualTo(Lease.State.PENDING);
		assertThat(other.state().fault()).doesNotContain("guess");
	}

	@Test
	void readableRecordsAreSeenByEverybodyAndWrittenByNobodyElse() {
		Lease lease = advertise(engine("a", settings().withCredentials(SHOP, Access.READABLE)), "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.ids().equals(List.of("a")));
		DirectoryEngine other = engine("b", settings());
		advertise(other, "b");
		await(() -> String.valueOf(other.state().fault()).contains("nobody in particular is not allowed to"));
	}

	@Test
	void whenTheRightIsGrantedThenItGoesOn() throws Exception {
		Lease lease = advertise(engine("a", settings().withCredentials(SHOP, Access.PRIVATE)), "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.engine.obstacle() != null);
		try (CuratorFramework operator = operator("")) {
			String path = "/macula/test/shop.orders";
			operator.setACL().withACL(Ids.OPEN_ACL_UNSAFE).forPath(path + "/a");
			operator.setACL().withACL(Ids.OPEN_ACL_UNSAFE).forPath(path);
		}
		await(() -> watch.ids().equals(List.of("a")) && watch.engine.obstacle() == null);
		assertThat(watch.engine.trouble()).isNull();
	}

	@Test
	void recordsThatMayBeListedAndNotReadAreToldSo() throws Exception {
		advertise(engine("a", settings().withCredentials(SHOP, Access.PRIVATE)), "a");
		Watch allowed = new Watch(engine("client", settings().withCredentials(SHOP, Access.PRIVATE)));
		await(() -> allowed.ids().equals(List.of("a")));
		try (CuratorFramework operator = operator("")) {
			operator.setACL().withACL(Ids.OPEN_ACL_UNSAFE).forPath("/macula/test/shop.orders");
		}
		Watch watch = new Watch(engine("client2", settings()));
		await(() -> String.valueOf(watch.engine.trouble()).contains("is not allowed to read /macula/test/shop.orders"));
		assertThat(watch.snapshots).isEmpty();
	}

	@Test
	void whoWasCutOffForLongerThanItsSessionIsBackByItself() {
		try (TestProxy proxy = new TestProxy(this.server.port())) {
			DirectoryEngine provider = engine("a", ZooKeeperSettings.of(proxy.address()));
			Lease lease = advertise(provider, "a");
			Watch inside = new Watch(provider);
			Watch watch = new Watch(engine("client", settings()));
			await(() -> watch.ids().equals(List.of("a")) && inside.ids().equals(List.of("a")));
			proxy.cut();
			await(() -> watch.ids().isEmpty());
			assertThat(lease.state()).isEqualTo(Lease.State.PENDING);
			Lease other = advertise(engine("b", settings()), "b");
			await(() -> other.state() == Lease.State.GRANTED);
			assertThat(inside.ids()).containsExactly("a");
			assertThat(provider.trouble()).contains("no server of '" + proxy.address() + "' answers: check that",
					"macula.directory.zookeeper.connect-string");
			proxy.heal();
			await(() -> watch.ids().equals(List.of("a", "b")) && inside.ids().equals(List.of("a", "b")));
			await(() -> lease.state() == Lease.State.GRANTED);
			assertThat(provider.trouble()).isNull();
		}
	}

	@Test
	void aChrootIsKeptTo() throws Exception {
		try (CuratorFramework operator = operator("")) {
			operator.create().forPath("/apps");
		}
		ZooKeeperSettings settings = ZooKeeperSettings.of(this.server.address() + "/apps").withPrefix("/rpc/v1");
		Watch watch = new Watch(engine("client", settings));
		await(() -> !watch.snapshots.isEmpty());
		advertise(engine("a", settings), "a");
		await(() -> watch.ids().equals(List.of("a")));
		try (CuratorFramework operator = operator("")) {
			assertThat(operator.getChildren().forPath("/apps/rpc/v1/test/shop.orders")).containsExactly("a");
		}
	}

	@Test
	void aMissingChrootIsToldAndNothingElseIsBroken() throws Exception {
		ZooKeeperSettings settings = ZooKeeperSettings.of(this.server.address() + "/none");
		DirectoryEngine provider = engine("a", settings);
		Lease lease = advertise(provider, "a");
		await(() -> String.valueOf(provider.state().fault()).contains("/none' does not exist"));
		try (CuratorFramework operator = operator("")) {
			operator.create().forPath("/none");
		}
		await(() -> lease.state() == Lease.State.GRANTED);
	}

	/** Else it would seem that nobody serves what it watches. */
	@Test
	void aMissingChrootIsToldToWhoOnlyReads() throws Exception {
		ZooKeeperSettings settings = ZooKeeperSettings.of(this.server.address() + "/none");
		Watch watch = new Watch(engine("client", settings));
		await(() -> String.valueOf(watch.engine.trouble()).contains("/none' does not exist"));
		assertThat(watch.engine.trouble()).contains("create it", "macula.directory.zookeeper.connect-string");
		assertThat(watch.snapshots).isEmpty();
		try (CuratorFramework operator = operator("")) {
			operator.create().forPath("/none");
		}
		await(() -> !watch.snapshots.isEmpty() && watch.engine.trouble() == null);
		advertise(engine("a", settings), "a");
		await(() -> watch.ids().equals(List.of("a")));
	}

	@Test
	void whoseChrootIsMissingClosesAtOnceAndQuietly(CapturedOutput output) {
		ZooKeeperSettings settings = ZooKeeperSettings.of(this.server.address() + "/none");
		Watch watch = new Watch(engine("client", settings));
		DirectoryEngine provider = engine("a", settings);
		advertise(provider, "a");
		await(() -> String.valueOf(watch.engine.trouble()).contains("/none' does not exist"));
		await(() -> String.valueOf(provider.state().fault()).contains("/none' does not exist"));
		for (DirectoryEngine engine : List.of(watch.engine, provider)) {
			long begin = System.nanoTime();
			engine.close().block(Duration.ofSeconds(20));
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
		}
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void recordsLongerThanAnAnswerMayBeHideNobody() throws Exception {
		advertise(engine("a", settings()), "a");
		try (CuratorFramework operator = operator("")) {
			for (int i = 0; i < 3; i++) {
				operator.create()
					.creatingParentsIfNeeded()
					.forPath("/macula/test/shop.orders/x" + i, new byte[900_000]);
			}
		}
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.ids().equals(List.of("a")));
		await(() -> String.valueOf(watch.engine.state().fault()).contains("3 records are skipped"));
	}

	/** More than a client of ZooKeeper takes as one answer unless it is told to. */
	@Test
	void aListOfAnyLengthIsTaken() throws Exception {
		try (CuratorFramework operator = operator("")) {
			operator.create().creatingParentsIfNeeded().forPath("/macula/test/shop.orders");
			int others = 9_000;
			CountDownLatch created = new CountDownLatch(others);
			for (int i = 0; i < others; i++) {
				operator.create()
					.inBackground((client, event) -> created.countDown())
					.forPath("/macula/test/shop.orders/" + "x".repeat(115) + i);
			}
			assertThat(created.await(30, TimeUnit.SECONDS)).isTrue();
		}
		advertise(engine("a", settings()), "a");
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.ids().equals(List.of("a")));
	}

	/** Those that the application may use for its own calls. */
	@Test
	void closingNeedsNoneOfReactorsThreads() {
		DirectoryEngine provider = engine("a", settings());
		Lease lease = advertise(provider, "a");
		await(() -> lease.state() == Lease.State.GRANTED);
		assertThat(this.server.writingSessions()).isOne();
		CountDownLatch busy = new CountDownLatch(1);
		for (int i = 0; i < Schedulers.DEFAULT_BOUNDED_ELASTIC_SIZE; i++) {
			Schedulers.boundedElastic().schedule(() -> {
				try {
					busy.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
		}
		try {
			provider.close().block(Duration.ofSeconds(10));
			await(() -> this.server.writingSessions() == 0);
		}
		finally {
			busy.countDown();
		}
	}

	/**
	 * Such a client of ZooKeeper is of no use any more: another one must take its place.
	 */
	@Test
	void refusedCredentialsAreShownAgainAndLeaveNothingBehind() {
		String port = this.server.address().substring(this.server.address().lastIndexOf(':'));
		DirectoryEngine engine = ZooKeeperDirectory.engine(
				new DirectoryEngineFactory.Context(new Realm("test"), "a", 1, true, null, LEASE), settings(),
				(builder) -> builder.authorization("pass", "word".getBytes()));
		this.engines.add(engine);
		engine.start(null);
		Lease lease = advertise(engine, "a");
		Watch watch = new Watch(engine);
		await(() -> engine.obstacle() != null && watch.snapshots.isEmpty());
		assertThat(engine.obstacle()).extracting(Status::code).isEqualTo(Code.UNAUTHENTICATED);
		await(() -> String.valueOf(engine.state().fault()).contains("refuses the credentials"));
		try {
			System.setProperty("zookeeper.authProvider.pass", OpenAuthentication.class.getName());
			ProviderRegistry.addOrUpdateProvider("zookeeper.authProvider.pass");
			await(() -> watch.ids().equals(List.of("a")) && lease.state() == Lease.State.GRANTED);
			assertThat(engine.obstacle()).isNull();
			assertThat(engine.trouble()).isNull();
			await(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				// Those of other tests' servers end when they like.
				.filter((name) -> name.contains("-SendThread(") && name.contains(port))
				.count() == 2);
		}
		finally {
			System.clearProperty("zookeeper.authProvider.pass");
			ProviderRegistry.removeProvider("pass");
		}
	}

	@Test
	void anyNodeIdIsAPath() {
		for (String nodeId : List.of(".", "..", "a:1", "a.b_c-d")) {
			advertise(engine(nodeId, settings()), nodeId);
		}
		Watch watch = new Watch(engine("client", settings()));
		await(() -> watch.ids().equals(List.of(".", "..", "a.b_c-d", "a:1")));
		assertThat(RecordPaths.name("%2E%2E")).isEqualTo("..");
		assertThat(RecordPaths.name("%zz")).isEqualTo("%zz");
		assertThat(RecordPaths.name("%61")).as("two paths are never one node").isEqualTo("%61");
	}

	private ZooKeeperSettings settings() {
		return ZooKeeperSettings.of(this.server.address());
	}

	private CuratorFramework operator(String chroot) {
		CuratorFramework client = CuratorFrameworkFactory.builder()
			.connectString(this.server.address() + chroot)
			.retryPolicy(new RetryNTimes(3, 100))
			.authorization("digest", "shop:opensesame".getBytes())
			.build();
		client.start();
		return client;
	}

	private DirectoryEngine engine(String nodeId, ZooKeeperSettings settings) {
		DirectoryEngine engine = ZooKeeperDirectory.factory(settings)
			.create(new DirectoryEngineFactory.Context(new Realm("test"), nodeId, 1, true, null, LEASE));
		this.engines.add(engine);
		engine.start(null);
		return engine;
	}

	private static Lease advertise(DirectoryEngine engine, String nodeId) {
		Registry registry = engine.registry();
		assertThat(registry).isNotNull();
		Instance instance = new Instance(nodeId, 1, new Endpoint("10.0.0.1", 9443), null, 0, Instance.DEFAULT_WEIGHT,
				Map.of());
		return registry.advertise(new Advertisement(instance, Set.of(SERVICE), LEASE));
	}

	private static void await(Callable<Boolean> condition) {
		Awaitility.await().atMost(Duration.ofSeconds(15)).until(condition);
	}

	private static final class Watch {

		private final DirectoryEngine engine;

		private final List<Snapshot> snapshots = new CopyOnWriteArrayList<>();

		Watch(DirectoryEngine engine) {
			this.engine = engine;
			engine.directory().watch(SERVICE).subscribe(this.snapshots::add);
		}

		List<String> ids() {
			return this.snapshots.isEmpty() ? List.of("(nothing told)")
					: this.snapshots.get(this.snapshots.size() - 1)
						.instances()
						.stream()
						.map(Instance::nodeId)
						.sorted()
						.toList();
		}

	}

}
