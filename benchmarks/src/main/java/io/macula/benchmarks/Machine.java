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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Whether the machine is quiet enough to measure on.
 */
final class Machine {

	private static final double MAX_BUSY = 0.1;

	private static final Path STAT = Path.of("/proc/stat");

	private Machine() {
	}

	/**
	 * Watch the processors for a second while this benchmark does nothing.
	 * @return what is wrong, or {@code null}; also where the system does not tell
	 */
	static @Nullable String unrest() throws InterruptedException {
		try {
			if (!Files.isReadable(STAT)) {
				return null;
			}
			long[] before = ticks(Files.readAllLines(STAT).get(0));
			Thread.sleep(1000);
			return unrest(before, ticks(Files.readAllLines(STAT).get(0)));
		}
		catch (IOException ex) {
			return null;
		}
	}

	static @Nullable String unrest(long[] before, long[] after) {
		double busy = (double) (after[0] - before[0]) / Math.max(1, after[1] - before[1]);
		return (busy > MAX_BUSY) ? String.format(Locale.ROOT,
				"the machine is not quiet: %.0f %% of its processors went to other processes "
						+ "while nothing was measured, more than %.0f %%; end them and run again",
				busy * 100, MAX_BUSY * 100) : null;
	}

	/** Busy and all ticks of the line {@code cpu user nice system idle iowait ...}. */
	static long[] ticks(String line) {
		String[] parts = line.trim().split("\\s+");
		long all = 0;
		for (int i = 1; i < Math.min(parts.length, 9); i++) {
			all += Long.parseLong(parts[i]);
		}
		return new long[] { all - Long.parseLong(parts[4]) - Long.parseLong(parts[5]), all };
	}

}
