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

package io.macula.selection;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import io.macula.Code;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts one instance got and how they ended. Safe for all threads, without
 * locks; the counts only grow.
 */
final class AttemptCounts {

	private static final AtomicLongFieldUpdater<AttemptCounts> STARTED = AtomicLongFieldUpdater
		.newUpdater(AttemptCounts.class, "started");

	private static final AtomicLongFieldUpdater<AttemptCounts> ENDED = AtomicLongFieldUpdater
		.newUpdater(AttemptCounts.class, "ended");

	private static final AtomicLongFieldUpdater<AttemptCounts> IGNORED = AtomicLongFieldUpdater
		.newUpdater(AttemptCounts.class, "ignored");

	private static final AtomicLongFieldUpdater<AttemptCounts> FAULTS = AtomicLongFieldUpdater
		.newUpdater(AttemptCounts.class, "faults");

	private volatile long started;

	private volatile long ended;

	/** Those of the ended ones that say nothing of the instance. */
	private volatile long ignored;

	private volatile long faults;

	/** By code; made by the first failure. */
	private volatile @Nullable AtomicLongArray failures;

	void start() {
		STARTED.incrementAndGet(this);
	}

	void end() {
		ENDED.incrementAndGet(this);
	}

	/** An attempt ended that says nothing of the instance. */
	void endIgnored() {
		// In this order, so that no reader takes it for an outcome.
		IGNORED.incrementAndGet(this);
		ENDED.incrementAndGet(this);
	}

	void fault() {
		FAULTS.incrementAndGet(this);
	}

	void failure(Code code) {
		AtomicLongArray counts = this.failures;
		if (counts == null) {
			synchronized (this) {
				counts = this.failures;
				if (counts == null) {
					counts = new AtomicLongArray(Code.values().length);
					this.failures = counts;
				}
			}
		}
		counts.incrementAndGet(code.ordinal());
	}

	long started() {
		return this.started;
	}

	int inFlight() {
		return (int) Math.max(0, this.started - this.ended);
	}

	/** Ended attempts that say something of the instance. */
	long outcomes() {
		return Math.max(0, this.ended - this.ignored);
	}

	long faults() {
		return this.faults;
	}

	Map<Code, Long> failures() {
		Map<Code, Long> byCode = new EnumMap<>(Code.class);
		AtomicLongArray counts = this.failures;
		if (counts != null) {
			for (Code code : Code.values()) {
				long count = counts.get(code.ordinal());
				if (count > 0) {
					byCode.put(code, count);
				}
			}
		}
		return byCode;
	}

}
