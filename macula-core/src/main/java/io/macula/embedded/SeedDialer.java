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

package io.macula.embedded;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.macula.Endpoint;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls of {@link DirectoryPeer} on a given endpoint. Each subscription dials; cancelling
 * it gives the call up.
 */
interface SeedDialer {

	/**
	 * Open a link.
	 * @param seed the endpoint
	 * @param mine what this node tells
	 * @param met told who answers there, before it tells anything; on any thread
	 * @return what the seed tells; fails if the seed cannot be reached or goes away
	 */
	Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met);

	/**
	 * Who is at the addresses of a node now, found out by handshakes of their own.
	 * @param addresses where to look, at least one
	 * @param enough whether it is the one that is looked for, so that the addresses that
	 * are left are not dialled; asked on any thread
	 * @return who answers, at each address that was dialled; fails if nobody does
	 */
	Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough);

	/**
	 * Open a watch.
	 * @param seed the endpoint
	 * @param interests what this node watches
	 * @return what the seed tells; fails if the seed cannot be reached or goes away
	 */
	Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests);

	/**
	 * Run an action whenever a call found another node than the one that it is meant for,
	 * so that what the directory knows is likely out of date.
	 * @param action may be called on any thread
	 */
	default void onStranger(Runnable action) {
	}

	/**
	 * The endpoints behind a configured seed: a host name may stand for several nodes,
	 * for example that of a headless service.
	 * @param seed the configured endpoint
	 * @return at least one endpoint; fails if the name is not known
	 */
	default Mono<List<Endpoint>> resolve(Endpoint seed) {
		return Mono.just(List.of(seed));
	}

}
