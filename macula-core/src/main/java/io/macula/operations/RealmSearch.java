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
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.macula.RpcException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks for the nodes of a realm again and again: asks few nodes whom they know while
 * some know the whole realm, and crawls where none does, and now and then. On the thread
 * of the {@link RealmMonitor}.
 */
final class RealmSearch {

	/** So many nodes are asked whom they know. */
	private static final int WITNESSES = 3;

	/** Each so many searches is a crawl, whatever the nodes say that they know. */
	private static final int CRAWLS = 6;

	/** A sign that somebody joined is followed after this time: others may join too. */
	private static final Duration SOON = Duration.ofMillis(300);

	/** And once more: what a node tells may be a second old. */
	private static final Duration ONCE_MORE = Duration.ofMillis(1200);

	/** Until the next search where this one found nobody. */
	private static final Duration NOTHING = Duration.ofSeconds(2);

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final OperationsClient operations;

	private final List<NodeAddress> beginnings;

	private final RealmPicture.Settings settings;

	private final Consumer<Runnable> thread;

	private final Consumer<Found> found;

	private final Supplier<Collection<WatchedNode>> watched;

	private @Nullable Disposable running;

	private int searches;

	private boolean onceMore;

	private long dueNanos = System.nanoTime();

	RealmSearch(OperationsClient operations, List<NodeAddress> beginnings, RealmPicture.Settings settings,
			Consumer<Runnable> thread, Supplier<Collection<WatchedNode>> watched, Consumer<Found> found) {
		this.operations = operations;
		this.beginnings = beginnings;
		this.settings = settings;
		this.thread = thread;
		this.watched = watched;
		this.found = found;
	}

	/** There is a sign that somebody joined. */
	void soon() {
		dueWithin(SOON);
		this.onceMore = true;
	}

	private void dueWithin(Duration time) {
		long due = System.nanoTime() + time.toNanos();
		if (this.dueNanos - due > 0) {
			this.dueNanos = due;
		}
	}

	/** Looks whether a search is due; called often. */
	void check(long now) {
		if (this.running != null || now - this.dueNanos < 0) {
			return;
		}
		Duration next = this.onceMore ? ONCE_MORE : this.settings.search();
		this.onceMore = false;
		this.dueNanos = now + next.toNanos();
		this.running = search().onErrorResume((ex) -> Mono.just(failed(ex)))
			.subscribe((each) -> this.thread.accept(() -> {
				this.running = null;
				if (each.nodes().isEmpty()) {
					// What the directory knows may take it a moment to tell.
					dueWithin(NOTHING);
				}
				this.found.accept(each);
			}));
	}

	private Mono<Found> search() {
		List<WatchedNode> knowing = new ArrayList<>();
		List<NodeAddress> present = new ArrayList<>();
		for (WatchedNode node : this.watched.get()) {
			NodeStatus status = node.status();
			if (status != null && node.inTouch()) {
				present.add(node.address());
				if (status.life().knowsRealm()) {
					knowing.add(node);
				}
			}
		}
		if (knowing.isEmpty() || this.searches++ % CRAWLS == 0) {
			return crawl(knowing.isEmpty() ? present : List.of());
		}
		Collections.shuffle(knowing);
		return Flux.fromIterable(knowing.subList(0, Math.min(WITNESSES, knowing.size())))
			.flatMap((node) -> this.operations.known(node.address())
				.take(this.settings.nodes() + 1L)
				.timeout(PATIENCE)
				.onErrorComplete())
			.collectList()
			.map((known) -> new Found(known.stream().map(KnownNodes.KnownNode::address).toList(), null, false));
	}

	private Mono<Found> crawl(List<NodeAddress> present) {
		RealmCrawl.Bounds usual = RealmCrawl.Bounds.defaults();
		// A beginning is counted by its address, and by the id of who answers there.
		RealmCrawl.Bounds bounds = new RealmCrawl.Bounds(2 * this.settings.nodes() + this.beginnings.size() + 1,
				usual.parallel(), usual.perNode(), usual.all());
		List<NodeAddress> from = new ArrayList<>(this.beginnings);
		from.addAll(present);
		// Without beginnings of its own, those that the client's node knows, too.
		Mono<RealmView> crawl = this.beginnings.isEmpty() ? this.operations.crawlBeside(present, bounds)
				: this.operations.crawl(from, bounds);
		return crawl.map(RealmSearch::of);
	}

	private static Found of(RealmView realm) {
		Map<String, NodeAddress> addresses = new LinkedHashMap<>();
		for (NodeStatus node : realm.nodes()) {
			String nodeId = node.node().nodeId();
			NodeAddress asked = realm.addresses().get(nodeId);
			if (asked != null) {
				addresses.put(nodeId, (asked.nodeId() != null) ? asked
						: new NodeAddress(asked.endpoint(), asked.further(), nodeId, node.node().incarnation(), null));
			}
		}
		String trouble = realm.complete() ? null
				: "not all nodes were asked: there are too many, or they take too long";
		for (RealmView.Silent silent : realm.silent()) {
			String nodeId = silent.address().nodeId();
			if (nodeId != null) {
				addresses.putIfAbsent(nodeId, silent.address());
			}
			else if (realm.nodes().isEmpty()) {
				trouble = "no node answers; " + silent.address() + ": " + silent.reason();
			}
		}
		if (addresses.isEmpty() && trouble == null) {
			trouble = "no node is known: expected seeds, or a directory that knows nodes";
		}
		return new Found(List.copyOf(addresses.values()), trouble, true);
	}

	private static Found failed(Throwable thrown) {
		String reason = (thrown instanceof RpcException rpc) ? rpc.status().toString() : thrown.toString();
		return new Found(List.of(), "the search for nodes failed: " + reason, false);
	}

	void close() {
		Disposable present = this.running;
		if (present != null) {
			present.dispose();
		}
	}

	/**
	 * What a search found.
	 *
	 * @param nodes nodes, each with its id
	 * @param trouble why it may not be all, or {@code null}
	 * @param crawled whether all nodes were looked for
	 */
	record Found(List<NodeAddress> nodes, @Nullable String trouble, boolean crawled) {

	}

}
