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

package io.macula.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What the operating system says of a process; Linux only. Immutable.
 *
 * @param residentKilobytes memory
 * @param virtualKilobytes addresses that are taken
 * @param threads threads
 * @param descriptors open files and sockets
 */
public record ProcessStatus(long residentKilobytes, long virtualKilobytes, long threads, long descriptors) {

	/**
	 * The status of a process now.
	 * @param pid its id
	 * @return its status
	 */
	public static ProcessStatus of(long pid) {
		Path process = Path.of("/proc", Long.toString(pid));
		Map<String, Long> status = new HashMap<>();
		try (var descriptors = Files.list(process.resolve("fd"))) {
			for (String line : Files.readAllLines(process.resolve("status"))) {
				String[] words = line.split("[:\\s]+");
				if (words.length > 1 && words[1].matches("\\d+")) {
					status.put(words[0], Long.parseLong(words[1]));
				}
			}
			return new ProcessStatus(status.getOrDefault("VmRSS", 0L), status.getOrDefault("VmSize", 0L),
					status.getOrDefault("Threads", 0L), descriptors.count());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Status of process " + pid + " cannot be read", ex);
		}
	}

}
