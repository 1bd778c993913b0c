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

package io.macula.benchmarks;

import java.util.function.ToDoubleFunction;

/**
 * A figure of a row.
 */
enum Figure {

	/** Calls, or elements, per second. */
	CALLS("calls/s", 0.3, Row::callsPerSecond),
	/** Median latency. */
	P50("p50", 0.3, Row::p50Micros),
	/** 99th percentile of the latency. */
	P99("p99", 0.6, Row::p99Micros),
	/** Processor time. */
	CPU("CPU per call", 0.3, Row::cpuSecondsPer100k),
	/** Heap allocated by the client. */
	CLIENT_BYTES("bytes allocated per call, client", 0.3, Row::clientBytesAllocatedPerCall),
	/** Heap allocated by the server. */
	SERVER_BYTES("bytes allocated per call, server", 0.3, Row::serverBytesAllocatedPerCall);

	private final String title;

	private final double maxSpread;

	private final ToDoubleFunction<Row> value;

	Figure(String title, double maxSpread, ToDoubleFunction<Row> value) {
		this.title = title;
		this.maxSpread = maxSpread;
		this.value = value;
	}

	String title() {
		return this.title;
	}

	/**
	 * Deviation of a round from the median above which a judged figure proves nothing.
	 */
	double maxSpread() {
		return this.maxSpread;
	}

	double of(Row row) {
		return this.value.applyAsDouble(row);
	}

}
