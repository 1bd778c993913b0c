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

package io.macula.pool;

import java.util.ArrayList;
import java.util.List;

import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;

/**
 * What a change of a pool brings about outside of it: waiters that are told, listeners
 * that are notified, dials, ends of connections. Collected while the pool's lock is held,
 * done in the same order after it was released, by the thread that made the change; hence
 * for one thread only.
 * <p>
 * One that throws is logged and does not keep the others from being done.
 */
final class Effects {

	private static final FaultLog faults = new FaultLog(PrintableLogger.of(ConnectionPool.class));

	private final List<Runnable> collected = new ArrayList<>();

	void add(Runnable effect) {
		this.collected.add(effect);
	}

	void run() {
		this.collected.forEach(Effects::guard);
	}

	/** Run foreign code whose failure is nobody else's. */
	static void guard(Runnable foreign) {
		try {
			foreign.run();
		}
		catch (Throwable ex) {
			faults.error("A waiter, a listener or a connection of the pool failed", ex);
		}
	}

}
