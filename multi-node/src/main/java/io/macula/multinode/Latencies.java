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

package io.macula.multinode;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of calls. A caller that waits for its answer leaves out the calls that it
 * would have made meanwhile (coordinated omission): they are added as if each had waited
 * for the rest of that time.
 */
final class Latencies {

	private static final int DIGITS = 3;

	private Latencies() {
	}

	/**
	 * Percentiles of the calls of callers that take turns with a pause.
	 * @param calls the calls
	 * @param everyMicros how often a caller calls if nothing keeps it waiting
	 * @return milliseconds by the name of the percentile
	 */
	static Map<String, Double> corrected(Collection<Call> calls, long everyMicros) {
		Histogram histogram = new Histogram(DIGITS);
		calls.forEach((call) -> histogram.recordValueWithExpectedInterval(call.micros(), everyMicros));
		Map<String, Double> percentiles = new LinkedHashMap<>();
		percentiles.put("p50", millis(histogram.getValueAtPercentile(50)));
		percentiles.put("p90", millis(histogram.getValueAtPercentile(90)));
		percentiles.put("p99", millis(histogram.getValueAtPercentile(99)));
		percentiles.put("p99.9", millis(histogram.getValueAtPercentile(99.9)));
		percentiles.put("max", millis(histogram.getMaxValue()));
		return percentiles;
	}

	static double millis(long micros) {
		return micros / 1000.0;
	}

}
