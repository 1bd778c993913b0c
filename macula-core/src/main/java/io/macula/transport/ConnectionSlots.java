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

package io.macula.transport;

import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;

import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Places for the connections of a listener, with a share for each host. Safe for all
 * threads.
 */
final class ConnectionSlots {

	/*
	 * A host may have seven times what is left: alone seven eighths, of two each seven
	 * fifteenths, so that a member that opens as many as it can leaves some to the
	 * others.
	 */

	private static final int TIMES_FREE = 7;

	private final int max;

	private int taken;

	/** By host; never 0. */
	private final Map<Object, Integer> ofHost = new HashMap<>();

	ConnectionSlots(int max) {
		this.max = max;
	}

	/**
	 * Take a place.
	 * @param address where the client is
	 * @return {@code null}, or a clause on why there is none
	 */
	synchronized @Nullable String take(@Nullable SocketAddress address) {
		int free = this.max - this.taken;
		Object host = Addresses.host(address);
		int same = (host != null) ? this.ofHost.getOrDefault(host, 0) : 0;
		if (free <= 0) {
			return this.taken + " connections already (maxConnections)";
		}
		if (same >= TIMES_FREE * (long) free) {
			return same + " connections from the address of the client already, and keeps " + free
					+ " for others (maxConnections)";
		}
		this.taken++;
		if (host != null) {
			this.ofHost.put(host, same + 1);
		}
		return null;
	}

	/** Give back a place that was taken. */
	synchronized void leave(@Nullable SocketAddress address) {
		this.taken--;
		Object host = Addresses.host(address);
		if (host != null) {
			this.ofHost.computeIfPresent(host, (key, same) -> (same > 1) ? same - 1 : null);
		}
	}

	synchronized int taken() {
		return this.taken;
	}

}
