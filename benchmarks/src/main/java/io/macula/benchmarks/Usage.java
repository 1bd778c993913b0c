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

import java.lang.management.ManagementFactory;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * What a process has used up to a moment.
 *
 * @param cpuNanos processor time, as the operating system counts it
 * @param allocatedBytes bytes allocated on the heap by all threads
 */
record Usage(long cpuNanos, long allocatedBytes) {

	static Usage now() {
		OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
		return new Usage(system.getProcessCpuTime(), allocated());
	}

	/** Bytes of the heap that are in use after a collection. */
	static long liveHeap() {
		System.gc();
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

	static Usage parse(String line) {
		String[] parts = line.trim().split(" ");
		return new Usage(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
	}

	String format() {
		return this.cpuNanos + " " + this.allocatedBytes;
	}

	Usage minus(Usage before) {
		return new Usage(this.cpuNanos - before.cpuNanos, this.allocatedBytes - before.allocatedBytes);
	}

	/** The sum over the living threads; JDK 17 cannot tell of those that ended. */
	private static long allocated() {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long sum = 0;
		for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
			sum += Math.max(0, bytes);
		}
		return sum;
	}

}
