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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * Text entries that travel with a call beside its payload, for example the W3C trace
 * context. Immutable and safe for all threads; keys are compared as they are, so write
 * them in lower case.
 */
public final class Metadata {

	/** Metadata without entries. */
	public static final Metadata EMPTY = new Metadata(Map.of());

	private final Map<String, String> entries;

	private Metadata(Map<String, String> entries) {
		this.entries = entries;
	}

	/**
	 * Metadata of the given entries.
	 * @param entries keys and values; copied
	 * @return the metadata
	 */
	public static Metadata of(Map<String, String> entries) {
		return entries.isEmpty() ? EMPTY : new Metadata(Map.copyOf(entries));
	}

	/**
	 * These entries and one more; an entry of the same key is replaced.
	 * @param key the key
	 * @param value the value
	 * @return new metadata
	 */
	public Metadata with(String key, String value) {
		Objects.requireNonNull(key, "key");
		Objects.requireNonNull(value, "value");
		Map<String, String> copy = new LinkedHashMap<>(this.entries);
		copy.put(key, value);
		return new Metadata(Map.copyOf(copy));
	}

	/**
	 * The value of an entry.
	 * @param key the key
	 * @return the value, or {@code null} where there is no such entry
	 */
	public @Nullable String get(String key) {
		return this.entries.get(key);
	}

	/**
	 * Number of entries.
	 * @return 0 or more
	 */
	public int size() {
		return this.entries.size();
	}

	/**
	 * Whether there are no entries.
	 * @return true if so
	 */
	public boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/**
	 * Pass each entry to the action, in no particular order.
	 * @param action receives key and value
	 */
	public void forEach(BiConsumer<String, String> action) {
		this.entries.forEach(action);
	}

	/**
	 * The entries as an unmodifiable map.
	 * @return the entries
	 */
	public Map<String, String> asMap() {
		return this.entries;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Metadata that && this.entries.equals(that.entries);
	}

	@Override
	public int hashCode() {
		return this.entries.hashCode();
	}

	@Override
	public String toString() {
		return this.entries.toString();
	}

}
