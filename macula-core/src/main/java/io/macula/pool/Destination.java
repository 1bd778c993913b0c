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

package io.macula.pool;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Route;
import org.jspecify.annotations.Nullable;

/**
 * What a pool leads to: an endpoint, whoever is there, or one node at whichever of its
 * several addresses it is reached. Two nodes that have one of these in common share
 * nothing, whatever they tell of themselves: it leads to one of the two at most.
 *
 * @param route where to
 * @param nodeId the node, or {@code null} for an endpoint
 */
record Destination(Route route, @Nullable String nodeId) {

	static Destination of(Endpoint endpoint) {
		return new Destination(Route.of(endpoint), null);
	}

	static Destination of(Instance instance) {
		return new Destination(instance.route(), instance.further().isEmpty() ? null : instance.nodeId());
	}

	/** Whether it is one node with several addresses. */
	boolean isNode() {
		return this.nodeId != null;
	}

}
