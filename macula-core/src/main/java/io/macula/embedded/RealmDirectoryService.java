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
 * Contract of the embedded directory between nodes, served like any other service: the
 * methods of {@link DirectoryPeer} with their elements as {@link DirectoryCodec} codes
 * them. Elements are bytes, so that the payload codecs of the applications, which differ
 * from node to node, have no say in them.
 */
interface RealmDirectoryService {

	/** Name of the service. */
	String SERVICE = "macula.directory";

	/**
	 * See {@link DirectoryPeer#link}.
	 * @param mine updates
	 * @return updates
	 */
	Flux<byte[]> link(Flux<byte[]> mine);

	/**
	 * See {@link DirectoryPeer#watch}.
	 * @param interests interests
	 * @return updates
	 */
	Flux<byte[]> watch(Flux<byte[]> interests);

}
