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

/**
 * Figures of one workload on one stack; of one window, or the medians of several.
 *
 * @param stack name of the stack
 * @param workload kind of work
 * @param inFlight calls in flight, or threads
 * @param payloadBytes encoded size of the request
 * @param callsPerSecond answered calls per second; elements per second for a stream
 * @param p50Micros median latency
 * @param p99Micros 99th percentile
 * @param p999Micros 99.9th percentile
 * @param maxMicros longest
 * @param cpuSecondsPer100k processor time of both processes for 100,000 calls
 * @param clientCpuSecondsPer100k the client's part
 * @param serverCpuSecondsPer100k the server's part
 * @param bytesAllocatedPerCall heap allocated in both processes, records and codec
 * included
 * @param clientBytesAllocatedPerCall the client's part
 * @param serverBytesAllocatedPerCall the server's part
 * @param errors failed and wrong answers
 */
record Row(String stack, String workload, int inFlight, int payloadBytes, double callsPerSecond, double p50Micros,
		double p99Micros, double p999Micros, double maxMicros, double cpuSecondsPer100k, double clientCpuSecondsPer100k,
		double serverCpuSecondsPer100k, double bytesAllocatedPerCall, double clientBytesAllocatedPerCall,
		double serverBytesAllocatedPerCall, long errors) {

	/** What has to be equal for two rows to be compared. */
	String key() {
		return this.workload + ", " + this.inFlight + " in flight";
	}

}
