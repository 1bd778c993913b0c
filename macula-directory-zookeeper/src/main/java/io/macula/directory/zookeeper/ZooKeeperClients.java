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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import reactor.core.publisher.Mono;

/**
 * Makes the clients of Curator, all in the same way. Immutable.
 *
 * @param settings where the ensemble is and how it is talked to
 * @param customizer has the last word
 */
record ZooKeeperClients(ZooKeeperSettings settings, Consumer<CuratorFrameworkFactory.Builder> customizer) {

	private static final int CONNECTION_TIMEOUT_MILLIS = 5_000;

	private static final int RETRIES = 2;

	private static final int RETRY_PAUSE_MILLIS = 100;

	private static final int LONGEST_ANSWER = 32 * 1024 * 1024;

	/**
	 * A client that is not started yet. Curator takes its session for expired when that
	 * time has passed without a connection, and begins another one as soon as it can.
	 * @param session how long it lasts without a sign of life
	 */
	CuratorFramework create(Duration session) {
		int millis = (int) Math.min(session.toMillis(), Integer.MAX_VALUE);
		CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
			.connectString(this.settings.connectString())
			.ensembleTracker(false)
			.sessionTimeoutMs(millis)
			.connectionTimeoutMs(Math.min(millis, CONNECTION_TIMEOUT_MILLIS))
			.retryPolicy(new RetryNTimes(RETRIES, RETRY_PAUSE_MILLIS))
			.aclProvider(new OneAcl(acl(this.settings.access())))
			.zkClientConfig(config());
		ZooKeeperSettings.Credentials credentials = this.settings.credentials();
		if (credentials != null) {
			builder.authorization("digest",
					(credentials.username() + ":" + credentials.password()).getBytes(StandardCharsets.UTF_8));
		}
		this.customizer.accept(builder);
		return builder.build();
	}

	/*
	 * A list of ten thousand node ids may be longer than a client takes by default, and
	 * who cannot take an answer loses its connection, again each time it asks.
	 */
	private ZKClientConfig config() {
		ZKClientConfig config = new ZKClientConfig();
		int most = config.getInt(ZKConfig.JUTE_MAXBUFFER, ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT);
		config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(Math.max(most, LONGEST_ANSWER)));
		this.settings.clientProperties().forEach(config::setProperty);
		return config;
	}

	private static List<ACL> acl(ZooKeeperSettings.Access access) {
		return switch (access) {
			case OPEN -> Ids.OPEN_ACL_UNSAFE;
			case PRIVATE -> Ids.CREATOR_ALL_ACL;
			case READABLE -> {
				List<ACL> both = new ArrayList<>(Ids.CREATOR_ALL_ACL);
				both.addAll(Ids.READ_ACL_UNSAFE);
				/*
				 * Not List.copyOf: ZooKeeper asks such a list whether it contains null.
				 */
				yield Collections.unmodifiableList(both);
			}
		};
	}

	/**
	 * Close a client; it waits for the ensemble.
	 * @return completes when nothing of it is left, and goes on if nobody waits for that
	 */
	static Mono<Void> close(CuratorFramework client) {
		return onOwnThread("macula-close-zookeeper", client::close).cache();
	}

	/**
	 * Run what waits for the ensemble, on a thread that nobody else uses: the application
	 * may occupy those that Reactor has for it. Cancelling does not end it.
	 * @param name of the thread
	 * @param task what waits
	 */
	static Mono<Void> onOwnThread(String name, Task task) {
		return Mono.create((sink) -> {
			Thread thread = new Thread(() -> {
				try {
					task.run();
					sink.success();
				}
				catch (Exception | Error ex) {
					sink.error(ex);
				}
			}, name);
			thread.setDaemon(true);
			thread.start();
		});
	}

	/**
	 * What may wait, and fail.
	 */
	interface Task {

		void run() throws Exception;

	}

	/**
	 * The session that is asked for so that a record is gone within the lease: a server
	 * rounds the end of a session up to its next tick, and watchers have to read then.
	 */
	static Duration session(Duration lease) {
		return lease.minus(lease.dividedBy(4));
	}

	/**
	 * One list for all paths.
	 */
	private record OneAcl(List<ACL> acl) implements ACLProvider {

		@Override
		public List<ACL> getDefaultAcl() {
			return this.acl;
		}

		@Override
		public List<ACL> getAclForPath(String path) {
			return this.acl;
		}

	}

}
