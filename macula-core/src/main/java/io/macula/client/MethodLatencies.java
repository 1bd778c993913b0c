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

package io.macula.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import io.macula.selection.LatencyWindow;

/**
 * Recent latencies of the methods of one client service, over all its instances. Safe for
 * all threads; outlives stop and start of the node, because proxies keep the windows.
 */
final class MethodLatencies {

	private static final int MAX_METHODS = 1000;

	private final Map<String, LatencyWindow> windows = new ConcurrentHashMap<>();

	private final LongSupplier clock;

	MethodLatencies(LongSupplier clock) {
		this.clock = clock;
	}

	/**
	 * Those of a method; beyond a bound of names all others share one window.
	 */
	LatencyWindow of(String method) {
		String key = (this.windows.size() < MAX_METHODS || this.windows.containsKey(method)) ? method : "";
		return this.windows.computeIfAbsent(key, (name) -> new LatencyWindow(this.clock));
	}

}
