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

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Metadata;
import io.macula.Processed;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.pool.ConnectionPool;
import io.macula.pool.Connector;
import io.macula.pool.EndpointPool;
import io.macula.transport.Connection;
import io.macula.transport.StreamCall;
import io.macula.udp.Addresses;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Calls seeds over the node's pooled connections, so that the directory needs none of its
 * own. Safe for all threads.
 */
final class RpcSeedDialer implements SeedDialer {

	private static final byte[] NO_ARGUMENTS = {};

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

	/** What a connection that was made to be seen ends with. */
	private static final Status SEEN = new Status(Code.OK, "it was asked who it is", Processed.NO);

	/** Less than what a seed has for its first word, so that the name is named. */
	private static final Duration RESOLVE_TIMEOUT = Duration.ofSeconds(2);

	private final ConnectionPool pool;

	private final Connector connector;

	private final boolean everyAddress;

	private final PayloadCodec codec;

	private final ValueCodec element;

	private final Function<String, Mono<List<InetAddress>>> resolver;

	/**
	 * A dialer.
	 * @param pool connections of the node
	 * @param connector dials where the pooled connection gives no sign of life
	 * @param everyAddress whether each address behind a host name is a seed of its own;
	 * only where certificates do not name the dialled host
	 * @param codecs payload codecs of the node
	 */
	RpcSeedDialer(ConnectionPool pool, Connector connector, boolean everyAddress, Codecs codecs) {
		this(pool, connector, everyAddress, codecs, Addresses::resolve);
	}

	RpcSeedDialer(ConnectionPool pool, Connector connector, boolean everyAddress, Codecs codecs,
			Function<String, Mono<List<InetAddress>>> resolver) {
		this.resolver = resolver;
		this.pool = pool;
		this.connector = connector;
		this.everyAddress = everyAddress;
		PayloadCodec cbor = codecs.find("cbor");
		this.codec = (cbor != null) ? cbor : codecs.get(codecs.names().get(0));
		this.element = this.codec.forType(byte[].class);
	}

	@Override
	public void onStranger(Runnable action) {
		this.pool.onStranger(action);
	}

	@Override
	public Flux<DirectoryUpdate> link(Endpoint seed, Flux<DirectoryUpdate> mine, Consumer<ProvenPeer> met) {
		return call(seed, "link", DirectoryCodec.encode(mine, DirectoryUpdate.class), met, this.pool::release);
	}

	/** The connections were made to be seen, and are of no other use. */
	@Override
	public Flux<ProvenPeer> peersAt(List<Endpoint> addresses, Predicate<ProvenPeer> enough) {
		if (addresses.size() == 1) {
			return own(addresses.get(0)).doOnNext(Connection::drain).map(RpcSeedDialer::shownBy).flux();
		}
		return Flux.create((sink) -> {
			AtomicBoolean anybody = new AtomicBoolean();
			sink.onDispose(this.connector.connect(addresses, (connection) -> {
				ProvenPeer shown = shownBy(connection);
				if (enough.test(shown)) {
					return null;
				}
				anybody.set(true);
				sink.next(shown);
				return SEEN;
			}, CONNECT_TIMEOUT).subscribe((connection) -> {
				connection.drain();
				sink.next(shownBy(connection));
			}, (error) -> {
				if (anybody.get()) {
					sink.complete();
				}
				else {
					sink.error(error);
				}
			}, sink::complete));
		});
	}

	private static ProvenPeer shownBy(Connection connection) {
		return new ProvenPeer(connection.peer().nodeId(), connection.peer().identity());
	}

	/**
	 * A seed that is left because another one spoke first is most likely called next: its
	 * connection, or the dial of it, is kept for the call.
	 */
	@Override
	public Flux<DirectoryUpdate> watch(Endpoint seed, Flux<DirectoryInterest> interests) {
		return call(seed, "watch", DirectoryCodec.encode(interests, DirectoryInterest.class), (peer) -> {
		}, this.pool::releaseUnconnected);
	}

	private Flux<DirectoryUpdate> call(Endpoint seed, String method, Flux<byte[]> told, Consumer<ProvenPeer> met,
			Consumer<EndpointPool> release) {
		StreamCall call = new StreamCall(RealmDirectoryService.SERVICE + "/" + method, this.codec.name(), NO_ARGUMENTS,
				Metadata.EMPTY, StreamCall.NO_DEADLINE, told.map(this.element::encode), true, false, true);
		return DirectoryCodec.decode(over(seed, (connection) -> {
			met.accept(shownBy(connection));
			return connection.stream(call);
		}, release).map(this::decodeElement), DirectoryUpdate.class);
	}

	private byte[] decodeElement(byte[] payload) {
		Object value = this.element.decode(payload);
		return (value instanceof byte[] bytes) ? bytes : NO_ARGUMENTS;
	}

	/*
	 * A connection that gives no sign of life may lead to a process that is long gone,
	 * with its successor at the same address. The directory must not wait for its end,
	 * because it is the one that can tell of the successor: it dials on its own. For the
	 * same reason it does so where calls find another node than the one that they are
	 * meant for.
	 */
	private Flux<byte[]> over(Endpoint seed, Function<Connection, Flux<byte[]>> call, Consumer<EndpointPool> release) {
		return Flux.defer(() -> {
			EndpointPool shared = this.pool.retain(seed, 0);
			Connection present = shared.ready(System.nanoTime());
			Flux<byte[]> results;
			if (present == null) {
				results = shared.connection()
					.map(call)
					.onErrorResume((error) -> shared.foundStranger() ? over(own(seed), call) : Mono.error(error))
					.flatMapMany(Function.identity());
			}
			else if (present.state() == Connection.State.SUSPECTED) {
				results = over(own(seed), call).flatMapMany(Function.identity());
			}
			else {
				results = call.apply(present);
			}
			return results.doFinally((signal) -> release.accept(shared));
		});
	}

	private Mono<Connection> own(Endpoint seed) {
		return this.connector.connect(seed, CONNECT_TIMEOUT);
	}

	/** The pool looks after those that it has; nobody else needs one of its own. */
	private static Mono<Flux<byte[]>> over(Mono<Connection> own, Function<Connection, Flux<byte[]>> call) {
		return own.map((connection) -> call.apply(connection).doFinally((signal) -> connection.drain()));
	}

	/** A name of one address stays as it is: the pool knows it by that name. */
	@Override
	public Mono<List<Endpoint>> resolve(Endpoint seed) {
		if (!this.everyAddress) {
			return Mono.just(List.of(seed));
		}
		return this.resolver.apply(seed.host())
			.map((addresses) -> endpoints(seed, addresses))
			.timeout(RESOLVE_TIMEOUT)
			.onErrorMap((cause) -> unresolved(seed, cause));
	}

	private static List<Endpoint> endpoints(Endpoint seed, List<InetAddress> addresses) {
		List<Endpoint> endpoints = addresses.stream()
			.map((address) -> Endpoint.of(address, seed.port()))
			.distinct()
			.toList();
		return (endpoints.size() > 1) ? endpoints : List.of(seed);
	}

	private static RpcException unresolved(Endpoint seed, Throwable cause) {
		return new RpcException(Status.notProcessed(Code.UNAVAILABLE, Addresses.unresolved(seed.host(), cause)
				+ "; check the name (macula.realm.seeds) and the name service"), cause);
	}

}
