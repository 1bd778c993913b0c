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

package io.macula.faults;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.macula.harness.Jvm;
import io.macula.harness.ProcessStatus;
import io.macula.harness.Shell;

/**
 * What a process holds. Immutable.
 *
 * @param heapKilobytes live heap after a collection
 * @param directKilobytes memory beside the heap that was asked for by code, such as
 * Netty's buffers; 0 where the JVM keeps no account of it
 * @param status what the operating system says
 */
record Resources(long heapKilobytes, long directKilobytes, ProcessStatus status) {

	private static final Pattern USED = Pattern.compile("used (\\d+)K");

	private static final Pattern DIRECT = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

	/** Live heap after a collection. */
	static long heapKilobytes(long pid) {
		return number(USED, jcmd(pid, "GC.run\nGC.heap_info\n"));
	}

	static Resources of(long pid) {
		return new Resources(heapKilobytes(pid), 0, ProcessStatus.of(pid));
	}

	/**
	 * Of a JVM that keeps account of its native memory.
	 * @param pid its process id
	 */
	static Resources withDirect(long pid) {
		String told = jcmd(pid, "GC.run\nGC.heap_info\nVM.native_memory summary\n");
		return new Resources(number(USED, told), number(DIRECT, told), ProcessStatus.of(pid));
	}

	/**
	 * Threads by their name.
	 * @param pid process id of a JVM
	 * @param prefix begin of their names
	 * @return their number
	 */
	static long threads(long pid, String prefix) {
		return jcmd(pid, "Thread.print\n").lines().filter((line) -> line.startsWith("\"" + prefix)).count();
	}

	boolean flatSince(Resources first) {
		return heldSince(first) && this.directKilobytes <= first.directKilobytes * 1.3 + 8_192
				&& this.status.residentKilobytes() <= first.status.residentKilobytes() * 1.2 + 32_768;
	}

	/**
	 * Whether nothing was left behind since then.
	 * @param first what the process held then
	 * @return whether heap, threads and descriptors are what they were, as nearly as that
	 * can be said of a JVM
	 */
	boolean heldSince(Resources first) {
		return this.heapKilobytes <= first.heapKilobytes * 1.3 + 8_192
				&& this.status.threads() <= first.status.threads() + 8
				&& this.status.descriptors() <= first.status.descriptors() + 16;
	}

	String describe() {
		return "%d MB heap, %d MB direct, %d MB resident, %d threads, %d descriptors".formatted(
				this.heapKilobytes >> 10, this.directKilobytes >> 10, this.status.residentKilobytes() >> 10,
				this.status.threads(), this.status.descriptors());
	}

	String describeSince(Resources first) {
		return "threads %d to %d, descriptors %d to %d, heap %d to %d MB".formatted(first.status.threads(),
				this.status.threads(), first.status.descriptors(), this.status.descriptors(), first.heapKilobytes >> 10,
				this.heapKilobytes >> 10);
	}

	/** One process for all of the commands: each takes the time that a JVM needs. */
	private static String jcmd(long pid, String commands) {
		return Shell.feed(commands, Jvm.tool("jcmd"), Long.toString(pid), "-f", "/dev/stdin");
	}

	private static long number(Pattern pattern, String text) {
		Matcher found = pattern.matcher(text);
		if (!found.find()) {
			throw new IllegalStateException("No '" + pattern + "' in: " + text);
		}
		return Long.parseLong(found.group(1));
	}

}
