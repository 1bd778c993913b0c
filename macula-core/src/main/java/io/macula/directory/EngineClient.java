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

package io.macula.directory;

import java.util.List;
import java.util.Map;

import io.macula.Status;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * The client of a system that keeps advertisements, as {@link RemoteEngine} drives it:
 * how one service is watched there and, if the system can be written, where records are
 * put. All rules of a directory (complete snapshots, last known good, self-preservation,
 * leases) are the {@code RemoteEngine}'s.
 * <p>
 * Its methods are called by the engine's loop unless it says otherwise, and must return
 * at once: what takes time is begun. What the client hears it may tell from any thread of
 * its own; no such thread ever waits.
 */
public interface EngineClient {

	/**
	 * Begin to connect, with credentials and all; called once, before everything else. A
	 * client that cannot reach its system tries on by itself or at the next
	 * {@link #watch}, and throws nothing for it.
	 * @param services is told of the connection as such, see {@link WatchedServices#lost}
	 * and {@link WatchedServices#heard}
	 */
	void start(WatchedServices services);

	/**
	 * Begin to watch one service, and read the records of no other.
	 * @param watched says which service, and is told what the system says of it
	 * @return ends the watch; called by the loop, once, also after the client itself said
	 * that the watch failed
	 */
	Disposable watch(WatchedService watched);

	/**
	 * Where this node's records are put.
	 * @return always the same, or {@code null} if somebody else tells the system of
	 * providers
	 */
	default @Nullable RecordStore store() {
		return null;
	}

	/**
	 * Disconnect for good; all watches and sessions have been ended before.
	 * @return completes when no thread and no connection is left; a wait of more than 2
	 * seconds is cut off
	 */
	Mono<Void> close();

	/**
	 * Where this client looks for providers and what to check when it finds none. For any
	 * thread.
	 * @return a clause for messages, for example
	 * {@code etcd at http://10.0.0.1:2379, prefix /macula}
	 */
	String hint();

	/**
	 * The servers that are asked, and in which state each of them is, for an operator.
	 * For any thread.
	 * @return by address, or empty if the client cannot say
	 */
	default Map<String, String> servers() {
		return Map.of();
	}

	/**
	 * What keeps this client from knowing any provider, if somebody has to act before it
	 * can, such as wrong credentials. For any thread.
	 * @return the status of calls that find no provider, or {@code null}
	 */
	default @Nullable Status obstacle() {
		return null;
	}

	/**
	 * Whether this client can read {@link #all()}.
	 * @return false by default
	 */
	default boolean readsAll() {
		return false;
	}

	/**
	 * Read the records of all services once, also of those that nobody watches; for
	 * operators. For any thread, which does not wait.
	 * @return the records that can be read, without those of nodes that depart; fails if
	 * the system cannot be asked or refuses
	 */
	default Mono<List<AdvertisementRecord>> all() {
		return Mono.just(List.of());
	}

	/**
	 * Whether instances are kept for some leases when too many leave at once without a
	 * word, and each for one lease when the system has just come back. False for a system
	 * that never tells an announced end from a silent one, or that keeps instances
	 * itself.
	 * @return true by default
	 */
	default boolean preserving() {
		return true;
	}

}
