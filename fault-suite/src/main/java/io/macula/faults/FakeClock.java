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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.macula.harness.Shell;

/**
 * A clock that processes see in place of the machine's, by libfaketime, which makes them
 * slow; their monotonic time is the true one.
 */
final class FakeClock {

	/** What a fault needs that uses such a clock. */
	static final String TOOL = "faketime";

	private final Path file;

	private FakeClock(Path file) {
		this.file = file;
	}

	/**
	 * A clock that is right.
	 * @param world whose processes are to see it
	 * @param name its name, for its file
	 */
	static FakeClock in(World world, String name) {
		FakeClock clock = new FakeClock(world.directory().resolve(name + ".clock"));
		clock.ahead(Duration.ZERO);
		return clock;
	}

	/**
	 * What a process needs to see this clock.
	 * @return environment variables
	 */
	Map<String, String> environment() {
		String library = Shell.run("sh", "-c", "ls /usr/lib/*/faketime/libfaketimeMT.so.1 | head -1").strip();
		return Map.of("LD_PRELOAD", library, "FAKETIME_TIMESTAMP_FILE", this.file.toAbsolutePath().toString(),
				"FAKETIME_CACHE_DURATION", "1", "FAKETIME_DONT_FAKE_MONOTONIC", "1", "DONT_FAKE_MONOTONIC", "1");
	}

	/**
	 * Set the clock. Processes see it within a second.
	 * @param time what it is ahead of the machine's; behind it if negative
	 */
	void ahead(Duration time) {
		try {
			Files.writeString(this.file, "%+d\n".formatted(time.toSeconds()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Time cannot be faked", ex);
		}
	}

}
