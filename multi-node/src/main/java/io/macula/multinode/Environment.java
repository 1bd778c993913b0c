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
 * Where the providers and the clients of the scenarios run. Made by {@link Environments}.
 * Driven by one thread, but closed by any.
 */
interface Environment extends AutoCloseable {

	/**
	 * The name.
	 * @return as it stands on the command line and in reports
	 */
	String name();

	/**
	 * Make what nodes need before they start: a network, objects of a cluster, folders on
	 * hosts.
	 * @throws CannotRunException if that is not possible; the message says in one line
	 * what is missing and how to mend it
	 */
	default void prepare() {
	}

	/**
	 * Where nodes reach servers that the runner starts on this machine, such as that of
	 * an engine.
	 * @return an address of this machine
	 */
	default String address() {
		return "127.0.0.1";
	}

	/**
	 * The providers, not started yet.
	 * @param engine what is behind the directory; says at which address providers on this
	 * machine have to listen
	 * @return the providers, for the caller to close
	 */
	Providers providers(Engine engine);

	/**
	 * A command that runs this runner's jar where the clients are. Its standard input and
	 * output lead to the runner; it ends when its input does.
	 * @param arguments of the jar
	 * @return the command, or none if the clients are in the runner's own process
	 */
	default List<String> client(List<String> arguments) {
		return List.of();
	}

	/**
	 * What a reader of the report must know of the environment.
	 * @return facts by their names, in order
	 */
	default Map<String, String> facts() {
		return Map.of();
	}

	/**
	 * Take away whatever was made. May come at any time, from the thread that ends this
	 * process as well, and again.
	 */
	@Override
	default void close() {
	}

}
