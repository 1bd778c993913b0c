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

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * What changed at a node since the change before. Immutable. Entries are told whole, with
 * counts since the start of the node: a watcher that is slow gets fewer changes, but
 * misses nothing of what they add up to. Only events can be too many.
 *
 * @param number 0 for the first change, which tells everything, then 1 more for each
 * @param status the entries that are new or other than before; who and how the node is
 * always
 * @param gone keys of entries that are no more, by the name of their list
 * @param events what happened, the earliest first
 * @param omitted events that were left out because too many came since the change before:
 * the earliest ones
 */
public record NodeChange(long number, NodeStatus status, Map<String, List<String>> gone, List<NodeEvent> events,
		long omitted) {

	/** Keeps copies. */
	public NodeChange {
		gone = (gone != null) ? Map.copyOf(gone) : Map.of();
		events = NodeStatus.copy(events);
	}

	/** The change from one status to the next. */
	static NodeChange between(long number, @Nullable NodeStatus before, NodeStatus now, List<NodeEvent> events,
			long omitted) {
		if (before == null) {
			return new NodeChange(number, now, Map.of(), events, omitted);
		}
		Map<String, List<String>> gone = new LinkedHashMap<>();
		NodeStatus changed = new NodeStatus(now.node(), now.life(),
				changed("services", before, now, NodeStatus::services, gone),
				changed("callers", before, now, NodeStatus::callers, gone),
				changed("clients", before, now, NodeStatus::clients, gone),
				changed("instances", before, now, NodeStatus::instances, gone),
				changed("connections", before, now, NodeStatus::connections, gone),
				changed("skews", before, now, NodeStatus::skews, gone));
		return new NodeChange(number, changed, gone, events, omitted);
	}

	private static <T extends Keyed> List<T> changed(String name, NodeStatus before, NodeStatus now,
			Function<NodeStatus, List<T>> list, Map<String, List<String>> gone) {
		Map<String, T> old = new LinkedHashMap<>();
		list.apply(before).forEach((entry) -> old.put(entry.key(), entry));
		List<T> changed = new ArrayList<>();
		for (T entry : list.apply(now)) {
			T known = old.remove(entry.key());
			if (!entry.equals(known)) {
				changed.add(entry);
			}
		}
		if (!old.isEmpty()) {
			gone.put(name, List.copyOf(old.keySet()));
		}
		return changed;
	}

	/**
	 * Whether nothing is told but how the node is.
	 * @return true if no entry and no event is in it
	 */
	public boolean quiet() {
		return this.number > 0 && this.gone.isEmpty() && this.events.isEmpty() && this.omitted == 0
				&& Stream
					.of(this.status.services(), this.status.callers(), this.status.clients(), this.status.instances(),
							this.status.connections(), this.status.skews())
					.allMatch(List::isEmpty);
	}

	/**
	 * The node after this change.
	 * @param before as it was after the change before; {@code null} for the first one
	 * @return as it is now
	 */
	public NodeStatus after(@Nullable NodeStatus before) {
		if (before == null || this.number == 0) {
			return this.status;
		}
		return new NodeStatus(this.status.node(), this.status.life(), merged("services", before, NodeStatus::services),
				merged("callers", before, NodeStatus::callers), merged("clients", before, NodeStatus::clients),
				merged("instances", before, NodeStatus::instances),
				merged("connections", before, NodeStatus::connections), merged("skews", before, NodeStatus::skews));
	}

	private <T extends Keyed> List<T> merged(String name, NodeStatus before, Function<NodeStatus, List<T>> list) {
		if (list.apply(this.status).isEmpty() && !this.gone.containsKey(name)) {
			return list.apply(before);
		}
		Set<String> dropped = new HashSet<>(Objects.requireNonNullElse(this.gone.get(name), List.of()));
		Map<String, T> all = new LinkedHashMap<>();
		list.apply(before)
			.stream()
			.filter((entry) -> !dropped.contains(entry.key()))
			.forEach((entry) -> all.put(entry.key(), entry));
		list.apply(this.status).forEach((entry) -> all.put(entry.key(), entry));
		return List.copyOf(all.values());
	}

}
