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

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What one engine says of itself to an operator, at one moment. Immutable; holds no
 * secrets.
 *
 * @param engine type of the engine, such as {@code etcd}
 * @param nodes nodes that it knows of
 * @param lease state of this node's own lease there, as in {@link Lease.State} but in
 * lower case; {@code null} if this node advertises nothing there, or the engine cannot
 * say
 * @param reachable whether its source answers; what is known stays known while it does
 * not
 * @param since how long that has been so; {@code null} if the engine cannot say
 * @param age time since the source last confirmed what is known here, the oldest of what
 * is watched; {@code null} before anything is known
 * @param trouble what is wrong and what to check, as a clause; {@code null} if nothing is
 * @param corruptRecords records in the source that cannot be read and are left out
 * @param selfPreservation whether instances are kept because too many went at once, or
 * when the source had just come back
 * @param overdue nodes that are kept for that reason though their leases are over
 * @param details what else there is to know of an engine of this type, by name; neither
 * credentials nor addresses with such in them
 */
public record DirectoryReport(String engine, int nodes, @Nullable String lease, boolean reachable,
		@Nullable Duration since, @Nullable Duration age, @Nullable String trouble, long corruptRecords,
		boolean selfPreservation, List<String> overdue, Map<String, String> details) {

	public DirectoryReport {
		Objects.requireNonNull(engine, "engine");
		overdue = List.copyOf(overdue);
		details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
	}

	/**
	 * The report of an engine of which no more is known.
	 * @param engine type of the engine
	 * @param nodes nodes that it knows of
	 * @param trouble what is wrong, or {@code null} if the engine is in touch with its
	 * source
	 * @return the report
	 */
	public static DirectoryReport of(String engine, int nodes, @Nullable String trouble) {
		return new DirectoryReport(engine, nodes, null, trouble == null, null, null, trouble, 0, false, List.of(),
				Map.of());
	}

	/**
	 * The same report with another state of the lease.
	 * @param state the state, or {@code null}
	 * @return a new report
	 */
	DirectoryReport withLease(Lease.@Nullable State state) {
		return withLease((state != null) ? state.name().toLowerCase(Locale.ROOT) : null);
	}

	DirectoryReport withLease(@Nullable String state) {
		return new DirectoryReport(this.engine, this.nodes, state, this.reachable, this.since, this.age, this.trouble,
				this.corruptRecords, this.selfPreservation, this.overdue, this.details);
	}

}
