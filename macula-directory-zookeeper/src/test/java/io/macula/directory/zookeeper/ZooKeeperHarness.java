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

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.tck.DirectoryHarness;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;

/**
 * A server within the test, and a network of its own for each node.
 */
final class ZooKeeperHarness implements DirectoryHarness {

	private static final Realm REALM = new Realm("tck");

	private final TestServer server = new TestServer();

	private final Map<DirectoryEngine, TestProxy> proxies = new HashMap<>();

	private final Map<String, AtomicLong> reads = new ConcurrentHashMap<>();

	private final List<AutoCloseable> opened = new ArrayList<>();

	@Override
	public DirectoryEngine engine(Node node) {
		TestProxy proxy = new TestProxy(this.server.port());
		this.opened.add(proxy);
		DirectoryEngine engine = ZooKeeperDirectory
			.factory(ZooKeeperSettings.of(proxy.address()), (builder) -> builder.zookeeperFactory(new Counting()))
			.create(new DirectoryEngineFactory.Context(REALM, node.nodeId(), node.incarnation(), node.provider(), null,
					node.lease()));
		this.proxies.put(engine, proxy);
		return engine;
	}

	@Override
	public void kill(DirectoryEngine engine) {
		this.proxies.get(engine).tear();
	}

	@Override
	public void cut() {
		this.server.stop();
	}

	@Override
	public void restore() {
		this.server.start();
	}

	@Override
	public void wipe() {
		this.server.wipe();
	}

	@Override
	public void write(ServiceName service, String nodeId, byte[] record) {
		try (CuratorFramework client = CuratorFrameworkFactory.newClient(this.server.address(),
				new RetryNTimes(3, 100))) {
			client.start();
			client.create()
				.creatingParentContainersIfNeeded()
				.forPath("/macula/tck/" + service.value() + "/" + nodeId, record);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public long reads(ServiceName service) {
		return this.reads.computeIfAbsent(service.value(), (name) -> new AtomicLong()).get();
	}

	@Override
	public int leases() {
		return this.server.writingSessions();
	}

	@Override
	public void close() throws Exception {
		for (AutoCloseable closed : this.opened) {
			closed.close();
		}
		this.server.close();
	}

	/**
	 * Clients that count the records that they read.
	 */
	private final class Counting implements ZookeeperFactory {

		@Override
		public ZooKeeper newZooKeeper(String connectString, int sessionTimeout, Watcher watcher, boolean canBeReadOnly)
				throws Exception {
			throw new UnsupportedOperationException("without a configuration");
		}

		@Override
		public ZooKeeper newZooKeeper(String connectString, int sessionTimeout, Watcher watcher, boolean canBeReadOnly,
				ZKClientConfig zkClientConfig) throws IOException {
			return new ZooKeeper(connectString, sessionTimeout, watcher, canBeReadOnly, zkClientConfig) {

				@Override
				public void multi(Iterable<Op> ops, MultiCallback callback, Object context) {
					ops.forEach((op) -> ZooKeeperHarness.this.reads
						.computeIfAbsent(op.getPath().split("/")[3], (name) -> new AtomicLong())
						.incrementAndGet());
					super.multi(ops, callback, context);
				}

			};
		}

	}

}
