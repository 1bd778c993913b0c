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

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Metadata;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.codec.Codecs;
import io.macula.codec.PayloadCodec;
import io.macula.codec.ValueCodec;
import io.macula.log.DurationText;
import io.macula.log.Printable;
import io.macula.pool.ConnectionPool;
import io.macula.pool.EndpointPool;
import io.macula.transport.Connection;
import io.macula.transport.StreamCall;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Asks single nodes of the realm, each by its address and over the connections of this
 * node: no selection strategy, no further attempt. Safe for all threads. All questions
 * end: with the answer, after the deadline, or with an {@link RpcException} that names
 * the node and the reason.
 */
public final class OperationsClient {

	/** Bound of a question unless another one is given. */
	public static final Duration DEADLINE = Duration.ofSeconds(5);

	private static final byte[] NOTHING = {};

	private final Supplier<@Nullable ConnectionPool> pool;

	private final Supplier<List<NodeAddress>> beginnings;

	private final PayloadCodec codec;

	private final ValueCodec bytes;

	private final Duration deadline;

	/**
	 * A client of a node.
	 * @param pool connections of the node at this moment, or {@code null} while it is not
	 * started
	 * @param beginnings nodes that it knows by itself, such as its seeds
	 * @param codecs payload codecs of the node
	 */
	public OperationsClient(Supplier<@Nullable ConnectionPool> pool, Supplier<List<NodeAddress>> beginnings,
			Codecs codecs) {
		this(pool, beginnings,
				Objects.requireNonNullElseGet(codecs.find("cbor"), () -> codecs.get(codecs.names().get(0))), DEADLINE);
	}

	private OperationsClient(Supplier<@Nullable ConnectionPool> pool, Supplier<List<NodeAddress>> beginnings,
			PayloadCodec codec, Duration deadline) {
		this.pool = pool;
		this.beginnings = beginnings;
		this.codec = codec;
		this.bytes = codec.forType(byte[].class);
		this.deadline = deadline;
	}

	/**
	 * The same client with another bound of each question.
	 * @param deadline more than 0
	 * @return a further client
	 */
	public OperationsClient withDeadline(Duration deadline) {
		if (deadline.isNegative() || deadline.isZero()) {
			throw new IllegalArgumentException("deadline " + deadline + " is not valid: expected more than 0");
		}
		return new OperationsClient(this.pool, this.beginnings, this.codec, deadline);
	}

	/**
	 * What a node is, does and has counted.
	 * @param node the node
	 * @return its status
	 */
	public Mono<NodeStatus> report(NodeAddress node) {
		return ask(node, "report", Question.EVERYTHING, NodeStatus.class);
	}

	/**
	 * The nodes that the directory view of a node knows.
	 * @param node the node
	 * @return in the order of their ids; fails where a page of them does
	 */
	public Flux<KnownNodes.KnownNode> known(NodeAddress node) {
		return known(node, null).expand((page) -> {
			String last = page.nodes().isEmpty() ? null : page.nodes().get(page.nodes().size() - 1).address().nodeId();
			return (page.more() && last != null) ? known(node, last) : Mono.empty();
		}).flatMapIterable(KnownNodes::nodes);
	}

	private Mono<KnownNodes> known(NodeAddress node, @Nullable String after) {
		return ask(node, "known", new Question(null, after, null), KnownNodes.class)
			.doOnNext((page) -> requireOrder(node, after, page));
	}

	/** Whoever begins again would be asked for ever. */
	private static void requireOrder(NodeAddress node, @Nullable String after, KnownNodes page) {
		String last = after;
		for (KnownNodes.KnownNode known : page.nodes()) {
			String next = known.address().nodeId();
			if (next == null || (last != null && next.compareTo(last) <= 0)) {
				throw Status
					.processed(Code.INTERNAL,
							node + " tells of '" + Printable.text(next) + "' after '" + Printable.text(last)
									+ "': expected the nodes that it knows in the order of their ids")
					.toException();
			}
			last = next;
		}
	}

	/**
	 * The contracts that a node serves.
	 * @param node the node
	 * @param service only this service, or {@code null} for all
	 * @return the descriptions; none of a service that it does not serve
	 */
	public Mono<ServiceDescriptions> describe(NodeAddress node, @Nullable String service) {
		return ask(node, "describe", new Question(service, null, null), ServiceDescriptions.class);
	}

	/**
	 * What changes at a node from now on.
	 * @param node the node
	 * @param interval least time between two changes, from 200 milliseconds to a minute;
	 * {@code null} for a second
	 * @return the changes, the first of which tells everything; completes when the node
	 * begins to drain, and fails when it can be heard no longer
	 */
	public Flux<NodeChange> watch(NodeAddress node, @Nullable Duration interval) {
		return call(node, "watch", OperationsCodec.encode(new Question(null, null, interval)), true,
				StreamCall.NO_DEADLINE)
			.map((payload) -> OperationsCodec.decode(payload, NodeChange.class));
	}

	/**
	 * Have a node get no calls until it is resumed.
	 * @param node the node
	 * @return completes when that is begun
	 */
	public Mono<Void> drain(NodeAddress node) {
		return act(node, "drain", Act.because(null));
	}

	/**
	 * Have it take calls again.
	 * @param node the node
	 * @return completes when that is begun
	 */
	public Mono<Void> resume(NodeAddress node) {
		return act(node, "resume", Act.because(null));
	}

