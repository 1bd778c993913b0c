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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.macula.Code;
import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.AdvertisementRecord;
import io.macula.directory.EngineClient;
import io.macula.directory.RecordStore;
import io.macula.directory.WatchedService;
import io.macula.directory.WatchedServices;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * Client of an ensemble: one connection for all that is watched, and one with a session
 * of its own for what this node advertises (see {@link ZooKeeperStore}). Curator connects
 * again by itself; what is watched is listed anew each time, since ZooKeeper does not
 * tell persistent watches what they missed.
 */
final class ZooKeeperClient implements EngineClient {

	/** Without a connection after this time, the ensemble is said to be out of reach. */
	private static final Duration FIRST_CONNECTION = Duration.ofSeconds(4);

	/** Until credentials that were refused are shown again. */
	private static final Duration AGAIN = Duration.ofSeconds(5);

	/** Longer than until the next attempt. */
	private static final Duration REFUSAL = Duration.ofSeconds(10);

	private final ZooKeeperClients clients;

	private final RecordPaths paths;

	private final CuratorFramework curator;

	private final ZooKeeperStore store;

	private final Map<ServiceName, ServiceRecords> watches = new ConcurrentHashMap<>();

	private final Map<ServiceName, Refusal> refusals = new ConcurrentHashMap<>();

	private final Disposable.Swap waiting = Disposables.swap();

	/** A pause after credentials were refused. */
	private final Disposable.Swap again = Disposables.swap();

	private volatile @Nullable WatchedServices services;

	private volatile String state = "not connected";

	private volatile @Nullable Status refusal;

	ZooKeeperClient(ZooKeeperClients clients, RecordPaths paths, Duration lease) {
		this.clients = clients;
		this.paths = paths;
		this.curator = clients.create(ZooKeeperClients.session(lease));
		this.store = new ZooKeeperStore(clients, paths);
	}

	@Override
	public void start(WatchedServices watchedServices) {
		this.services = watchedServices;
		this.waiting.update(Mono.delay(FIRST_CONNECTION).subscribe((tick) -> watchedServices.lost(unreachable())));
		this.curator.getCuratorListenable().addListener((client, event) -> heard(event));
		this.curator.start();
	}

	/* The thread of the connection: what it says comes in the order in which it was. */
	private void heard(CuratorEvent event) {
		WatchedEvent watched = event.getWatchedEvent();
		WatchedServices told = this.services;
		if (event.getType() != CuratorEventType.WATCHED || watched.getType() != EventType.None || told == null) {
			return;
		}
		switch (watched.getState()) {
			case SyncConnected -> {
				this.waiting.dispose();
				this.state = "connected";
				this.refusal = null;
				told.heard();
				this.watches.values().forEach(this::list);
			}
			case Disconnected -> {
				this.state = "not connected";
				told.lost(unreachable());
			}
			case AuthFailed -> {
				this.state = "refused";
				String reason = ZooKeeperFaults.text(KeeperException.Code.AUTHFAILED, "connect", this.paths.root(),
						this.clients.settings());
				this.refusal = Status.notProcessed(Code.UNAUTHENTICATED, reason);
				told.lost(reason);
				connectAgain();
			}
			case Expired -> {
				if (!this.curator.getZookeeperClient().isConnected()) {
					this.state = "not connected";
					told.lost(unreachable());
				}
			}
			default -> {
			}
		}
	}

	/* A client of ZooKeeper that was refused once never connects again by itself. */
	private void connectAgain() {
		this.again.update(Mono.delay(AGAIN)
			.then(ZooKeeperClients.onOwnThread("macula-connect-zookeeper", this.curator.getZookeeperClient()::reset))
			.subscribe(null, (error) -> connectAgain()));
	}

	private String unreachable() {
		return this.clients.settings().unreachable();
	}

	@Override
	public Disposable watch(WatchedService watched) {
		ServiceRecords records = new ServiceRecords(this, watched, this.paths.of(watched.service()));
		this.watches.put(watched.service(), records);
		list(records);
		return () -> {
			this.watches.remove(watched.service(), records);
			records.dispose();
		};
	}

	/* Without a connection it is done once there is one. */
	private void list(ServiceRecords records) {
		if (!this.curator.getZookeeperClient().isConnected()) {
			return;
		}
		ZooKeeper connected;
		try {
			connected = this.curator.getZookeeperClient().getZooKeeper();
		}
		catch (Exception ex) {
			records.fail("the client is not usable: " + ex);
			return;
		}
		records.list(connected);
	}

	/** What a watch is told when ZooKeeper refuses something. */
	String refused(ServiceName service, KeeperException.Code code, String action, String path) {
		String reason = ZooKeeperFaults.text(code, action, path, this.clients.settings());
		if (ZooKeeperFaults.refused(code)) {
			this.refusals.put(service,
					new Refusal(Status.notProcessed(Code.PERMISSION_DENIED, reason), System.nanoTime()));
		}
		return reason;
	}

	/** A watch was told all there is. */
	void allowed(ServiceName service) {
		this.refusals.remove(service);
	}

	@Override
	public boolean readsAll() {
		return true;
	}

	@Override
	public Mono<List<AdvertisementRecord>> all() {
		return new AllRecords(this.curator, this.paths, this.clients.settings()).read();
	}

	@Override
	public RecordStore store() {
		return this.store;
	}

	@Override
	public Mono<Void> close() {
		this.waiting.dispose();
		this.again.dispose();
		return ZooKeeperClients.close(this.curator);
	}

	@Override
	public String hint() {
		return "ZooKeeper at " + this.clients.settings().connectString() + ", path " + this.paths.root();
	}

	@Override
	public Map<String, String> servers() {
		return Map.of(this.clients.settings().connectString(), this.state);
	}

	@Override
	public @Nullable Status obstacle() {
		Status present = this.refusal;
		return (present != null) ? present
				: this.refusals.values().stream().filter(Refusal::holds).findFirst().map(Refusal::status).orElse(null);
	}

	/**
	 * What ZooKeeper did not allow; said again at each further attempt, of which there is
	 * one every few seconds while anybody watches the service.
	 */
	private record Refusal(Status status, long nanos) {

		boolean holds() {
			return System.nanoTime() - this.nanos < REFUSAL.toNanos();
		}

	}

}
