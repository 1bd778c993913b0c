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

package io.macula.cli.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * What became of calls, and how long they took from when they were to start. Safe for all
 * threads.
 */
final class LoadCounts {

	static final String OK = "OK";

	private static final int DIGITS = 3;

	private static final long MOST_MICROS = 3_600_000_000L;

	private final ConcurrentHistogram micros = new ConcurrentHistogram(MOST_MICROS, DIGITS);

	private final Map<String, LongAdder> codes = new ConcurrentHashMap<>();

	private final LongAdder attempts = new LongAdder();

	void ended(String code, int sent, long nanos) {
		this.micros.recordValue(Math.min(MOST_MICROS, Math.max(0, nanos / 1000)));
		this.codes.computeIfAbsent(code, (any) -> new LongAdder()).increment();
		this.attempts.add(sent);
	}

	/** A copy. */
	Histogram micros() {
		return this.micros.copy();
	}

	Map<String, Long> codes() {
		Map<String, Long> all = new TreeMap<>();
		this.codes.forEach((code, count) -> all.put(code, count.sum()));
		return all;
	}

	long attempts() {
		return this.attempts.sum();
	}

}
