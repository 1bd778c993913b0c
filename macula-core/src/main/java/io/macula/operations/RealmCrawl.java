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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One search for all nodes of a realm: asks those who are known, wave by wave, whom they
 * know. Used once; one signal at a time.
 */
public final class RealmCrawl {

	/** Whoever tells of its nodes for longer than so many questions is left. */
	private static final int PATIENCE = 4;

	/** So many nodes that know the whole realm are believed that nobody else is there. */
	private static final int WITNESSES = 3;

	private final OperationsClient client;

	private final Bounds bounds;

	private final Map<String, NodeStatus> answered = new TreeMap<>();

	private final Map<String, NodeAddress> addresses = new LinkedHashMap<>();

	private final List<RealmView.Silent> silent = new ArrayList<>();

	/** Node ids and endpoints that were asked, or are about to be. */
	private final Set<String> seen = new HashSet<>();

	private int witnesses;

	private boolean bounded;

	/** Somebody who is there did not tell whom it knows. */
	private boolean untold;

	RealmCrawl(OperationsClient client, Bounds bounds) {
		this.client = client;
		this.bounds = bounds;
	}

	Mono<RealmView> from(List<NodeAddress> beginnings) {
		List<Asked> first = new ArrayList<>();
		beginnings.forEach((each) -> add(first, each, null));
		return wave(first).timeout(this.bounds.all(), Mono.defer(() -> {
			this.bounded = true;
			return Mono.empty();
		})).then(Mono.fromCallable(this::view));
	}

	private synchronized RealmView view() {
		return new RealmView(List.copyOf(this.answered.values()), this.silent, this.addresses,
				!this.bounded && (!this.untold || this.witnesses > 0));
	}

	private Mono<Void> wave(List<Asked> asked) {
		if (asked.isEmpty()) {
			return Mono.empty();
		}
		List<Asked> next = new ArrayList<>();
		return Flux.fromIterable(asked)
			.flatMap((each) -> visit(each, next), this.bounds.parallel())
			.then(Mono.defer(() -> wave(copy(next))));
	}

	/** Whoever was given up may still be adding. */
	private synchronized List<Asked> copy(List<Asked> next) {
		return List.copyOf(next);
	}

	private Mono<Void> visit(Asked asked, List<Asked> next) {
		return this.client.report(asked.address()).flatMap((status) -> {
			boolean curious = met(asked, status);
			return !curious ? Mono.<Void>empty()
					: this.client.known(asked.address())
						.take(this.bounds.nodes())
						.doOnNext((known) -> tell(next, known.address(), status.node().nodeId()))
						.then()
						.timeout(this.bounds.perNode().multipliedBy(PATIENCE))
						.doOnSuccess((done) -> testified(status))
						.doOnError((ex) -> untold());
		}).onErrorResume((ex) -> {
			failed(asked, ex);
			return Mono.empty();
		});
	}

	/**
	 * A node answered.
	 * @return whether it has to be asked whom it knows
	 */
	private synchronized boolean met(Asked asked, NodeStatus status) {
		String nodeId = status.node().nodeId();
		String expected = asked.address().nodeId();
		if (expected != null && !expected.equals(nodeId)) {
			throw Status
				.processed(Code.INTERNAL, "it says that it is node '" + Printable.text(nodeId) + "', which it is not")
				.toException();
		}
		this.seen.add(nodeId);
		if (this.answered.putIfAbsent(nodeId, status) != null) {
			return false;
		}
		this.addresses.put(nodeId, asked.address());
		return !status.life().knowsRealm() || this.witnesses < WITNESSES;
	}

	/** Whom a node knows is told to its end: one that fails before is no witness. */
	private synchronized void testified(NodeStatus status) {
		if (status.life().knowsRealm()) {
			this.witnesses++;
		}
	}

	private synchronized void untold() {
		this.untold = true;
	}

	private synchronized void failed(Asked asked, Throwable thrown) {
		String reason = (thrown instanceof RpcException rpc) ? rpc.status().toString() : thrown.toString();
		this.silent.add(new RealmView.Silent(asked.address(), reason, asked.toldBy()));
	}

	private synchronized void tell(List<Asked> next, NodeAddress address, String toldBy) {
		add(next, address, toldBy);
	}

	private void add(List<Asked> next, NodeAddress told, @Nullable String toldBy) {
		NodeAddress address = told.asked();
		String key = (address.nodeId() != null) ? address.nodeId() : address.endpoint();
		if (this.seen.contains(key)) {
			return;
		}
		if (this.seen.size() >= this.bounds.nodes()) {
			this.bounded = true;
			return;
		}
		this.seen.add(key);
		next.add(new Asked(address, toldBy));
	}

	/** A node that is asked. */
	private record Asked(NodeAddress address, @Nullable String toldBy) {

	}

	/**
	 * Bounds of a search.
	 *
	 * @param nodes most nodes and beginnings that are asked
	 * @param parallel nodes that are asked at once
	 * @param perNode bound of each question
	 * @param all bound of the whole
	 */
	public record Bounds(int nodes, int parallel, Duration perNode, Duration all) {

		/** Refuses what bounds nothing. */
		public Bounds {
			if (nodes < 1 || parallel < 1 || perNode.isNegative() || perNode.isZero() || all.isNegative()
					|| all.isZero()) {
				throw new IllegalArgumentException("bounds of " + nodes + " nodes, " + parallel + " at once, " + perNode
						+ " and " + all + " are not valid: expected more than 0 of each");
			}
		}

		/**
		 * For people who wait: 10,000 nodes, 16 at once, 2 seconds for each, 30 for all.
		 * @return the bounds
		 */
		public static Bounds defaults() {
			return new Bounds(10_000, 16, Duration.ofSeconds(2), Duration.ofSeconds(30));
		}

	}

}
