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

import java.util.List;

import io.macula.directory.AdvertisementRecord;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.KeeperException.Code;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The records of all services of a realm, read once. Immutable.
 */
final class AllRecords {

	/** Questions that are on their way at once. */
	private static final int AT_ONCE = 64;

	/** Whoever writes more than these is not read to the end. */
	private static final int MOST = 100_000;

	private final CuratorFramework curator;

	private final RecordPaths paths;

	private final ZooKeeperSettings settings;

	AllRecords(CuratorFramework curator, RecordPaths paths, ZooKeeperSettings settings) {
		this.curator = curator;
		this.paths = paths;
		this.settings = settings;
	}

	/**
	 * Read them.
	 * @return those that are valid and do not depart; fails if ZooKeeper cannot be asked,
	 * or does not show what the realm has
	 */
	Mono<List<AdvertisementRecord>> read() {
		return children(this.paths.root()).flatMap((service) -> children(this.paths.root() + "/" + service)
			.flatMap((node) -> record(service, node), AT_ONCE), 1).take(MOST).collectList();
	}

	private Flux<String> children(String path) {
		return ask("list", path, (callback) -> this.curator.getChildren().inBackground(callback).forPath(path))
			.flatMapIterable(CuratorEvent::getChildren);
	}

	private Mono<AdvertisementRecord> record(String service, String node) {
		String path = this.paths.root() + "/" + service + "/" + node;
		return ask("read", path, (callback) -> this.curator.getData().inBackground(callback).forPath(path)).mapNotNull(
				(event) -> AdvertisementRecord.present((event.getData() != null) ? event.getData() : new byte[0],
						RecordPaths.name(service), RecordPaths.name(node)));
	}

	/** What is not there, or must not be seen, is no answer. */
	private Mono<CuratorEvent> ask(String action, String path, Question question) {
		return Mono.create((sink) -> {
			if (!this.curator.getZookeeperClient().isConnected()) {
				sink.error(new IllegalStateException(this.settings.unreachable()));
				return;
			}
			try {
				question.ask((client, event) -> {
					Code code = Code.get(event.getResultCode());
					switch (code) {
						case OK -> sink.success(event);
						case NONODE -> sink.success();
						// Of one service, while the realm itself could be listed.
						case NOAUTH -> {
							if (path.equals(this.paths.root())) {
								sink.error(new IllegalStateException(
										ZooKeeperFaults.text(code, action, path, this.settings)));
							}
							else {
								sink.success();
							}
						}
						default -> sink
							.error(new IllegalStateException(ZooKeeperFaults.text(code, action, path, this.settings)));
					}
				});
			}
			catch (Exception ex) {
				sink.error(new IllegalStateException("cannot " + action + " " + path + ": " + ex.getMessage(), ex));
			}
		});
	}

	/**
	 * Something that is asked in the background.
	 */
	@FunctionalInterface
	private interface Question {

		void ask(BackgroundCallback callback) throws Exception;

	}

}
