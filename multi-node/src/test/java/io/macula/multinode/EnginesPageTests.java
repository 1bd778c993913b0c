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

package io.macula.multinode;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What docs/engines.md sets in yml, beside the settings that there are: those of modules
 * built before, engines included, which are not on this module's class path.
 */
class EnginesPageTests {

	private static final Pattern YML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

	private static final Set<String> known = new TreeSet<>();

	private static final Set<String> shown = new TreeSet<>();

	@BeforeAll
	static void read() throws IOException {
		Path root = Path.of("..");
		try (DirectoryStream<Path> modules = Files.newDirectoryStream(root, "macula-*")) {
			for (Path module : modules) {
				Path built = module.resolve("target/classes");
				boolean engine = Files.exists(module.resolve("src/main/resources/META-INF/spring"));
				Assumptions.assumeTrue(!engine || Files.exists(built), () -> module + " has not been built");
				Path metadata = built.resolve("META-INF/spring-configuration-metadata.json");
				if (Files.exists(metadata)) {
					for (JsonNode property : JsonMapper.builder().build().readTree(metadata).path("properties")) {
						known.add(property.path("name").asString());
					}
				}
			}
		}
		Matcher yml = YML.matcher(Files.readString(root.resolve("docs/engines.md")));
		while (yml.find()) {
			new Yaml().loadAll(yml.group(1)).forEach((document) -> collect("", document));
		}
	}

	private static void collect(String name, Object value) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, below) -> collect(name.isEmpty() ? key.toString() : name + "." + key, below));
		}
		else if (name.startsWith("macula.")) {
			shown.add(name);
		}
	}

	private static boolean isOf(String name, String setting) {
		return name.equals(setting) || name.startsWith(setting + ".");
	}

	@Test
	void whatIsShownExists() {
		assertThat(shown).isNotEmpty()
			.allMatch((name) -> known.stream().anyMatch((setting) -> isOf(name, setting)), "is a setting");
	}

	@Test
	void eachSettingOfAnEngineIsShown() {
		assertThat(known.stream().filter((setting) -> setting.matches("macula\\.directory\\.[a-z-]+\\..+")))
			.isNotEmpty()
			.allMatch((setting) -> shown.stream().anyMatch((name) -> isOf(name, setting)), "is in docs/engines.md");
	}

}
