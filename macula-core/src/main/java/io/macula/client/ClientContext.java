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

import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.github.resilience4j.retry.RetryRegistry;
import io.macula.Realm;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.directory.Directory;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Timer;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link RealmClient} is given by its node. Immutable; the client closes none of
 * it.
 *
 * @param realm the realm
 * @param zone place of the node, or {@code null}
 * @param directory tells who serves what
 * @param directoryHint where the directory is asked, for messages
 * @param directoryObstacle what keeps the directory from knowing providers, or
 * {@code null} for nothing; asked when a call found none
 * @param pool the connections
 * @param timer runs actions later
 * @param clock monotonic nanoseconds
 * @param codecs payload codecs by name
 * @param retries holds one Retry per client service
 * @param observationRegistry watches calls
 * @param defaults settings of client services that have none of their own
 */
public record ClientContext(Realm realm, @Nullable String zone, Directory directory, String directoryHint,
		Supplier<@Nullable Status> directoryObstacle, ConnectionPool pool, Timer timer, LongSupplier clock,
		Codecs codecs, RetryRegistry retries, ObservationRegistry observationRegistry, ServiceSettings defaults) {

	/**
	 * With a directory that nothing keeps from its work.
	 * @param realm the realm
	 * @param zone place of the node, or {@code null}
	 * @param directory tells who serves what
	 * @param directoryHint where the directory is asked, for messages
	 * @param pool the connections
	 * @param timer runs actions later
	 * @param clock monotonic nanoseconds
	 * @param codecs payload codecs by name
	 * @param retries holds one Retry per client service
	 * @param observationRegistry watches calls
	 * @param defaults settings of client services that have none of their own
	 */
	public ClientContext(Realm realm, @Nullable String zone, Directory directory, String directoryHint,
			ConnectionPool pool, Timer timer, LongSupplier clock, Codecs codecs, RetryRegistry retries,
			ObservationRegistry observationRegistry, ServiceSettings defaults) {
		this(realm, zone, directory, directoryHint, () -> null, pool, timer, clock, codecs, retries,
				observationRegistry, defaults);
	}

}
