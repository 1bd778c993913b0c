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
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The settings of all modules, from the configuration metadata that they are published
 * with.
 *
 * @param module the module whose jar has it
 * @param name its name
 * @param type its class, as the metadata has it
 * @param defaultValue the default, null for none
 * @param description what the metadata says of it, without the last period
 * @param values what may be set, as far as it is known
 * @param open whether something else may be set
 * @param replacement what came in its place if it is deprecated, empty if nothing did,
 * null if it is not
 */
record Setting(String module, String name, String type, @Nullable String defaultValue, String description,
		List<String> values, boolean open, @Nullable String replacement) {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final Pattern MODULE = Pattern.compile(".*/(macula-[a-z-]+)/target/.*");

	private static final Pattern OUTER = Pattern.compile("\\w+[.$]");

	/** By name. */
	static Map<String, Setting> all() throws IOException {
		Map<String, Setting> settings = new TreeMap<>();
		for (Map.Entry<String, JsonNode> module : metadata().entrySet()) {
			Map<String, List<String>> hints = hints(module.getValue());
			for (JsonNode property : module.getValue().path("properties")) {
				Setting setting = of(module.getKey(), property, hints);
				settings.put(setting.name(), setting);
			}
		}
		return settings;
	}

	/** The classes that settings are bound to. */
	static Set<String> sources() throws IOException {
		Set<String> sources = new TreeSet<>();
		for (JsonNode module : metadata().values()) {
			for (JsonNode group : module.path("groups")) {
				sources.add(group.path("type").asString());
			}
		}
		return sources;
	}

	private static Map<String, JsonNode> metadata() throws IOException {
		Map<String, JsonNode> metadata = new TreeMap<>();
		for (URL url : Collections.list(Setting.class.getClassLoader().getResources(METADATA))) {
			Matcher module = MODULE.matcher(url.toString());
			if (module.matches()) {
				try (InputStream json = url.openStream()) {
					metadata.put(module.group(1), JsonMapper.builder().build().readTree(json));
				}
			}
		}
		return metadata;
	}

	private static Map<String, List<String>> hints(JsonNode metadata) {
		Map<String, List<String>> hints = new LinkedHashMap<>();
		for (JsonNode hint : metadata.path("hints")) {
			List<String> values = new ArrayList<>();
			hint.path("values").forEach((value) -> values.add(value.path("value").asString()));
			hints.put(hint.path("name").asString(), values);
		}
		return hints;
	}

	private static Setting of(String module, JsonNode property, Map<String, List<String>> hints) {
		String name = property.path("name").asString();
		String type = property.path("type").asString("");
		List<String> constants = constants(type);
		JsonNode deprecation = property.path("deprecation");
		return new Setting(module, name, type, defaultValue(property.path("defaultValue")),
				property.path("description").asString("").replaceAll("\\.$", ""),
				constants.isEmpty() ? hints.getOrDefault(name, List.of()) : constants, constants.isEmpty(),
				deprecation.isMissingNode() ? null : deprecation.path("replacement").asString(""));
	}

	private static @Nullable String defaultValue(JsonNode value) {
		if (value.isArray()) {
			return value.valueStream().map((element) -> element.asString()).collect(Collectors.joining(", "));
		}
		return value.asString(null);
	}

	private static List<String> constants(String type) {
		if (!type.startsWith("io.macula.") || type.contains("<")) {
			return List.of();
		}
		try {
			Object[] constants = Class.forName(type).getEnumConstants();
			return (constants == null) ? List.of()
					: Stream.of(constants)
						.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
						.toList();
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** The first two parts of the name, or three where the third is a module's own. */
	String group() {
		String[] parts = this.name.split("\\.");
		boolean engine = !this.module.equals("macula-spring-boot-autoconfigure");
		return String.join(".", List.of(parts).subList(0, engine ? 3 : 2));
	}

	private String shownType() {
		return (this.values.isEmpty() || this.open) ? OUTER.matcher(this.type).replaceAll("").replace(",", ", ") : "";
	}

	private String meaning() {
		StringBuilder meaning = new StringBuilder(this.description.replace("|", "\\|"));
		if (!this.values.isEmpty()) {
			meaning.append(this.open ? ". Known: " : ". One of ")
				.append(this.values.stream().map((value) -> "`" + value + "`").collect(Collectors.joining(", ")));
		}
		if (this.replacement != null) {
			meaning.append(". **Deprecated")
				.append(this.replacement.isEmpty() ? "" : ": use " + this.replacement)
				.append("**");
		}
		return meaning.toString();
	}

	/** The tables of all settings, each with the version that it is in since. */
	static String tables(Map<String, Setting> settings, Map<String, String> since, String version) {
		Map<String, List<Setting>> groups = new TreeMap<>(Comparator.comparing(Setting::order));
		settings.values()
			.forEach((setting) -> groups.computeIfAbsent(setting.group(), (any) -> new ArrayList<>()).add(setting));
		StringBuilder tables = new StringBuilder();
		groups.forEach((group, members) -> {
			Set<String> modules = new TreeSet<>(members.stream().map(Setting::module).toList());
			tables.append("\n## ")
				.append(group)
				.append("\n\nModule ")
				.append(modules.stream().map((module) -> "`" + module + "`").collect(Collectors.joining(", ")))
				.append(".\n\n| setting | type | default | since | meaning |\n| --- | --- | --- | --- | --- |\n");
			for (Setting setting : members) {
				tables.append("| `%s` | %s | %s | %s | %s |\n".formatted(setting.name(), code(setting.shownType()),
						code(setting.defaultValue()), since.getOrDefault(setting.name(), version), setting.meaning()));
			}
		});
		return tables.toString();
	}

	/** What one needs first comes first; what is Boot's comes last. */
	private static String order(String group) {
		int rank = List.of("macula.realm", "macula.node", "macula.provider", "macula.client").indexOf(group);
		return ((rank >= 0) ? rank : group.startsWith("macula.") ? 8 : 9) + group;
	}

	private static String code(@Nullable String text) {
		return (text == null || text.isEmpty()) ? "" : "`" + text + "`";
	}

}
