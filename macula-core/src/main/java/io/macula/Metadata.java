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

import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Text entries that travel with a call beside its payload, for example the W3C trace
 * context. Immutable and safe for all threads; keys are compared as they are, so write
 * them in lower case.
 */
public final class Metadata {

	/**
	 * Most entries that callers, handlers and interceptors may set; what a frame has room
	 * for beside them is left to tracers.
	 */
	public static final int MAX_ENTRIES = 120;

	/** Most bytes of all keys and values that these may set, in UTF-8. */
	public static final int MAX_BYTES = 60 << 10;

	private static final int MAX_KEY_LENGTH = 128;

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
	 * The same for what somebody sets who can be told that it is not possible.
	 * @param key 1 to 128 characters of {@code a-z}, {@code 0-9}, {@code .}, {@code _}
	 * and {@code -}
	 * @param value any text without halves of surrogate pairs
	 * @return new metadata
	 * @throws IllegalArgumentException if key or value is another one, or if there are
	 * more than {@value #MAX_ENTRIES} entries or {@value #MAX_BYTES} bytes then
	 */
	public Metadata add(String key, String value) {
		requireKey(key);
		Objects.requireNonNull(value, () -> "The value of the metadata entry '" + key + "' is null");
		if (!Utf8.travels(value)) {
			throw new IllegalArgumentException("The value of the metadata entry '" + key
					+ "' is not valid: it contains half of a surrogate pair, which is no character");
		}
		Metadata added = with(key, value);
		added.requireRoom(key);
		return added;
	}

	/**
	 * These entries and those of others, which replace entries of the same key.
	 * @param others the others
	 * @return new metadata, unless one of both has no entries
	 * @throws IllegalArgumentException if there are more than {@value #MAX_ENTRIES}
	 * entries or {@value #MAX_BYTES} bytes then
	 */
	public Metadata addAll(Metadata others) {
		if (others.isEmpty() || isEmpty()) {
			return others.isEmpty() ? this : others;
		}
		Map<String, String> copy = new LinkedHashMap<>(this.entries);
		copy.putAll(others.entries);
		Metadata added = new Metadata(Map.copyOf(copy));
		added.requireRoom(others.entries.keySet().iterator().next());
		return added;
	}

	/**
	 * Refuse a key that nobody should set.
	 * @param key the key
	 * @throws IllegalArgumentException if it is not of 1 to 128 characters of
	 * {@code a-z}, {@code 0-9}, {@code .}, {@code _} and {@code -}
	 */
	public static void requireKey(String key) {
		Objects.requireNonNull(key, "key");
		boolean valid = !key.isEmpty() && key.length() <= MAX_KEY_LENGTH;
		for (int i = 0; valid && i < key.length(); i++) {
			char each = key.charAt(i);
			valid = (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '.' || each == '_'
					|| each == '-';
		}
		if (!valid) {
			throw new IllegalArgumentException(
					"Metadata key '" + Printable.text(key, MAX_KEY_LENGTH) + "' is not valid: expected 1 to "
							+ MAX_KEY_LENGTH + " characters of a-z, 0-9, '.', '_' and '-'; write it in lower case");
		}
	}

	private void requireRoom(String key) {
		if (this.entries.size() > MAX_ENTRIES) {
			throw new IllegalArgumentException("Metadata entry '" + key + "' is one too many: expected at most "
					+ MAX_ENTRIES + " entries; send what belongs together as one entry, or as an argument");
		}
		long bytes = 0;
		for (Map.Entry<String, String> entry : this.entries.entrySet()) {
			bytes += entry.getKey().length() + (long) Utf8.bytes(entry.getValue());
		}
		if (bytes > MAX_BYTES) {
			throw new IllegalArgumentException("Metadata entry '" + key + "' makes " + bytes
					+ " bytes of metadata: expected at most " + MAX_BYTES + "; send what is large as an argument");
		}
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
