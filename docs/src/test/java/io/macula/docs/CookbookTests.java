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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A recipe that nothing proves is a promise.
 */
class CookbookTests {

	private static final Pattern TEST = Pattern.compile("`(\\w+Tests)(?:#(\\w+))?`");

	private static final Pattern SCRIPT = Pattern.compile("`(scripts/[a-z-]+\\.sh)`");

	private static final Map<String, String> recipes = new LinkedHashMap<>();

	private static final Map<String, Path> tests = new TreeMap<>();

	@BeforeAll
	static void read() throws IOException {
		String page = String.join("\n", Page.of("docs/cookbook.md").lines());
		for (String recipe : page.split("\n## ")) {
			recipes.put(recipe.lines().findFirst().orElseThrow(), recipe);
		}
		recipes.remove("# Cookbook");
		try (Stream<Path> modules = Files.list(Page.ROOT)) {
			for (Path module : modules.map((folder) -> folder.resolve("src/test/java"))
				.filter(Files::isDirectory)
				.toList()) {
				try (Stream<Path> files = Files.walk(module)) {
					files.filter((file) -> file.toString().endsWith("Tests.java"))
						.forEach((file) -> tests.put(file.getFileName().toString().replace(".java", ""), file));
				}
			}
		}
	}

	@Test
	void eachRecipeSaysItsGoalAndShowsSomething() {
		assertThat(recipes).hasSizeGreaterThanOrEqualTo(25).allSatisfy((title, recipe) -> {
			assertThat(recipe).as(title).contains("\nGoal: ").contains("\nProved by: ").containsPattern("\n(```|\\| )");
		});
	}

	@Test
	void whatProvesARecipeExists() {
		List<String> missing = new ArrayList<>();
		recipes.forEach((title, recipe) -> {
			String proof = recipe.substring(recipe.indexOf("\nProved by: "));
			List<MatchResult> named = TEST.matcher(proof).results().toList();
			List<String> scripts = SCRIPT.matcher(proof).results().map((match) -> match.group(1)).toList();
			if (named.isEmpty() && scripts.isEmpty()) {
				missing.add(title + ": no test and no script");
			}
			scripts.stream()
				.filter((script) -> !Files.exists(Page.ROOT.resolve(script)))
				.forEach((script) -> missing.add(title + ": " + script));
			for (MatchResult test : named) {
				Path file = tests.get(test.group(1));
				if (file == null || (test.group(2) != null && !read(file).contains("void " + test.group(2) + "("))) {
					missing.add(title + ": " + test.group());
				}
			}
		});
		assertThat(missing).isEmpty();
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
