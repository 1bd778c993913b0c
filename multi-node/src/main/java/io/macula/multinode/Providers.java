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

package io.macula.multinode;

import java.util.List;

/**
 * The three providers of the scenarios, in the environment at hand.
 */
interface Providers extends AutoCloseable {

	/**
	 * The nodes, started or not.
	 * @return node ids in order
	 */
	List<String> nodes();

	/**
	 * Where a node listens, as clients know it.
	 * @param node the node id
	 * @return host and port; of a node that was restarted they may be others
	 */
	String endpoint(String node);

	/**
	 * Seeds that lead to nodes also after each of them was restarted.
	 * @return hosts and ports; where nodes keep their addresses, these
	 */
	default List<String> lastingSeeds() {
		return nodes().stream().map(this::endpoint).toList();
	}

	/**
	 * Start a node; does not wait until it is ready.
	 * @param node the node id
	 * @param settings arguments of its application: those of the directory
	 */
	void start(String node, List<String> settings);

	/**
	 * Wait until a started node says that it is ready.
	 * @param node the node id
	 */
	void awaitReady(String node);

	/**
	 * Stop a node in an orderly way and wait until it is gone. It stays away until it is
	 * started again.
	 * @param node the node id
	 */
	void stop(String node);

	/**
	 * Kill a node with SIGKILL and wait until it is gone. It stays away until it is
	 * started again.
	 * @param node the node id
	 */
	void kill(String node);

	/**
	 * Stop a node in an orderly way, start it again and wait until it is ready.
	 * @param node the node id
	 * @param settings arguments of its application: those of the directory
	 * @return what its former life had logged to its end; empty if that is not known
	 */
	default String restart(String node, List<String> settings) {
		stop(node);
		String before = log(node);
		start(node, settings);
		awaitReady(node);
		return before;
	}

	/**
	 * What a node logged.
	 * @param node the node id
	 * @return lines of its life, or of the last one if it is gone
	 */
	String log(String node);

	/**
	 * Stop whatever was started.
	 */
	@Override
	void close();

}
