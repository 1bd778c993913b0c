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
import java.util.Map;

/**
 * What is behind the directory of the scenarios' realm. Knows neither where providers run
 * nor how they are started. For one thread.
 */
interface Engine extends AutoCloseable {

	/**
	 * The type.
	 * @return one of {@code macula.directory.type}
	 */
	String type();

	/**
	 * Start what providers and clients need before they start; nothing if there is no
	 * server.
	 * @throws CannotRunException if that is not possible on this machine
	 */
	default void start() {
	}

	/**
	 * Where providers on this machine listen.
	 * @return an address that the engine takes
	 */
	default String host() {
		return "127.0.0.1";
	}

	/**
	 * What a node is to be told besides the type, as arguments of an application.
	 * @param endpoints of the providers by node id, for an engine whose instances stand
	 * in the settings
	 * @param seeds endpoints of nodes that it may contact first
	 * @return settings of a provider or a client
	 */
	List<String> settings(Map<String, String> endpoints, List<String> seeds);

	/**
	 * A provider is ready. Only for an engine that learns of providers from others.
	 * @param node the node id
	 * @param endpoint where it listens
	 */
	default void ready(String node, String endpoint) {
	}

	/**
	 * A provider is about to be stopped in an orderly way.
	 * @param node the node id
	 * @param endpoint where it listens
	 */
	default void leaving(String node, String endpoint) {
	}

	/**
	 * A provider that was stopped in an orderly way has ended. Of one that was killed
	 * nobody tells.
	 * @param node the node id
	 */
	default void left(String node) {
	}

	/**
	 * Stop whatever was started.
	 */
	@Override
	default void close() {
	}

}
