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

package io.macula.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.ServiceName;
import io.macula.Status;
import org.jspecify.annotations.Nullable;

/**
 * Told of what happens to a node and to the instances that it calls, see
 * {@link RealmNode#listen}. Called one event after another, in their order, on a thread
 * of the node that does nothing else: a listener may take its time, and delays no call.
 * Of events that come while 4096 are waiting, the newer ones are dropped, counted and
 * told in the log. What a listener throws is logged.
 */
public interface NodeListener {

	/**
	 * The directory names an instance of a service that this node calls.
	 * @param client name of the client service
	 * @param service name of the service
	 * @param instance the instance
	 */
	default void instanceJoined(String client, ServiceName service, Instance instance) {
	}

	/**
	 * The directory names an instance no longer.
	 * @param client name of the client service
	 * @param service name of the service
	 * @param instance the instance
	 */
	default void instanceLeft(String client, ServiceName service, Instance instance) {
	}

	/**
	 * An instance is left out, since it fails more than its peers or an operator wants it
	 * to be; told again where a probe failed and it is left out for longer.
	 * @param client name of the client service
	 * @param service name of the service
	 * @param instance the instance
	 * @param reason for people
	 * @param time after which one call may try it; {@code null} if it stays out until an
	 * operator restores it
	 */
	default void instanceEjected(String client, ServiceName service, Instance instance, String reason,
			@Nullable Duration time) {
	}

	/**
	 * An instance that was ejected is used again.
	 * @param client name of the client service
	 * @param service name of the service
	 * @param instance the instance
	 */
	default void instanceRestored(String client, ServiceName service, Instance instance) {
	}

	/**
	 * Live instances of a service that this node calls serve different versions of its
	 * contract; told again when these are others.
	 * @param client name of the client service
	 * @param service name of the service
	 * @param versions node ids by digest of the version
	 */
	default void contractsDiffer(String client, ServiceName service, Map<String, List<String>> versions) {
	}

	/**
	 * The directory holds the lease of this node, for the first time or again.
	 * @param services what is advertised
	 */
	default void leaseGranted(Set<ServiceName> services) {
	}

	/**
	 * The directory holds the lease of this node no longer, though it was not withdrawn:
	 * clients are about to forget this node. It is asked for again.
	 * @param services what was advertised
	 */
	default void leaseLost(Set<ServiceName> services) {
	}

	/**
	 * The last connection to an endpoint broke; it is dialled again.
	 * @param endpoint the endpoint
	 * @param reason why
	 */
	default void connectionLost(Endpoint endpoint, Status reason) {
	}

	/**
	 * This node has drained: it serves nothing any more in this life.
	 * @param complete whether all calls in flight came to their end by themselves
	 */
	default void drained(boolean complete) {
	}

}
