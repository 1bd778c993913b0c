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
 * there is made of its literals, but for what is put into them.
 */
class MessagesTests {

	private static final Pattern QUOTE = Pattern.compile("`([^`]+)`");

	private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");

	/** What stands for a value: 'x', ..., n, h:p, a status, a setting, an artifact. */
	private static final Pattern VALUE = Pattern.compile("['(]?([a-z]|[a-z]:[a-z]|\\.\\.\\.)['),:;]*|'[^']*'|[A-Z_]+:"
			+ "|=.*|[\\w.]+/\\w+:?|\\$\\{x},?|macula\\.[a-z.-]+,?|[0-9.]+\\)?|IPv\\d|[\\w.-]+:[\\w.-]+");

	/** What Maven, the JVM and Bean Validation say. */
	private static final Pattern FOREIGN = Pattern.compile("Could not find artifact .*|UnsatisfiedLinkError"
			+ "|netty_quiche|Closed\\w+Exception|/actuator/.*|.* must be greater than 0|macula\\..*");

	private static final int SHORTEST_PIECE = 8;

	@Test
	void eachMessageIsOneOfTheCode() throws IOException {
		String literals = literals();
		List<String> unknown = new ArrayList<>();
		int quotes = 0;
		for (String row : rows()) {
			Matcher quote = QUOTE.matcher(row.substring(2).split(" \\| ", 2)[0]);
			while (quote.find()) {
				String message = quote.group(1);
				if (!FOREIGN.matcher(message).matches()) {
					quotes++;
					parts(message).stream()
						.filter((part) -> !isMadeOf(literals, part))
						.forEach((part) -> unknown.add(String.join(" ", part) + " (of: " + message + ")"));
				}
			}
		}
		assertThat(quotes).isGreaterThan(150);
		assertThat(unknown).as("no message of the code").isEmpty();
	}

	@Test
	void whatTheCodeDoesNotSayIsFound() {
		String literals = "has expired (\nit is valid \n does not accept the name in ";
		assertThat(isMadeOf(literals, List.of("does", "not", "accept", "the", "name"))).isTrue();
		assertThat(isMadeOf(literals, List.of("has", "expired", "(it", "is", "valid", "from"))).isTrue();
		assertThat(isMadeOf(literals, List.of("does", "not", "like", "any", "such", "host"))).isFalse();
		assertThat(parts("node 'x' of h:p has n bytes")).containsExactly(List.of("node"), List.of("of"), List.of("has"),
				List.of("bytes"));
	}

	/** The words of a message between its values. */
	private static List<List<String>> parts(String message) {
		List<List<String>> parts = new ArrayList<>();
		List<String> part = new ArrayList<>();
		for (String word : message.split(" ")) {
			if (VALUE.matcher(word).matches()) {
				parts.add(part);
				part = new ArrayList<>();
			}
			else {
				part.add(word);
			}
		}
		parts.add(part);
		parts.removeIf(List::isEmpty);
		return parts;
	}

	/**
	 * In whole or in pieces, between which a word or two may stand: those where one
	 * literal ends and another begins. Two words alone say nothing.
	 */
	private static boolean isMadeOf(String literals, List<String> part) {
		int missed = 0;
		int next = 0;
		while (next < part.size()) {
			int end = part.size();
			while (end > next && !isPiece(literals, part.subList(next, end))) {
				end--;
			}
			missed += (end > next) ? 0 : 1;
			next = Math.max(end, next + 1);
		}
		return part.size() <= 2 || missed <= (part.size() > 3 ? 2 : 1);
	}

	private static boolean isPiece(String literals, List<String> words) {
		String piece = String.join(" ", words).replaceAll("[,;:]$", "");
		return piece.length() >= SHORTEST_PIECE && literals.contains(piece);
	}

	private static List<String> rows() {
		List<String> lines = Page.of("docs/operations.md").lines();
		return lines.subList(lines.indexOf("## Troubleshooting by message"), lines.size())
			.stream()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| message"))
			.toList();
	}

	/** Of the main sources, with those that are added to each other as one. */
	private static String literals() throws IOException {
		StringBuilder literals = new StringBuilder();
		try (Stream<Path> modules = Files.list(Page.ROOT)) {
			for (Path module : modules.filter((path) -> path.getFileName().toString().startsWith("macula-")).toList()) {
				Path sources = module.resolve("src/main/java");
				if (Files.isDirectory(sources)) {
					try (Stream<Path> files = Files.walk(sources)) {
						for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
							Matcher literal = LITERAL.matcher(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
							while (literal.find()) {
								literals.append(literal.group(1)).append('\n');
							}
						}
					}
				}
			}
		}
		return literals.toString().replace("\\\"", "\"").replace("{}", "...");
	}

}
