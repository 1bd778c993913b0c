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

import reactor.core.publisher.Flux;

/**
 * What one node may ask of another one's directory.
 */
interface DirectoryPeer {

	/**
	 * Replicate the node table between two providers.
	 * @param peer who dials
	 * @param mine what the dialling node tells
	 * @return what the answering node tells; both are endless
	 */
	Flux<DirectoryUpdate> link(ProvenPeer peer, Flux<DirectoryUpdate> mine);

	/**
	 * Watch services without holding a replica.
	 * @param peer who watches
	 * @param interests what the client watches, the latest counts
	 * @return a complete account for each interest, then changes; endless
	 */
	Flux<DirectoryUpdate> watch(ProvenPeer peer, Flux<DirectoryInterest> interests);

}
