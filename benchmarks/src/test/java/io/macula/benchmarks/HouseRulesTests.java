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

package io.macula.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules that hold over all modules. Here, since this is the last one.
 */
class HouseRulesTests {

	private static final Path ROOT = Path.of("..");

	private static final int CODE_LINES = 400;

	private static final int COLUMNS = 120;

	private static final Pattern TEST = Pattern.compile("`([A-Za-z]+Tests)`");

	private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

	/**
	 * Such a package cannot be a module of Java, and what is package-private in one is
	 * open to the other.
	 */
	@Test
	void noPackageIsInTwoModules() throws IOException {
		Map<String, Set<String>> modules = new TreeMap<>();
		for (Path source : sources()) {
			Path name = ROOT.relativize(source);
			String inModule = name.subpath(4, name.getNameCount() - 1).toString();
			modules.computeIfAbsent(inModule.replace(File.separatorChar, '.'), (any) -> new TreeSet<>())
				.add(name.getName(0).toString());
		}
		assertThat(modules).containsKeys("io.macula", "io.macula.spring", "io.macula.benchmarks");
		assertThat(modules).allSatisfy((name, owners) -> assertThat(owners).as(name).hasSize(1));
	}

	/** A larger type is two things. */
	@Test
	void noTypeHasMoreThan400CodeLines() throws IOException {
		Map<String, Long> sizes = new TreeMap<>();
		for (Path source : sources()) {
			sizes.put(source.getFileName().toString(),
					COMMENT.matcher(Files.readString(source))
						.replaceAll("")
						.lines()
						.filter((line) -> !line.isBlank())
						.count());
		}
		assertThat(sizes).isNotEmpty()
			.allSatisfy((name, lines) -> assertThat(lines).as(name).isLessThanOrEqualTo(CODE_LINES));
	}

	/** What it does not name, an application has to give a version to. */
	@Test
	void bomNamesEveryPublishedModule() throws IOException {
		String bom = Files.readString(ROOT.resolve(Path.of("macula-bom", "pom.xml")));
		List<String> modules;
		try (Stream<Path> folders = Files.list(ROOT)) {
			modules = folders.filter((folder) -> Files.exists(folder.resolve("pom.xml")))
				.map((folder) -> folder.getFileName().toString())
				.filter((name) -> name.startsWith("macula-") && !name.equals("macula-bom"))
				.toList();
		}
		assertThat(modules).contains("macula-core")
			.allSatisfy((name) -> assertThat(bom).contains("<artifactId>" + name + "</artifactId>"));
	}

	@Test
	void docsWrapAt120Columns() throws IOException {
		List<Path> pages = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
		pages.add(ROOT.resolve("README.md"));
		List<String> tooLong = new ArrayList<>();
		for (Path page : pages) {
			boolean code = false;
			for (String line : Files.readAllLines(page)) {
				code = line.startsWith("```") ? !code : code;
				if (line.length() > COLUMNS && !code && !line.startsWith("|")) {
					tooLong.add(page.getFileName() + ": " + line);
				}
			}
		}
		assertThat(pages).hasSizeGreaterThan(5);
		assertThat(tooLong).isEmpty();
	}

	/** A row that nothing shows is a promise. */
	@Test
	void theComparisonNamesTestsThatExist() throws IOException {
		Set<String> tests = new TreeSet<>();
		try (Stream<Path> folders = Files.list(ROOT)) {
			for (Path module : folders.toList()) {
				for (String language : List.of("java", "kotlin")) {
					String ending = "Tests." + (language.equals("java") ? "java" : "kt");
					files(module.resolve(Path.of("src", "test", language)), ending)
						.forEach((file) -> tests.add(file.getFileName().toString().replaceFirst("\\.[a-z]+$", "")));
				}
			}
		}
		List<String> rows = Files.readAllLines(ROOT.resolve(Path.of("docs", "comparison.md")))
			.stream()
			.filter((line) -> line.matches("\\| \\d+\\. .*"))
			.toList();
		assertThat(rows).hasSizeGreaterThanOrEqualTo(25).allSatisfy((row) -> {
			List<String> named = TEST.matcher(row.split("\\|")[2]).results().map((match) -> match.group(1)).toList();
			assertThat(named).as(row).isNotEmpty();
			assertThat(tests).containsAll(named);
		});
	}

	private static List<Path> sources() throws IOException {
		List<Path> sources = new ArrayList<>();
		try (Stream<Path> folders = Files.list(ROOT)) {
			for (Path module : folders.toList()) {
				sources.addAll(files(module.resolve(Path.of("src", "main", "java")), ".java"));
			}
		}
		return sources;
	}

	private static List<Path> files(Path folder, String ending) throws IOException {
		if (!Files.isDirectory(folder)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> file.toString().endsWith(ending)).toList();
		}
	}

}
