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

package io.macula.directory;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.macula.directory.ServiceWatch.Gone;

/**
 * The nodes of all services that a node watches at a remote system, and whether those
 * that went without a word are too many to be believed (self-preservation). Owned by the
 * loop.
 */
final class LostNodes {

	/*
	 * After Eureka. Records end by themselves when their nodes cannot be heard by the
	 * system. When so many end within one lease, the fault is more likely between the
	 * nodes and the system than in each of them: snapshots have them again, until the
	 * nodes speak or the lost ones are few, or for four leases. Callers may meanwhile be
	 * shown nodes that are dead; they leave them out by what their own connections say.
	 */

	/** Below this number losses are believed. */
	private static final int AT_LEAST = 3;

	/** Up to this share, in percent, losses are believed. */
	private static final int PERCENT = 15;

	/** The lost are kept this many leases at most. */
	private static final int KEPT_LEASES = 4;

	private final boolean enabled;

	/** In how many services each node is present. */
	private final Map<String, Integer> present = new HashMap<>();

	private boolean preserving;

	private List<String> kept = List.of();

	LostNodes(boolean enabled) {
		this.enabled = enabled;
	}

	/**
	 * A node is there in one more service.
	 */
	void present(String nodeId) {
		this.present.merge(nodeId, 1, Integer::sum);
	}

	/**
	 * A node is there in one service less.
	 */
	void absent(String nodeId) {
		this.present.computeIfPresent(nodeId, (id, services) -> (services > 1) ? services - 1 : null);
	}

	/**
	 * Judge all losses anew; marks the watches whose snapshots change by it.
	 * @param now the time
	 * @return whether there are losses that must be judged again later
	 */
	boolean judge(Collection<ServiceWatch> watches, long now) {
		Set<String> lost = new HashSet<>();
		for (ServiceWatch watch : watches) {
			for (Iterator<Map.Entry<String, Gone>> losses = watch.gone().entrySet().iterator(); losses.hasNext();) {
				Map.Entry<String, Gone> loss = losses.next();
				if (over(loss.getValue(), now)) {
					losses.remove();
					watch.soil();
				}
				else {
					lost.add(loss.getKey());
				}
			}
		}
		this.preserving = this.enabled && tooMany(lost);
		Set<String> shown = new TreeSet<>();
		for (ServiceWatch watch : watches) {
			watch.gone().forEach((nodeId, loss) -> {
				if (loss.kept() != this.preserving) {
					loss.keep(this.preserving);
					watch.soil();
				}
			});
			if (this.preserving) {
				shown.addAll(watch.gone().keySet());
			}
		}
		this.kept = List.copyOf(shown);
		return !lost.isEmpty();
	}

	private static boolean over(Gone loss, long now) {
		return loss.leases(now) >= (loss.kept() ? KEPT_LEASES : 1);
	}

	private boolean tooMany(Set<String> lost) {
		long all = this.present.size() + lost.stream().filter((id) -> !this.present.containsKey(id)).count();
		return lost.size() >= AT_LEAST && lost.size() * 100L > all * PERCENT;
	}

	/**
	 * How many nodes there are, without the lost ones.
	 */
	int size() {
		return this.present.size();
	}

	/**
	 * Whether snapshots have nodes that are lost.
	 */
	boolean preserving() {
		return this.preserving;
	}

	/**
	 * The lost nodes that snapshots have, in order.
	 */
	List<String> kept() {
		return this.kept;
	}

}
