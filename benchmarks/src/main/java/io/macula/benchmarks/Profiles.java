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
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Stacks of one process, collapsed: how often which frame was on top, and how often it
 * was anywhere on the stack.
 */
final class Profiles {

	private static final String[] RUNTIME = { "java/", "jdk/", "sun/", "io/netty/channel/", "io/netty/util/" };

	private final Map<String, Long> own = new HashMap<>();

	private final Map<String, Long> inclusive = new HashMap<>();

	private long total;

	/** Read lines of the form {@code frame;frame;frame count}. */
	static Profiles read(Path collapsed) throws IOException {
		Profiles profiles = new Profiles();
		for (String line : Files.readAllLines(collapsed)) {
			int space = line.lastIndexOf(' ');
			if (space > 0) {
				profiles.add(line.substring(0, space).split(";"), Long.parseLong(line.substring(space + 1)));
			}
		}
		return profiles;
	}

	private void add(String[] frames, long count) {
		this.total += count;
		this.own.merge(frames[frames.length - 1], count, Long::sum);
		Set<String> once = new HashSet<>();
		for (String frame : frames) {
			if (once.add(frame)) {
				this.inclusive.merge(frame, count, Long::sum);
			}
		}
	}

	/** Share of the samples with a frame on top. */
	double share(String frame) {
		return (double) this.own.getOrDefault(frame, 0L) / this.total;
	}

	/** Share of the samples with a frame anywhere. */
	double inclusiveShare(String frame) {
		return (double) this.inclusive.getOrDefault(frame, 0L) / this.total;
	}

	void print(String process, int lines) {
		System.out.printf("%n%s: share of %,d, frames on top of the stack%n", process, this.total);
		print(this.own, lines);
		System.out.printf("%n%s: frames with all they call, without Java's and Netty's scaffolding%n", process);
		Map<String, Long> shown = new LinkedHashMap<>(this.inclusive);
		shown.keySet().removeIf((frame) -> {
			for (String prefix : RUNTIME) {
				if (frame.startsWith(prefix)) {
					return true;
				}
			}
			return !frame.contains("/");
		});
		print(shown, lines);
	}

	private void print(Map<String, Long> counts, int lines) {
		counts.entrySet()
			.stream()
			.sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
			.limit(lines)
			.forEach((entry) -> System.out.printf("  %5.1f %%  %s%n", 100.0 * entry.getValue() / this.total,
					entry.getKey()));
	}

}
