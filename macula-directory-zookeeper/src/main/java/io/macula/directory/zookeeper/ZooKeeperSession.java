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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.macula.ServiceName;
import io.macula.directory.RecordStore.Held;
import io.macula.directory.RecordStore.Listener;
import io.macula.directory.RecordStore.Session;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.api.CuratorEventType;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One session of ZooKeeper with a connection of its own, and the ephemeral nodes that are
 * bound to it. Safe for all threads.
 */
final class ZooKeeperSession implements Session {

	private final ZooKeeperClients clients;

	private final RecordPaths paths;

	private final Listener listener;

	private final CuratorFramework curator;

	private final AtomicBoolean opened = new AtomicBoolean();

	private final Mono<Void> closing;

	/** As ZooKeeper knows it; other than before once it expired. */
	private volatile long sessionId;

	ZooKeeperSession(ZooKeeperClients clients, RecordPaths paths, Duration timeout, Listener listener) {
		this.clients = clients;
		this.paths = paths;
		this.listener = listener;
		this.curator = clients.create(timeout);
		this.closing = ZooKeeperClients.close(this.curator);
	}

	/**
	 * Connect.
	 * @param granted is told how long the session lasts without a sign of life
	 * @param refused is told if it never will be
	 */
	void open(Consumer<Duration> granted, Consumer<Throwable> refused) {
		this.curator.getCuratorListenable().addListener((client, event) -> heard(event, granted, refused));
		this.curator.start();
	}

	private void heard(CuratorEvent event, Consumer<Duration> granted, Consumer<Throwable> refused) throws Exception {
		WatchedEvent watched = event.getWatchedEvent();
		if (event.getType() != CuratorEventType.WATCHED || watched.getType() != EventType.None) {
			return;
		}
		switch (watched.getState()) {
			case SyncConnected -> {
				ZooKeeper connected = this.curator.getZookeeperClient().getZooKeeper();
				this.sessionId = connected.getSessionId();
				if (this.opened.compareAndSet(false, true)) {
					granted.accept(Duration.ofMillis(connected.getSessionTimeout()));
				}
				else {
					this.listener.resumed();
				}
			}
			case Disconnected -> {
				if (this.opened.get()) {
					this.listener.suspended(text(Code.CONNECTIONLOSS, "connect", this.paths.root()));
				}
			}
			case Expired -> this.listener.lost("it expired");
			case AuthFailed -> {
				String reason = text(Code.AUTHFAILED, "connect", this.paths.root());
				refused.accept(new IllegalStateException(reason));
				this.listener.lost(reason);
			}
			default -> {
			}
		}
	}

	@Override
	public Mono<Held> read(ServiceName service, String nodeId) {
		String path = this.paths.of(service, nodeId);
		return ask("read", path, (callback) -> this.curator.getData().inBackground(callback).forPath(path),
				(event, sink) -> {
					switch (Code.get(event.getResultCode())) {
						case OK -> {
							byte[] record = (event.getData() != null) ? event.getData() : new byte[0];
							sink.success(new Held(record, event.getStat().getEphemeralOwner() == this.sessionId,
									event.getStat().getVersion()));
						}
						case NONODE -> sink.success();
						default -> fail(event, "read", path, sink);
					}
				});
	}

	@Override
	public Mono<Boolean> put(ServiceName service, String nodeId, byte[] record, Held expected) {
		String path = this.paths.of(service, nodeId);
		if (expected == Held.NONE) {
			return write(path, false,
					(callback) -> this.curator.create()
						.creatingParentContainersIfNeeded()
						.withMode(CreateMode.EPHEMERAL)
						.inBackground(callback)
						.forPath(path, record));
		}
		int version = (Integer) expected.version();
		if (expected.bound()) {
			return write(path, true,
					(callback) -> this.curator.setData()
						.withVersion(version)
						.inBackground(callback)
						.forPath(path, record));
		}
		/* Whom a node belongs to never changes: another one takes its place. */
		return write(path, true, (callback) -> this.curator.transaction()
			.inBackground(callback)
			.forOperations(this.curator.transactionOp().delete().withVersion(version).forPath(path),
					this.curator.transactionOp().create().withMode(CreateMode.EPHEMERAL).forPath(path, record)));
	}

	private Mono<Boolean> write(String path, boolean replacing, Question question) {
		return ask("write", path, question, (event, sink) -> {
			Code code = Code.get(event.getResultCode());
			if (code == Code.OK) {
				sink.success(true);
			}
			else if (code == Code.NODEEXISTS || code == Code.BADVERSION || (code == Code.NONODE && replacing)) {
				sink.success(false);
			}
			else {
				fail(event, "write", path, sink);
			}
		});
	}

	@Override
	public Mono<Void> delete(ServiceName service, String nodeId) {
		String path = this.paths.of(service, nodeId);
		return read(service, nodeId).filter(Held::bound)
			.flatMap((held) -> ask("delete", path,
					(callback) -> this.curator.delete()
						.withVersion((Integer) held.version())
						.inBackground(callback)
						.forPath(path),
					(event, sink) -> {
						Code code = Code.get(event.getResultCode());
						if (code == Code.OK || code == Code.NONODE) {
							sink.success();
						}
						else {
							fail(event, "delete", path, sink);
						}
					}));
	}

	@Override
	public Mono<Void> close() {
		return this.closing;
	}

	private <T> Mono<T> ask(String action, String path, Question question, Answer<T> answer) {
		return Mono.create((sink) -> {
			try {
				question.ask((client, event) -> answer.given(event, sink));
			}
			catch (Exception ex) {
				sink.error(new IllegalStateException("cannot " + action + " " + path + ": " + ex.getMessage(), ex));
			}
		});
	}

	private void fail(CuratorEvent event, String action, String path, MonoSink<?> sink) {
		Code code = Code.get(event.getResultCode());
		sink.error(new IllegalStateException(text(code, action, path), KeeperException.create(code, path)));
	}

	private String text(Code code, String action, String path) {
		return ZooKeeperFaults.text(code, action, path, this.clients.settings());
	}

	/**
	 * Something that is asked in the background.
	 */
	private interface Question {

		void ask(BackgroundCallback callback) throws Exception;

	}

	/**
	 * What becomes of the answer.
	 */
	private interface Answer<T> {

		void given(CuratorEvent event, MonoSink<T> sink);

	}

}
