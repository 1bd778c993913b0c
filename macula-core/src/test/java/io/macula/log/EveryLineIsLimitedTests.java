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

package io.macula.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each line of the log at INFO and above goes through {@link LogLimit} or
 * {@link FaultLog}, unless it is written once in the life of something that nobody else
 * can multiply.
 */
class EveryLineIsLimitedTests {

	private static final Pattern LINE = Pattern.compile("\\b(?:logger|LOG)\\s*\\.(info|warn|error)\\(");

	/** How many lines of a type need no limit, because ... */
	private static final Map<String, Integer> ONCE = Map.ofEntries(
			/* ... a contract is read once for each codec. */
			Map.entry("ExceptionCodecs", 1), Map.entry("ServedProcedures", 1),
			/*
			 * ... a node starts, drains and closes once in a life; a client is made once.
			 */
			Map.entry("Life", 2), Map.entry("ServingPart", 3), Map.entry("NodeClosing", 2), Map.entry("RealmClient", 2),
			Map.entry("ServiceLife", 1), Map.entry("RealmServer", 1), Map.entry("ListenerSockets", 2),
			Map.entry("Transport", 1), Map.entry("DirectoryClient", 1),
			/* ... trust is set up once, and anew when the operator changes a file. */
			Map.entry("SecretFile", 3), Map.entry("SecretTls", 1), Map.entry("InsecureTls", 1),
			Map.entry("BundleTls", 5),
			/* ... a certificate is looked at each hour, and renewed after days. */
			Map.entry("ExpiryWarning", 2), Map.entry("RealmContexts", 1),
			/* ... it is what limits, and this line is for what cannot be printed. */
			Map.entry("FaultLog", 1));

	/** The module's, whether Maven runs this in the module or somebody else above it. */
	private static final Path SOURCES = Files.isDirectory(Path.of("src/main/java")) ? Path.of("src/main/java")
			: Path.of("macula-core/src/main/java");

	@Test
	void whenALineMayRepeatThenItIsLimited() throws IOException {
		Map<String, Integer> unlimited = new LinkedHashMap<>();
		try (Stream<Path> sources = Files.walk(SOURCES)) {
			for (Path source : sources.filter((path) -> path.toString().endsWith(".java")).toList()) {
				String name = source.getFileName().toString().replace(".java", "");
				int lines = unlimited(Files.readString(source));
				if (lines > ONCE.getOrDefault(name, 0)) {
					unlimited.put(name, lines);
				}
			}
		}
		assertThat(unlimited).as("lines that peers, callers or the network could repeat without a bound").isEmpty();
	}

	private static int unlimited(String source) {
		int lines = 0;
		Matcher line = LINE.matcher(source);
		while (line.find()) {
			String before = source.substring(Math.max(0, line.start() - 60), line.start());
			lines += before.contains("(suppressed) ->") ? 0 : 1;
		}
		return lines;
	}

}
