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

import java.util.concurrent.ThreadLocalRandom;

/**
 * The wait before an instance is tried again: doubles each time, with jitter of 20 %.
 */
final class Backoff {

	private Backoff() {
	}

	static long millis(ServiceSettings.Failover failover, int attempt) {
		long base = failover.backoff().toMillis() << Math.min(Math.max(0, attempt - 1), 20);
		long bounded = Math.min(base, failover.maxBackoff().toMillis());
		return Math.round(bounded * ThreadLocalRandom.current().nextDouble(0.8, 1.2));
	}

}
