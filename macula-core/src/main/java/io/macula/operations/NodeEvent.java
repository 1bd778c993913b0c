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
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Something that happened at a node. Immutable. Texts of more than 1,000 characters are
 * cut.
 *
 * @param at when, by the clock of that node
 * @param kind {@code instance-joined}, {@code instance-left}, {@code instance-ejected},
 * {@code instance-restored}, {@code lease-granted}, {@code lease-lost},
 * {@code connection-lost} or {@code contracts-differ}; further ones may come
 * @param client name of the client service that it concerns, or {@code null}
 * @param service name of the service, or {@code null}
 * @param nodeId the other node, or {@code null}
 * @param endpoint where that is, or {@code null}
 * @param detail for people, or {@code null}
 */
public record NodeEvent(Instant at, String kind, @Nullable String client, @Nullable String service,
		@Nullable String nodeId, @Nullable String endpoint, @Nullable String detail) {

	/** Most characters of a text: whoever tells of events may make them up. */
	private static final int LONGEST = 1000;

	/** Cuts what is too long, as events are kept for whoever asks later. */
	public NodeEvent {
		at = Objects.requireNonNullElse(at, Instant.EPOCH);
		kind = Objects.requireNonNullElse(cut(kind), "unknown");
		client = cut(client);
		service = cut(service);
		nodeId = cut(nodeId);
		endpoint = cut(endpoint);
		detail = cut(detail);
	}

	static @Nullable String cut(@Nullable String text) {
		if (text == null || text.length() <= LONGEST) {
			return text;
		}
		int end = LONGEST - 3;
		return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "...";
	}

}
