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
 * The nodes of all services that a node watches at a remote system, and whether it is
 * believed that those are gone that went without a word (self-preservation). Owned by the
 * loop.
 */
final class LostNodes {

	/*
	 * After Eureka. Records end by themselves when their nodes cannot be heard by the
	 * system. When so many end within one lease, the fault is more likely between the
	 * nodes and the system than in each of them: snapshots have them again, until the
	 * nodes speak or the lost ones are few, or for four leases. Callers may meanwhile be
	 * shown nodes that are dead; they leave them out by what their own connections say.
	 *
	 * A system that was frozen, or that nobody could reach, may end leases as it wakes,
	 * before it hears the nodes. So what goes within a lease after the system is back is
	 * kept for one lease, however few: nodes that live have spoken by then. While it is
	 * silent, what is kept stays.
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

	/** Whether too many are lost. */
	private boolean many;

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
	 * @param silent whether the system as such says nothing
	 * @param now the time
	 * @return whether there are losses that must be judged again later
	 */
	boolean judge(Collection<ServiceWatch> watches, boolean silent, long now) {
		Set<String> lost = new HashSet<>();
		for (ServiceWatch watch : watches) {
			boolean unheard = silent || !watch.inTouch();
			for (Iterator<Map.Entry<String, Gone>> losses = watch.gone().entrySet().iterator(); losses.hasNext();) {
				Map.Entry<String, Gone> loss = losses.next();
				if (over(loss.getValue(), unheard, now)) {
					losses.remove();
					watch.soil();
				}
				else {
					lost.add(loss.getKey());
				}
			}
		}
		this.many = this.enabled && tooMany(lost);
		Set<String> shown = new TreeSet<>();
		for (ServiceWatch watch : watches) {
			boolean unheard = silent || !watch.inTouch();
			watch.gone().forEach((nodeId, loss) -> {
				boolean keep = keep(loss, unheard, now);
				if (loss.kept() != keep) {
					loss.keep(keep);
					watch.soil();
				}
				if (keep) {
					shown.add(nodeId);
				}
			});
		}
		this.kept = List.copyOf(shown);
		return !lost.isEmpty();
	}

	private boolean over(Gone loss, boolean unheard, long now) {
		return !lasting(loss, unheard) && loss.leases(now) >= (this.many ? KEPT_LEASES : 1);
	}

	private boolean keep(Gone loss, boolean unheard, long now) {
		return this.many || lasting(loss, unheard) || (this.enabled && loss.doubted() && loss.leases(now) < 1);
	}

	/** What is kept stays while the system is silent. */
	private static boolean lasting(Gone loss, boolean unheard) {
		return unheard && loss.kept();
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
	 * Whether more are lost than can be believed.
	 */
	boolean many() {
		return this.many;
	}

	/**
	 * Whether snapshots have nodes that are lost.
	 */
	boolean preserving() {
		return !this.kept.isEmpty();
	}

	/**
	 * The lost nodes that snapshots have, in order.
	 */
	List<String> kept() {
		return this.kept;
	}

}
