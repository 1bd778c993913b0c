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
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/**
 * A file to which another process appends lines, read bit by bit. For one thread.
 */
public final class AppendedLines {

	private final Path file;

	/** Behind the last whole line that was read. */
	private long position;

	public AppendedLines(Path file) {
		this.file = file;
	}

	/**
	 * Lines that were appended since the last time this was asked. A line that is not
	 * whole yet comes the next time.
	 * @return lines in their order
	 */
	public List<String> next() {
		try (FileChannel channel = FileChannel.open(this.file, StandardOpenOption.READ)) {
			channel.position(this.position);
			byte[] bytes = Channels.newInputStream(channel).readAllBytes();
			int whole = bytes.length;
			while (whole > 0 && bytes[whole - 1] != '\n') {
				whole--;
			}
			this.position += whole;
			return new String(Arrays.copyOf(bytes, whole), StandardCharsets.UTF_8).lines().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Lines of " + this.file + " cannot be read", ex);
		}
	}

}
