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
 * The realm of the scenarios as a scenario sees it, wherever its clients run: whatever is
 * done to its providers is done here, so that a scenario knows neither environment nor
 * engine. For one thread.
 */
interface Realm {

	/**
	 * The providers, running or not.
	 * @return node ids in order
	 */
	List<String> nodes();

	/**
	 * Where a provider listens.
	 * @param node the node id
	 * @return host and port
	 */
	String endpoint(String node);

	/**
	 * Let what starts from now on use other engines.
	 * @param types types of their directories, the preferred one first
	 */
	void use(List<String> types);

	/**
	 * The type of directory of what starts now.
	 * @return as {@code macula.directory.type} has it
	 */
	String directory();

	/**
	 * Settings of a client.
	 * @param nodes those that run, for an engine whose instances stand in the settings
	 * @param seeds those that the client may contact first
	 * @return arguments of an application
	 */
	List<String> settings(List<String> nodes, List<String> seeds);

	/**
	 * Settings of a client that stays while each node is restarted.
	 * @return arguments of an application
	 */
	List<String> lastingSettings();

	/**
	 * Settings of a client that reads some engines only.
	 * @param types types of their directories, the preferred one first
	 * @return arguments of an application
	 */
	List<String> settingsOf(List<String> types);

	/**
	 * Start a node; does not wait until it is ready.
	 * @param node the node id
	 */
	void start(String node);

	/**
	 * Wait until a started node says that it is ready.
	 * @param node the node id
	 */
	void awaitReady(String node);

	/**
	 * Start all nodes and wait until they are ready.
	 */
	void startAll();

	/**
	 * Stop a node in an orderly way and wait until it is gone.
	 * @param node the node id
	 */
	void stop(String node);

	/**
	 * Kill a node with SIGKILL and wait until it is gone. No engine is told.
	 * @param node the node id
	 */
	void kill(String node);

	/**
	 * Stop a node in an orderly way, start it again and wait until it is ready.
	 * @param node the node id
	 * @return what its former life had logged to its end; empty if that is not known
	 */
	String restart(String node);

}
