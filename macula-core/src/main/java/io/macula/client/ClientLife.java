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

package io.macula.client;

import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.macula.ServiceName;
import io.macula.Status;
import io.macula.directory.Directory;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Timer;
import io.macula.selection.InstanceListener;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RealmClient} works with from one start of its node to the next stop.
 * Immutable; the client closes none of it.
 *
 * @param directory tells who serves what
 * @param directoryHint where the directory is asked, for messages
 * @param directoryObstacle what keeps the directory from knowing providers, or gives
 * {@code null} for nothing; asked when a call found none
 * @param directoryTrouble why what the directory knows may be out of date, for messages;
 * gives {@code null} while it is up to date
 * @param directoryAwaited why the directory has told nothing yet of a service, though it
 * is in touch with its source, for messages; gives {@code null} if it is not
 * @param ownEnded whether this node itself was the last provider of a service that is
 * known, and has stopped to serve for the rest of this life; asked when a call found none
 * @param pool the connections
 * @param timer runs actions later
 * @param listeners who is told of the instances of a client service, by its name and that
 * of the service
 */
public record ClientLife(Directory directory, String directoryHint, Supplier<@Nullable Status> directoryObstacle,
		Supplier<@Nullable String> directoryTrouble, Supplier<@Nullable String> directoryAwaited,
		Predicate<ServiceName> ownEnded, ConnectionPool pool, Timer timer,
		BiFunction<String, ServiceName, InstanceListener> listeners) {

	/**
	 * With a directory that nothing keeps from its work, of a node that does not serve.
	 * @param directory tells who serves what
	 * @param directoryHint where the directory is asked, for messages
	 * @param pool the connections
	 * @param timer runs actions later
	 */
	public ClientLife(Directory directory, String directoryHint, ConnectionPool pool, Timer timer) {
		this(directory, directoryHint, () -> null, () -> null, () -> null, (service) -> false, pool, timer,
				(client, service) -> InstanceListener.SILENT);
	}

}
