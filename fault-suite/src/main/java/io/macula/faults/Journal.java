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

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import io.macula.harness.Clock;
import org.jspecify.annotations.Nullable;

/**
 * List of the questions that a provider executed, one line each: {@code id method
 * time}, the time being that of {@link System#nanoTime()}, which on Linux is one clock
 * for all processes. A line is in the hands of the operating system before the question
 * is executed, so that it outlives a killed process. Safe for all threads.
 */
final class Journal implements AutoCloseable {

	/*
	 * No FileChannel: a cancelled call interrupts its handler, and a channel that is
	 * written to by an interrupted thread closes itself for all.
	 */
	private final @Nullable FileOutputStream file;

	/**
	 * Open a journal.
	 * @param path its file, to which lines are appended; empty to write nothing down
	 * @throws IOException if the file cannot be opened
	 */
	Journal(String path) throws IOException {
		this.file = path.isEmpty() ? null : new FileOutputStream(path, true);
	}

	void write(long id, String method) {
		if (this.file == null) {
			return;
		}
		try {
			this.file.write((id + " " + method + " " + Clock.now() + "\n").getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Journal cannot be written", ex);
		}
	}

	@Override
	public void close() throws IOException {
		if (this.file != null) {
			this.file.close();
		}
	}

}
