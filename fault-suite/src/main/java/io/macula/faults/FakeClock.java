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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;

/**
 * A clock that processes see in place of the machine's, by the library {@code fakeclock}
 * of the harness ({@code src/main/c}); their monotonic time is the true one.
 */
final class FakeClock {

	/** What a fault needs that uses such a clock. */
	static final String LIBRARY = "fakeclock";

	private final Path library;

	private final Path file;

	private FakeClock(Path library, Path file) {
		this.library = library;
		this.file = file;
	}

	/**
	 * A clock that is right.
	 * @param world whose processes are to see it
	 * @param name its name, for its file
	 */
	static FakeClock in(World world, String name) {
		FakeClock clock = new FakeClock(world.options().fakeClock(), world.directory().resolve(name + ".clock"));
		clock.ahead(Duration.ZERO);
		return clock;
	}

	/**
	 * What a process needs to see this clock.
	 * @return environment variables
	 */
	Map<String, String> environment() {
		return Map.of("LD_PRELOAD", this.library.toAbsolutePath().toString(), "FAKECLOCK_FILE",
				this.file.toAbsolutePath().toString());
	}

	/**
	 * Set the clock. Processes see it at once.
	 * @param time what it is ahead of the machine's, in whole seconds; behind it if
	 * negative
	 */
	void ahead(Duration time) {
		ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
		seconds.putLong(time.toSeconds()).flip();
		// Processes have mapped the file: it is changed, not replaced.
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
			channel.write(seconds, 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Clock " + this.file + " cannot be set", ex);
		}
	}

}
