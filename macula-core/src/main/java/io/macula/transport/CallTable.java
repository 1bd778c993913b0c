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

package io.macula.transport;

import java.util.ArrayList;
import java.util.List;

import io.netty.util.collection.LongObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The open calls of a connection by their ids. Owned by the event loop.
 */
final class CallTable<T> {

	/*
	 * Ids are consecutive, which in a table of linear probing makes one long run that
	 * each removal walks along. Multiplication by an odd number is a bijection that
	 * scatters them (Knuth, volume 3, section 6.4).
	 */
	private static final long SCATTER = 0x9E3779B97F4A7C15L;

	private final LongObjectHashMap<T> calls = new LongObjectHashMap<>();

	void put(long id, T call) {
		this.calls.put(id * SCATTER, call);
	}

	@Nullable T get(long id) {
		return this.calls.get(id * SCATTER);
	}

	@Nullable T remove(long id) {
		return this.calls.remove(id * SCATTER);
	}

	int size() {
		return this.calls.size();
	}

	/** A copy, so that its reader may change the table. */
	List<T> all() {
		return new ArrayList<>(this.calls.values());
	}

}
