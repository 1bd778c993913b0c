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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AppendedLinesTests {

	@TempDir
	Path directory;

	@Test
	void eachLineIsReadOnceAndOnlyWhenItIsWhole() throws IOException {
		Path file = Files.createFile(this.directory.resolve("calls"));
		AppendedLines lines = new AppendedLines(file);
		assertThat(lines.next()).isEmpty();
		append(file, "1 grün\n2 ha");
		assertThat(lines.next()).containsExactly("1 grün");
		assertThat(lines.next()).isEmpty();
		append(file, "lf\n3\n");
		assertThat(lines.next()).containsExactly("2 half", "3");
	}

	private static void append(Path file, String text) throws IOException {
		Files.writeString(file, text, StandardOpenOption.APPEND);
	}

}
