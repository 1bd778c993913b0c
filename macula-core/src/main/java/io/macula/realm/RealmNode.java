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

package io.macula.realm;

import java.time.Duration;

import io.macula.client.RealmClient;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One node of a realm: client, provider, or both. Safe for all threads; closed by whoever
 * started it.
 */
public final class RealmNode implements AutoCloseable {

	/**
	 * Bind the provider's port, if this node serves, and join the realm through its
	 * seeds; does not wait for them.
	 * @throws io.macula.RpcException if the port cannot be bound
	 */
	public void start() {
		throw new UnsupportedOperationException();
	}

	/**
	 * The calling part; usable before {@link #start()} only to make proxies.
	 * @return the client
	 */
	public RealmClient client() {
		throw new UnsupportedOperationException();
	}

	/**
	 * The bound UDP port.
	 * @return the port, or -1 if this node does not serve or is not started
	 */
	public int port() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Advertise the services, once the application is ready to serve.
	 */
	public void advertise() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Withdraw the advertisement; calls are still served.
	 * @return completes when the directory knows, or after 1 second
	 */
	public Mono<Void> withdraw() {
		throw new UnsupportedOperationException();
	}

	/**
	 * Drain the serving part: withdraw, refuse new calls as not processed, finish those
	 * in flight, close.
	 * @param grace bound of the wait
	 * @return completes when nothing is in flight, or after the grace period
	 */
	public Mono<Void> drainServer(Duration grace) {
		throw new UnsupportedOperationException();
	}

	/**
	 * What this node is, serves, calls, and is connected to.
	 * @return a report of this moment
	 */
	public NodeReport report() {
		throw new UnsupportedOperationException();
	}

	/**
	 * The report of one client service.
	 * @param name name of the client service
	 * @return the report, or {@code null} if there is no such client service
	 */
	public NodeReport.@Nullable ClientService report(String name) {
		return report().clients().stream().filter((client) -> client.name().equals(name)).findFirst().orElse(null);
	}

	/**
	 * Withdraw, drain with the provider's grace period, close all connections.
	 */
	@Override
	public void close() {
		throw new UnsupportedOperationException();
	}

}
