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

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What a directory says of itself to an operator, at one moment. Immutable.
 *
 * @param seeds where the directory is asked, and in which state each of these is; empty
 * for a directory that asks nobody
 * @param nodes known nodes
 * @param selfPreservation whether leases are not expired because too many went silent at
 * once, or when the source had just come back
 * @param overdue nodes that are kept for that reason though their leases are over
 * @param fault why it does not say of itself that it knows the whole realm, though it has
 * run for long enough; {@code null} if nothing is wrong
 * @param engines what each engine behind it says of itself, the preferred one first;
 * empty for an engine that says nothing
 */
public record DirectoryState(Map<String, String> seeds, int nodes, boolean selfPreservation, List<String> overdue,
		@Nullable String fault, List<DirectoryReport> engines) {

	/** Nothing is known yet. */
	public static final DirectoryState EMPTY = new DirectoryState(Map.of(), 0, false, List.of(), null);

	public DirectoryState {
		overdue = List.copyOf(overdue);
		engines = List.copyOf(engines);
	}

	/**
	 * The state of an engine that gives no report of its own.
	 * @param seeds where it is asked
	 * @param nodes known nodes
	 * @param selfPreservation whether leases are not expired
	 * @param overdue nodes that are kept for that reason
	 * @param fault what is wrong, or {@code null}
	 */
	public DirectoryState(Map<String, String> seeds, int nodes, boolean selfPreservation, List<String> overdue,
			@Nullable String fault) {
		this(seeds, nodes, selfPreservation, overdue, fault, List.of());
	}

	/**
	 * What an engine says of itself. One that fails to, which may be the user's, knows
	 * nothing and has that as its fault.
	 * @param engine the engine
	 * @return its state at this moment
	 */
	public static DirectoryState of(DirectoryEngine engine) {
		try {
			return engine.state();
		}
		catch (RuntimeException ex) {
			return new DirectoryState(Map.of(), 0, false, List.of(), untold(ex));
		}
	}

	/**
	 * The same state with the lease of the node, which is that of its only engine. Of
	 * several, each has one of its own and tells it.
	 * @param lease the state of the lease in lower case, or {@code null} if the node has
	 * none
	 * @return the state
	 */
	public DirectoryState withLease(@Nullable String lease) {
		if (lease == null || this.engines.size() != 1 || this.engines.get(0).lease() != null) {
			return this;
		}
		return new DirectoryState(this.seeds, this.nodes, this.selfPreservation, this.overdue, this.fault,
				List.of(this.engines.get(0).withLease(lease)));
	}

	static String untold(RuntimeException failure) {
		return "it cannot tell its state: " + failure.getMessage();
	}

	/**
	 * The state of an engine that is a system of its own.
	 * @param report what the engine says of itself
	 * @return the state
	 */
	public static DirectoryState of(DirectoryReport report) {
		return new DirectoryState(Map.of(), report.nodes(), report.selfPreservation(), report.overdue(), null,
				List.of(report));
	}

}
