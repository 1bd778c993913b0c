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

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a realm. Immutable.
 *
 * @param number grows by 1 with each event of one {@link RealmMonitor}, from 1 on
 * @param at when it was heard of, by the clock of the monitor
 * @param kind of a node itself: {@code joined}, {@code left} (it said so),
 * {@code unreachable}, {@code reachable}, {@code drained} and {@code resumed} by an
 * operator, {@code weight}; told by a node: those of {@link NodeEvent}
 * @param nodeId whom it concerns, or who tells it
 * @param other the instance that is told of, or {@code null}
 * @param service name of the service, or {@code null}
 * @param client name of the client service, or {@code null}
 * @param detail for people, or {@code null}
 */
public record RealmEvent(long number, Instant at, String kind, String nodeId, @Nullable String other,
		@Nullable String service, @Nullable String client, @Nullable String detail) {

	/** Cuts what is too long: it may be what a node answered. */
	public RealmEvent {
		detail = NodeEvent.cut(detail);
	}

}
