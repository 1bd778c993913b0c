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

package io.macula.deployment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.io.FileSystemResource;

/**
 * What an application reads, and from where: variables of its container before its own
 * {@code application.yml} before the default that the metadata tell.
 */
final class ApplicationSettings {

	/** The metadata of Boot name no default. */
	private static final int HTTP_PORT = 8080;

	private static final Map<String, JsonNode> METADATA = metadata();

	private final Map<String, String> environment;

	private final Properties own;

	/**
	 * Settings of a sample in a container.
	 * @param sample folder of the sample
	 * @param environment variables of its container
	 */
	ApplicationSettings(String sample, Map<String, String> environment) {
		this.environment = environment;
		YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
		yaml.setResources(new FileSystemResource(
				Manifests.ROOT.resolve(Path.of(sample, "src", "main", "resources", "application.yml"))));
		Properties read = yaml.getObject();
		this.own = (read != null) ? read : new Properties();
	}

	/**
	 * Whether the application, or what it consists of, reads a variable.
	 * @param variable its name
	 * @return true if it is the name of a setting, or of an entry of one
	 */
	boolean reads(String variable) {
		if (this.own.keySet().stream().anyMatch((name) -> variable(name.toString()).equals(variable))) {
			return true;
		}
		return METADATA.entrySet()
			.stream()
			.anyMatch((setting) -> variable(setting.getKey()).equals(variable)
					|| (hasEntries(setting.getValue()) && variable.startsWith(variable(setting.getKey()) + "_")));
	}

	int udpPort() {
		return Integer.parseInt(value("macula.provider.port"));
	}

	int httpPort() {
		String configured = configured("server.port");
		return (configured != null) ? Integer.parseInt(configured) : HTTP_PORT;
	}

	Duration duration(String name) {
		return DurationStyle.detectAndParse(value(name));
	}

	/**
	 * The value that holds.
	 * @param name of a setting that has a value
	 * @return its text
	 */
	String value(String name) {
		String configured = configured(name);
		return (configured != null) ? configured : METADATA.get(name).path("defaultValue").asString();
	}

	private @Nullable String configured(String name) {
		String variable = this.environment.get(variable(name));
		return (variable != null) ? variable : Objects.toString(this.own.get(name), null);
	}

	/** As Boot reads them: without dashes. */
	private static String variable(String setting) {
		return setting.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
	}

	private static boolean hasEntries(JsonNode setting) {
		String type = setting.path("type").asString("");
		return type.startsWith("java.util.Map") || type.startsWith("java.util.List");
	}

	private static Map<String, JsonNode> metadata() {
		Map<String, JsonNode> settings = new HashMap<>();
		try {
			for (URL url : Collections.list(ApplicationSettings.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream json = url.openStream()) {
					JsonMapper.builder()
						.build()
						.readTree(json)
						.path("properties")
						.forEach((property) -> settings.put(property.path("name").asString(), property));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return settings;
	}

}
