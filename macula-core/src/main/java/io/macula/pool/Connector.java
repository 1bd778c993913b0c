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

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import io.macula.Endpoint;
import io.macula.Status;
import io.macula.transport.Connection;
import io.macula.transport.QuicConnector;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Dials an endpoint; the transport does it, tests fake it.
 */
@FunctionalInterface
public interface Connector {

	/**
	 * Dial.
	 * @param endpoint where to
	 * @param timeout bound of the handshake, WELCOME included
	 * @return the connection, owned by the subscriber; fails with
	 * {@link io.macula.RpcException}; ends within the timeout
	 */
	Mono<Connection> connect(Endpoint endpoint, Duration timeout);

	/**
	 * Dial several addresses of one instance.
	 * @param endpoints where to, those first that are tried first; at least one
	 * @param objection what speaks against whoever answered, or {@code null}: another
	 * address is tried then. Must not block
	 * @param timeout bound of everything
	 * @return as of {@link #connect(Endpoint, Duration)}; by default of the first address
	 */
	default Mono<Connection> connect(List<Endpoint> endpoints, Function<Connection, @Nullable Status> objection,
			Duration timeout) {
		return connect(endpoints.get(0), timeout);
	}

	/**
	 * Dials by QUIC.
	 * @param quic dials
	 * @return a connector
	 */
	static Connector of(QuicConnector quic) {
		return new Connector() {

			@Override
			public Mono<Connection> connect(Endpoint endpoint, Duration timeout) {
				return quic.connect(endpoint, timeout);
			}

			@Override
			public Mono<Connection> connect(List<Endpoint> endpoints, Function<Connection, @Nullable Status> objection,
					Duration timeout) {
				return quic.connect(endpoints, objection, timeout);
			}

		};
	}

}
