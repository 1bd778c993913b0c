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

package io.macula.spring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

import static org.assertj.core.api.Assertions.assertThat;

class MetadataTests {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	@Test
	void eachSettingIsDescribedAndKnown() throws IOException {
		KnownKeys known = KnownKeys.ofProperties();
		List<String> keys = new ArrayList<>();
		for (JsonNode property : own().path("properties")) {
			String name = property.path("name").asString();
			assertThat(property.path("description").asString("")).as(name).matches("[A-Z].+");
			if (name.startsWith("macula.")) {
				assertThat(known.contains(ConfigurationPropertyName.of(name))).as(name).isTrue();
				keys.add(name);
			}
		}
		assertThat(keys).hasSizeGreaterThan(50);
	}

	@Test
	void choicesHaveHints() throws IOException {
		List<String> hinted = new ArrayList<>();
		own().path("hints").forEach((hint) -> hinted.add(hint.path("name").asString()));
		assertThat(hinted).contains("macula.client.selection", "macula.client.codec", "macula.client.attempt-timeout");
		for (JsonNode hint : own().path("hints")) {
			if (hint.path("name").asString().equals("macula.client.selection")) {
				List<String> values = new ArrayList<>();
				hint.path("values").forEach((value) -> values.add(value.path("value").asString()));
				assertThat(values)
					.containsExactlyInAnyOrderElementsOf(io.macula.selection.SelectionStrategies.builtIn().keySet());
			}
		}
	}

	private static JsonNode own() throws IOException {
		for (var url : Collections.list(MetadataTests.class.getClassLoader().getResources(METADATA))) {
			try (InputStream json = url.openStream()) {
				JsonNode metadata = JsonMapper.builder().build().readTree(json);
				for (JsonNode property : metadata.path("properties")) {
					if (property.path("name").asString().equals("macula.realm.name")) {
						return metadata;
					}
				}
			}
		}
		throw new AssertionError("No metadata");
	}

}
