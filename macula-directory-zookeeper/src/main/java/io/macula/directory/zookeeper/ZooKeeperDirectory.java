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

import java.util.function.Consumer;

import io.macula.directory.DirectoryEngine;
import io.macula.directory.DirectoryEngineFactory;
import io.macula.directory.RemoteEngine;
import org.apache.curator.framework.CuratorFrameworkFactory;

/**
 * Directories that are kept by an ensemble of ZooKeeper: each node has a session there,
 * to which its advertisements are bound, and watches the services that it uses. Needs
 * ZooKeeper 3.6 or later.
 */
public final class ZooKeeperDirectory {

	/** What {@code macula.directory.type} says for it. */
	public static final String TYPE = "zookeeper";

	private ZooKeeperDirectory() {
	}

	/**
	 * A factory of such directories.
	 * @param settings where the ensemble is and how it is talked to
	 * @return a factory that holds nothing open
	 */
	public static DirectoryEngineFactory factory(ZooKeeperSettings settings) {
		return factory(settings, (builder) -> {
		});
	}

	/**
	 * A factory of such directories with clients of the caller's taste.
	 * @param settings where the ensemble is and how it is talked to
	 * @param customizer sees the builder of each client of Curator when all that is
	 * settled by {@code settings} is in it; what it changes counts
	 * @return a factory that holds nothing open
	 */
	public static DirectoryEngineFactory factory(ZooKeeperSettings settings,
			Consumer<CuratorFrameworkFactory.Builder> customizer) {
		return DirectoryEngineFactory.of(TYPE, (context) -> engine(context, settings, customizer));
	}

	static DirectoryEngine engine(DirectoryEngineFactory.Context context, ZooKeeperSettings settings,
			Consumer<CuratorFrameworkFactory.Builder> customizer) {
		ZooKeeperClients clients = new ZooKeeperClients(settings, customizer);
		RecordPaths paths = new RecordPaths(settings.prefix(), context.realm());
		return RemoteEngine.of(TYPE, new ZooKeeperClient(clients, paths, context.lease()));
	}

}
