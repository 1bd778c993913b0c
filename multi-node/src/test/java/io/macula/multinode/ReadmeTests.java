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
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The settings as an application with the starter sees them.
 */
class ReadmeTests {

	private static final Pattern ROW = Pattern.compile("\\| `(macula\\.[a-z.-]+)` \\| (?:`([^`]*)`)? \\| (.*) \\|");

	/** README has those that one needs first, docs/settings.md all: SettingsPageTests. */
	@Test
	void readmeTellsSettingsWithTheirDefaultsAndMeanings() throws IOException {
		Map<String, String> metadata = metadata();
		assertThat(readme()).hasSizeGreaterThanOrEqualTo(10)
			.as("README.md, beside the metadata")
			.allSatisfy((name, told) -> assertThat(told).as(name).isEqualTo(metadata.get(name)));
	}

	private static Map<String, String> readme() throws IOException {
		Map<String, String> settings = new TreeMap<>();
		Matcher row = ROW.matcher(Files.readString(Path.of("..", "README.md")));
		while (row.find()) {
			settings.put(row.group(1), row.group(2) + ": " + row.group(3).replace("\\|", "|"));
		}
		return settings;
	}

	private static Map<String, String> metadata() throws IOException {
		Map<String, String> settings = new TreeMap<>();
		for (URL url : Collections
			.list(ReadmeTests.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream json = url.openStream()) {
				for (JsonNode property : JsonMapper.builder().build().readTree(json).path("properties")) {
					String name = property.path("name").asString();
					if (name.startsWith("macula.")) {
						settings.put(name, property.path("defaultValue").asString(null) + ": "
								+ property.path("description").asString("").replaceAll("\\.$", ""));
					}
				}
			}
		}
		return settings;
	}

}
