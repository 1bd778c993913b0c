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

package io.macula.embedded;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What was made of lists of texts, so that equal lists are made and held once: most nodes
 * of a realm serve what some other node serves, too. Bounded, and begins anew when it is
 * full. Not safe for threads.
 */
final class SharedLists<V> {

	/** Of all texts together; each counts as a few more. */
	static final int MAX_CHARS = 2_000_000;

	private static final int CHARS_OF_ENTRY = 50;

	private final Map<List<String>, V> values = new HashMap<>();

	private int chars;

	@Nullable V get(List<String> texts) {
		return this.values.get(texts);
	}

	/** Takes the list as it is: nobody may change it any more. */
	void put(List<String> texts, V value) {
		int more = CHARS_OF_ENTRY;
		for (String text : texts) {
			more += CHARS_OF_ENTRY + text.length();
		}
		if (this.chars + more > MAX_CHARS) {
			this.values.clear();
			this.chars = 0;
		}
		if (more <= MAX_CHARS && this.values.putIfAbsent(texts, value) == null) {
			this.chars += more;
		}
	}

	int size() {
		return this.values.size();
	}

}
