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

package io.macula.faults;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.macula.harness.Clock;

/**
 * What processes hold before a fault and after it: who lives through it is to have
 * nothing left of it. For one thread.
 */
final class Holdings {

	/** Idle handler threads live for 30 s. */
	private static final Duration LIMIT = Duration.ofSeconds(40);

	private static final Duration STEP = Duration.ofSeconds(4);

	private final Map<Long, Resources> known = new HashMap<>();

	/**
	 * Before a fault. Who was looked at after the last one is not looked at again.
	 * @param processes process ids by name
	 */
	void before(Map<String, Long> processes) {
		this.known.keySet().retainAll(processes.values());
		processes.values().forEach((pid) -> this.known.computeIfAbsent(pid, Resources::of));
	}

	/**
	 * After it.
	 * @param processes process ids by name; those that are new are left out
	 * @param log takes what must hold
	 */
	void after(Map<String, Long> processes, FaultLog log) {
		Map<String, Long> old = new TreeMap<>(processes);
		old.values().retainAll(this.known.keySet());
		Map<Long, Resources> now = new HashMap<>();
		boolean held = Clock.within(LIMIT, () -> {
			if (!now.isEmpty()) {
				Clock.pause(STEP);
			}
			old.values()
				.stream()
				.filter((pid) -> !now.containsKey(pid) || !held(now, pid))
				.forEach((pid) -> now.put(pid, Resources.of(pid)));
			return old.values().stream().allMatch((pid) -> held(now, pid));
		});
		log.must("who lived through it has no thread, descriptor or memory left of it",
				old.entrySet()
					.stream()
					.map((each) -> each.getKey() + ": "
							+ Objects.requireNonNull(now.get(each.getValue())).describeSince(before(each.getValue())))
					.collect(Collectors.joining("; ")),
				held);
		this.known.putAll(now);
	}

	private boolean held(Map<Long, Resources> now, Long pid) {
		return Objects.requireNonNull(now.get(pid)).heldSince(before(pid));
	}

	private Resources before(Long pid) {
		return Objects.requireNonNull(this.known.get(pid));
	}

}
