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

package io.macula.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The messages of "Troubleshooting by message" are those of the code: what is quoted
 * there stands in literals of the modules, but for what is put into them.
 */
class MessagesTests {

	private static final Pattern QUOTE = Pattern.compile("`([^`]+)`");

	/** What stands for a value: 'x', ..., n, h:p, a status, a type. */
	private static final Pattern VALUE = Pattern
		.compile("['(]?([a-z]|[a-z]:[a-z]|\\.\\.\\.)['),:;]*" + "|'[^']*'|\\d+|[A-Z_]+:|=.*|[\\w.]+/\\w+:?");

	/** What Maven, the JVM and Bean Validation say. */
	private static final Pattern FOREIGN = Pattern.compile("Could not find artifact .*|UnsatisfiedLinkError"
			+ "|netty_quiche|Closed\\w+Exception|/actuator/.*|.* must be greater than 0");

	private static final int SHORTEST_PIECE = 7;

	private static final double LEAST_PART = 0.6;

	@Test
	void eachMessageIsOneOfTheCode() throws IOException {
		String literals = literals();
		List<String> unknown = new ArrayList<>();
		int quotes = 0;
		for (String row : rows()) {
			String cell = row.substring(2).split(" \\| ", 2)[0];
			Matcher quote = QUOTE.matcher(cell);
			while (quote.find()) {
				String message = quote.group(1);
				if (FOREIGN.matcher(message).matches() || message.startsWith("macula.")) {
					continue;
				}
				quotes++;
				if (part(message, literals) < LEAST_PART) {
					unknown.add(message);
				}
			}
		}
		assertThat(quotes).isGreaterThan(150);
		assertThat(unknown).as("no message of the code").isEmpty();
	}

	/** How much of a message is in pieces of literals, by letters. */
	private static double part(String message, String literals) {
		String[] words = message.split(" ");
		int all = 0;
		int found = 0;
		int next = 0;
		while (next < words.length) {
			int end = words.length;
			while (end > next && !isPiece(String.join(" ", List.of(words).subList(next, end)), message, literals)) {
				end--;
			}
			int letters = 0;
			int until = Math.max(end, next + 1);
			for (String word : List.of(words).subList(next, until)) {
				letters += VALUE.matcher(word).matches() ? 0 : word.length();
			}
			all += letters;
			found += (end > next) ? letters : 0;
			next = until;
		}
		return (all == 0) ? 0 : (double) found / all;
	}

	private static boolean isPiece(String piece, String message, String literals) {
		return piece.length() >= Math.min(SHORTEST_PIECE, message.length()) && literals.contains(piece);
	}

	private static List<String> rows() {
		List<String> lines = Page.of("docs/operations.md").lines();
		return lines.subList(lines.indexOf("## Troubleshooting by message"), lines.size())
			.stream()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| message"))
			.toList();
	}

	/** All main sources, with what is added of literals as one. */
	private static String literals() throws IOException {
		StringBuilder literals = new StringBuilder();
		try (Stream<Path> modules = Files.list(Page.ROOT)) {
			for (Path module : modules.filter((path) -> path.getFileName().toString().startsWith("macula-")).toList()) {
				Path sources = module.resolve("src/main/java");
				if (Files.isDirectory(sources)) {
					try (Stream<Path> files = Files.walk(sources)) {
						for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
							literals.append(Files.readString(file)
								.replaceAll("\"\\s*\\+\\s*\"", "")
								.replace("\\\"", "\"")
								.replace("{}", "...")
								.replaceAll("\\s+", " "));
						}
					}
				}
			}
		}
		return literals.toString();
	}

}
