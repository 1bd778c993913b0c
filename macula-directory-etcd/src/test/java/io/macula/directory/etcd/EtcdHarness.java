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

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.macula.Realm;
import io.macula.ServiceName;
import io.macula.directory.DirectoryEngine;
import io.macula.directory.RemoteEngine;
import io.macula.directory.tck.DirectoryHarness;

/**
 * One real server of etcd.
 */
final class EtcdHarness implements DirectoryHarness {

	private static final Realm REALM = new Realm("tck");

	private final EtcdServers servers = EtcdServers.of(1);

	private final EtcdSettings settings = EtcdSettings.of(this.servers.addresses());

	private final Map<DirectoryEngine, EtcdClient> clients = new ConcurrentHashMap<>();

	EtcdHarness() throws IOException {
	}

	@Override
	public DirectoryEngine engine(Node node) {
		EtcdClient client = new EtcdClient(this.settings, REALM);
		DirectoryEngine engine = RemoteEngine.of(EtcdDirectory.TYPE, client);
		this.clients.put(engine, client);
		return engine;
	}

	@Override
	public Map<Ability, String> lacks() {
		return Map.of(Ability.READS,
				"etcd does not count reads by key; EtcdUsersTests watches a service with a user who may read no other");
	}

	/* Its keep-alive ends, and nothing is revoked. */
	@Override
	public void kill(DirectoryEngine engine) {
		EtcdClient client = this.clients.get(engine);
		if (client != null) {
			client.close().block(Duration.ofSeconds(5));
		}
	}

	@Override
	public void cut() {
		this.servers.killAll();
	}

	@Override
	public void restore() {
		this.servers.startAll();
	}

	@Override
	public void wipe() {
		this.servers.wipe();
	}

	@Override
	public void write(ServiceName service, String nodeId, byte[] record) {
		try (Client client = Client.builder().endpoints("http://" + this.servers.addresses().get(0)).build()) {
			client.getKVClient()
				.put(EtcdKeys.of(this.settings.prefix(), REALM).record(service, nodeId), ByteSequence.from(record))
				.get(10, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public int leases() {
		return this.servers.leases();
	}

	@Override
	public void close() {
		this.servers.close();
	}

}
