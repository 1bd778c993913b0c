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

package io.macula;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * How important a call is to its caller. A provider that has more calls than it can serve
 * begins with the important ones and refuses the unimportant first. Without anything said
 * a call is {@link #NORMAL}.
 * <p>
 * It travels as the metadata entry {@value #KEY}. Calls that a handler makes have the
 * priority of the call that it serves, unless that is {@link #NORMAL} or they say
 * something themselves.
 *
 * @see CallOptions#priority(Priority)
 * @see MaculaMethod#priority()
 */
public enum Priority {

	/**
	 * Served while nothing else waits, and refused first: batches, prefetching, reports.
	 */
	LOW,

	/** Whatever is not said to be something else. */
	NORMAL,

	/**
	 * Before the other waiting calls of the same caller. Whoever says so of all of its
	 * calls gets no larger share than others.
	 */
	HIGH;

	/** Key of the metadata entry that says it. */
	public static final String KEY = "macula-priority";

	/**
	 * The priority that travels with a call.
	 * @param metadata of the call
	 * @return {@link #NORMAL} where none is said, or one that is not known here
	 */
	public static Priority of(Metadata metadata) {
		String said = metadata.isEmpty() ? null : metadata.get(KEY);
		return (said != null) ? parse(said) : NORMAL;
	}

	private static Priority parse(String said) {
		return switch (said) {
			case "low" -> LOW;
			case "high" -> HIGH;
			default -> NORMAL;
		};
	}

	/**
	 * Metadata that says this priority, and {@link #NORMAL} by saying nothing.
	 * @param metadata what else travels; the entry is replaced
	 * @return the metadata
	 */
	public Metadata in(Metadata metadata) {
		if (this == NORMAL && metadata.get(KEY) == null) {
			return metadata;
		}
		return metadata.with(KEY, name().toLowerCase(Locale.ROOT));
	}

	/**
	 * The first that says something.
	 * @param first what goes before
	 * @param second what holds otherwise
	 * @return the second where the first is {@code null}
	 */
	static @Nullable Priority first(@Nullable Priority first, @Nullable Priority second) {
		return (first != null) ? first : second;
	}

}
