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

package io.macula.benchmarks.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.macula.benchmarks.scale.DirectoryProtocol.Node;
import io.macula.benchmarks.scale.DirectoryProtocol.Renewal;
import io.macula.benchmarks.scale.DirectoryProtocol.Update;
import io.macula.benchmarks.scale.DirectoryProtocol.Upsert;
import io.macula.tls.NodeKey;
import io.macula.transport.Connection;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * Providers that one link tells a seed of, with signed records that are renewed as their
 * owners would.
 */
final class ToldNodes implements AutoCloseable {

	private static final long LEASE_MILLIS = 15_000;

	/** A tenth of them at a time, each within a third of its lease. */
	private static final int TURNS = 10;

	private static final int MOST_AT_ONCE = 100;

	private final String sender;

	private final List<SignedNode> nodes;

	private final long[] renewals;

	private final Sinks.Many<Update> told = Sinks.many().unicast().onBackpressureBuffer();

	private final AtomicLong received = new AtomicLong();

	private final Disposable.Composite running = Disposables.composite();

	/**
	 * Providers of the same services, which are in the order of their names.
	 * @param sender node id that the connection to the seed shows
	 */
	ToldNodes(String sender, int count, List<String> services) {
		this.sender = sender;
		this.nodes = IntStream.range(0, count)
			.mapToObj((i) -> SignedNode.of(new Node("told" + (10_000 + i), 1, 1, 1, "127.0.0.1", 10_000 + i, null, 0,
					100, Map.of("version", "1"), services, LEASE_MILLIS, null), key("told" + (10_000 + i))))
			.toList();
		this.renewals = new long[count];
	}

	/* One key may have few nodes. */
	private static NodeKey key(String nodeId) {
		return ScaleRealm.tls(nodeId).key();
	}

	/** Tell a seed of all, and renew their leases from then on. */
	void tell(Connection seed) {
		this.running.add(DirectoryProtocol.link(seed, this.told.asFlux())
			.subscribe((update) -> this.received.incrementAndGet(), (error) -> {
			}));
		for (int i = 0; i < this.nodes.size(); i += MOST_AT_ONCE) {
			tell(this.nodes.subList(i, Math.min(this.nodes.size(), i + MOST_AT_ONCE))
				.stream()
				.map((node) -> new Upsert(node.node(), 0, 0, node.renewals().get(0)))
				.toList(), List.of());
		}
		this.running.add(Flux.interval(Duration.ofMillis(LEASE_MILLIS / 3 / TURNS)).subscribe(this::renew));
	}

	private void renew(long turn) {
		List<Renewal> renewed = new ArrayList<>();
		for (int i = (int) (turn % TURNS); i < this.nodes.size(); i += TURNS) {
			SignedNode node = this.nodes.get(i);
			this.renewals[i]++;
			renewed.add(new Renewal(node.node().nodeId(), 1, 1, this.renewals[i], 0,
					node.renewals().get((int) this.renewals[i])));
		}
		tell(List.of(), renewed);
	}

	private synchronized void tell(List<Upsert> upserts, List<Renewal> renewed) {
		this.told.emitNext(new Update(this.sender, 1, true, false, false, 0, this.received.get(), null, upserts,
				renewed, List.of(), List.of()), Sinks.EmitFailureHandler.FAIL_FAST);
	}

	@Override
	public void close() {
		this.running.dispose();
	}

}
