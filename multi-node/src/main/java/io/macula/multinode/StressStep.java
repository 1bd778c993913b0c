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

/**
 * What calls at one rate came to, however slowly they were answered. Latencies count from
 * the moment at which a call was due. Immutable.
 *
 * @param rate calls that were due each second
 * @param achieved calls that were answered each second
 * @param held whether the rate was held
 * @param failed calls that failed
 * @param p50Millis median latency
 * @param p90Millis 90th percentile
 * @param p99Millis 99th percentile
 * @param p999Millis 99.9th percentile
 * @param maxMillis longest
 * @param sentP99Millis 99th percentile from the moment at which a call was really sent:
 * what is seen if those that wait are left out
 */
record StressStep(int rate, double achieved, boolean held, long failed, double p50Millis, double p90Millis,
		double p99Millis, double p999Millis, double maxMillis, double sentP99Millis) {

}
