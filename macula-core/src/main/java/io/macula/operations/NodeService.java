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

package io.macula.operations;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Contract of the reserved service, served like any other one. Questions and answers are
 * bytes, as {@link OperationsCodec} codes them, so that the payload codecs of the
 * applications, which differ from node to node, have no say in them.
 */
interface NodeService {

	/**
	 * What the node is, does and has counted.
	 * @param question a {@link Question}
	 * @return a {@link NodeStatus}
	 */
	Mono<byte[]> report(byte[] question);

	/**
	 * The nodes that its directory view knows.
	 * @param question a {@link Question}
	 * @return {@link KnownNodes}
	 */
	Mono<byte[]> known(byte[] question);

	/**
	 * The contracts that it serves.
	 * @param question a {@link Question}
	 * @return {@link ServiceDescriptions}
	 */
	Mono<byte[]> describe(byte[] question);

	/**
	 * What changes from now on.
	 * @param question a {@link Question}
	 * @return {@link NodeChange}s, the first of which is the whole
	 */
	Flux<byte[]> watch(byte[] question);

	/**
	 * Get no calls until the node is resumed.
	 * @param act an {@link Act}
	 * @return nothing
	 */
	Mono<byte[]> drain(byte[] act);

	/**
	 * Take calls again.
	 * @param act an {@link Act}
	 * @return nothing
	 */
	Mono<byte[]> resume(byte[] act);

	/**
	 * Leave an instance out of the calls that this node makes.
	 * @param act an {@link Act}
	 * @return nothing
	 */
	Mono<byte[]> eject(byte[] act);

	/**
	 * Use it again.
	 * @param act an {@link Act}
	 * @return nothing
	 */
	Mono<byte[]> restore(byte[] act);

	/**
	 * Change the share of the calls of weighted strategies.
	 * @param act an {@link Act}
	 * @return nothing
	 */
	Mono<byte[]> weight(byte[] act);

}
