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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A package that two modules share cannot be a module of Java, and what is
 * package-private in one is open to the other. Here, since this is the last module.
 */
class PackageTests {

	private static final Path ROOT = Path.of("..");

	@Test
	void noPackageIsInTwoModules() throws IOException {
		Map<String, List<String>> modules = new TreeMap<>();
		try (Stream<Path> folders = Files.list(ROOT)) {
			for (Path module : folders.toList()) {
				packages(module.resolve(Path.of("src", "main", "java")))
					.forEach((name) -> modules.computeIfAbsent(name, (any) -> new ArrayList<>())
						.add(module.getFileName().toString()));
			}
		}
		assertThat(modules).containsKeys("io.macula", "io.macula.spring", "io.macula.benchmarks");
		assertThat(modules).allSatisfy((name, owners) -> assertThat(owners).as(name).hasSize(1));
	}

	private static List<String> packages(Path sources) throws IOException {
		if (!Files.isDirectory(sources)) {
			return List.of();
		}
		try (Stream<Path> files = Files.walk(sources)) {
			return files.filter((file) -> file.toString().endsWith(".java"))
				.map((file) -> sources.relativize(file.getParent())
					.toString()
					.replace(file.getFileSystem().getSeparator(), "."))
				.distinct()
				.toList();
		}
	}

}
