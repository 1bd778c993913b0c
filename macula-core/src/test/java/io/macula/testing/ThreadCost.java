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
package io.macula.testing;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * What work costs on the thread that does it.
 *
 * @param nanos processor time
 * @param bytes that were allocated
 */
public record ThreadCost(long nanos, long bytes) {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	/**
	 * Do work on the present thread.
	 * @param work the work
	 * @return what it cost
	 */
	public static ThreadCost of(Runnable work) {
		long bytes = THREADS.getCurrentThreadAllocatedBytes();
		long nanos = THREADS.getCurrentThreadCpuTime();
		work.run();
		return new ThreadCost(THREADS.getCurrentThreadCpuTime() - nanos,
				THREADS.getCurrentThreadAllocatedBytes() - bytes);
	}

}
