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

package io.macula.server;

import java.net.SocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.macula.udp.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Who is connected to a node. Safe for all threads.
 */
final class Callers {

	/*
	 * A member can have as many connections, node ids and certificates as it likes, but
	 * hardly more addresses than its host has: so all connections from one address (a /64
	 * of IPv6) share one turn. On the loopback interface the address tells nothing.
	 */

	private final AtomicInteger count = new AtomicInteger();

	private final Map<Object, Caller> byHost = new HashMap<>();

	/** A connection was welcomed. */
	synchronized Caller connected(@Nullable SocketAddress address) {
		Object host = Addresses.host(address);
		Caller caller = (host != null) ? this.byHost.get(host) : null;
		if (caller == null) {
			caller = new Caller(this.count, address);
			this.count.incrementAndGet();
			if (host != null) {
				this.byHost.put(host, caller);
			}
		}
		caller.connections++;
		return caller;
	}

	/** One of its connections is over. */
	synchronized void left(Caller caller) {
		if (--caller.connections == 0) {
			this.count.decrementAndGet();
			this.byHost.values().remove(caller);
		}
	}

}