	/**
	 * Have a node leave an instance out of the calls that it makes itself.
	 * @param node the node
	 * @param client name of its client service, or {@code null} for all
	 * @param instance node id of the instance
	 * @param reason for people, or {@code null}
	 * @return completes when it is left out
	 */
	public Mono<Void> eject(NodeAddress node, @Nullable String client, String instance, @Nullable String reason) {
		return act(node, "eject", new Act(client, instance, 0, reason));
	}

	/**
	 * Have it use the instance again.
	 * @param node the node
	 * @param client name of its client service, or {@code null} for all
	 * @param instance node id of the instance
	 * @return completes when it is used
	 */
	public Mono<Void> restore(NodeAddress node, @Nullable String client, String instance) {
		return act(node, "restore", new Act(client, instance, 0, null));
	}

	/**
	 * Change the share of a node of the calls of weighted strategies.
	 * @param node the node
	 * @param weight from 1 to 10000
	 * @return completes when it is advertised
	 */
	public Mono<Void> weight(NodeAddress node, int weight) {
		return act(node, "weight", new Act(null, null, weight, null));
	}

	/**
	 * Look for all nodes of the realm, from those that this node knows by itself.
	 * @param bounds of the search
	 * @return all nodes that answered, and who did not and why; never fails
	 */
	public Mono<RealmView> crawl(RealmCrawl.Bounds bounds) {
		return crawlBeside(List.of(), bounds);
	}

	/**
	 * The same, from further nodes, too: what this node knows by itself may be out of
	 * date.
	 */
	Mono<RealmView> crawlBeside(List<NodeAddress> present, RealmCrawl.Bounds bounds) {
		// The directory is waited for, which not every thread may do.
		return Mono.fromCallable(this.beginnings::get)
			.subscribeOn(Schedulers.boundedElastic())
			.flatMap((from) -> crawl(Stream.concat(from.stream(), present.stream()).toList(), bounds));
	}

	/**
	 * Look for all nodes of the realm.
	 * @param from asked first
	 * @param bounds of the search
	 * @return all nodes that answered, and who did not and why; never fails
	 */
	public Mono<RealmView> crawl(List<NodeAddress> from, RealmCrawl.Bounds bounds) {
		return Mono.defer(() -> new RealmCrawl(withDeadline(bounds.perNode()), bounds).from(from));
	}

	private Mono<Void> act(NodeAddress node, String method, Act act) {
		return once(node, method, OperationsCodec.encode(act)).then();
	}

	private <T> Mono<T> ask(NodeAddress node, String method, Question question, Class<T> type) {
		return once(node, method, OperationsCodec.encode(question))
			.map((payload) -> OperationsCodec.decode(payload, type));
	}

	private Mono<byte[]> once(NodeAddress node, String method, byte[] question) {
		return Mono.defer(() -> call(node, method, question, false, System.nanoTime() + this.deadline.toNanos()).next())
			.timeout(this.deadline)
			.onErrorMap(TimeoutException.class,
					(ex) -> Status
						.unknown(Code.DEADLINE_EXCEEDED,
								node + " has not answered " + NodeOperations.SERVICE + '/' + method + " within "
										+ DurationText.of(this.deadline))
						.toException());
	}

	private Flux<byte[]> call(NodeAddress node, String method, byte[] question, boolean many, long deadlineNanos) {
		return Flux.defer(() -> {
			ConnectionPool connections = this.pool.get();
			if (connections == null) {
				return Flux.error(Status.notProcessed(Code.UNAVAILABLE, "this node is not started").toException());
			}
			Instance instance = node.instance();
			EndpointPool shared = (instance != null) ? connections.retain(instance)
					: connections.retain(Endpoint.parse(node.endpoint()), 0);
			StreamCall call = new StreamCall(NodeOperations.SERVICE + '/' + method, this.codec.name(),
					this.bytes.encode(question), Metadata.EMPTY, deadlineNanos, null, many, many);
			Connection present = shared.ready(System.nanoTime());
			Mono<Connection> connection = (present != null) ? Mono.just(present) : shared.connection();
			return connection.flatMapMany((each) -> node.isMeant(each.peer()) ? each.stream(call) : stranger(each))
				.map(this::decoded)
				.onErrorMap(RpcException.class, (ex) -> named(node, method, ex))
				.doFinally((signal) -> {
					if (instance != null) {
						connections.release(shared, instance);
					}
					else {
						connections.release(shared);
					}
				});
		});
	}

	private static Flux<byte[]> stranger(Connection found) {
		return Flux
			.error(Status
				.notProcessed(Code.UNAVAILABLE, "another node is at " + found.endpoint() + ": node '"
						+ Printable.text(found.peer().nodeId()) + "', or one with another key; nothing was sent to it")
				.toException());
	}

	private static RpcException named(NodeAddress node, String method, RpcException thrown) {
		Status status = thrown.status();
		return new RpcException(new Status(status.code(),
				NodeOperations.SERVICE + '/' + method + " of " + node + ": " + status.message(), status.processed()),
				thrown);
	}

	private byte[] decoded(byte[] payload) {
		return (this.bytes.decode(payload) instanceof byte[] value) ? value : NOTHING;
	}

}
