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

package io.macula.compatibility;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects changes; what is found at one place on several ways is one change. Used by one
 * thread.
 */
final class Changes {

	private final Map<List<String>, Change> changes = new LinkedHashMap<>();

	Change add(String where, String what, String remedy) {
		return this.changes.computeIfAbsent(List.of(where, what), (key) -> new Change(where, what, remedy));
	}

	List<Change> all() {
		return new ArrayList<>(this.changes.values());
	}

}
