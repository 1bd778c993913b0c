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
package io.macula.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.macula.log.NearestName;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * The file of named profiles. Each refusal names the file, the line and the remedy.
 */
final class Profiles {

	private static final String DEFAULT = "default";

	private final Path file;

	private final Map<String, Map<Setting, Given>> profiles = new LinkedHashMap<>();

	private @Nullable Given chosen;

	private Profiles(Path file) {
		this.file = file;
	}

	/**
	 * The file that is read if no other one is named.
	 * @return {@code config.yml} below {@code XDG_CONFIG_HOME} or {@code ~/.config}
	 */
	static Path usual(Surroundings surroundings) {
		String configured = surroundings.variable("XDG_CONFIG_HOME");
		Path base = (configured != null) ? Path.of(configured) : surroundings.home().resolve(".config");
		return base.resolve("macula").resolve("config.yml");
	}

	/**
	 * Read a file.
	 * @param required whether it must be there
	 */
	static Profiles read(Path file, boolean required) {
		Profiles profiles = new Profiles(file);
		if (!required && !Files.exists(file)) {
			return profiles;
		}
		try (Reader reader = Files.newBufferedReader(file)) {
			Node root = new Yaml(new SafeConstructor(new LoaderOptions())).compose(reader);
			if (root != null) {
				profiles.readRoot(root);
			}
		}
		catch (MarkedYAMLException ex) {
			String at = (ex.getProblemMark() != null) ? ":" + (ex.getProblemMark().getLine() + 1) : "";
			throw CommandException.usage(file + at + " is no YAML: " + ex.getProblem());
		}
		catch (IOException | YAMLException ex) {
			throw CommandException.usage("The file of profiles " + file + " cannot be read (" + reason(ex)
					+ "): correct --config, or let this user read it");
		}
		return profiles;
	}

	private static String reason(Exception thrown) {
		return (thrown instanceof NoSuchFileException) ? "it does not exist"
				: Printable.text(String.valueOf(thrown.getMessage()));
	}

	private void readRoot(Node root) {
		entries(root, "the names 'profile' and 'profiles'").forEach((name, value) -> {
			switch (name) {
				case "profile" -> this.chosen = given(value);
				case "profiles" -> entries(value, "the names of profiles")
					.forEach((profile, settings) -> this.profiles.put(profile, settings(settings)));
				default -> throw refused(value, "'" + name + "' is not known: "
						+ NearestName.question(name, List.of("profile", "profiles")) + "expected profile or profiles");
			}
		});
	}

	private Map<Setting, Given> settings(Node node) {
		Map<Setting, Given> settings = new EnumMap<>(Setting.class);
		entries(node, "settings").forEach((name, value) -> settings.put(setting(name, value), given(value)));
		return settings;
	}

	private Setting setting(String name, Node at) {
		List<String> keys = Arrays.stream(Setting.values()).map(Setting::key).toList();
		if (name.equals("secret")) {
			throw refused(at, "a secret does not belong here: write it to a file that only you can read, and set"
					+ " 'secret-file' to its path");
		}
		return Arrays.stream(Setting.values())
			.filter((setting) -> setting.key().equals(name))
			.findFirst()
			.orElseThrow(() -> refused(at, "setting '" + Printable.text(name) + "' is not known: "
					+ NearestName.question(name, keys) + "expected one of " + String.join(", ", keys)));
	}

	private Map<String, Node> entries(Node node, String expected) {
		if (!(node instanceof MappingNode mapping)) {
			throw refused(node, "expected " + expected);
		}
		Map<String, Node> entries = new LinkedHashMap<>();
		mapping.getValue().forEach((entry) -> {
			String key = (entry.getKeyNode() instanceof ScalarNode scalar) ? scalar.getValue() : "?";
			if (entries.put(key, entry.getValueNode()) != null) {
				throw refused(entry.getKeyNode(), "'" + key + "' is there twice: leave one out");
			}
		});
		return entries;
	}

	private Given given(Node node) {
		Path base = this.file.toAbsolutePath().getParent();
		String value = (node instanceof SequenceNode list)
				? list.getValue().stream().map(this::scalar).collect(Collectors.joining(",")) : scalar(node);
		return new Given(value, at(node), (base != null) ? base : Path.of(""), Given.PROFILE);
	}

	private String scalar(Node node) {
		if (node instanceof ScalarNode scalar) {
			return scalar.getValue();
		}
		throw refused(node, "expected a text");
	}

	private String at(Node node) {
		return this.file + ":" + (node.getStartMark().getLine() + 1);
	}

	private CommandException refused(Node node, String problem) {
		return CommandException.usage(at(node) + ": " + problem);
	}

	/**
	 * The settings of a profile.
	 * @param wanted its name, or {@code null} for the one that the file chooses, or
	 * {@code default} if there is one
	 */
	Map<Setting, Given> of(@Nullable Given wanted) {
		Given name = (wanted != null) ? wanted : this.chosen;
		if (name == null) {
			return this.profiles.getOrDefault(DEFAULT, Map.of());
		}
		Map<Setting, Given> found = this.profiles.get(name.value());
		if (found == null) {
			throw name.refused("profile",
					this.profiles.isEmpty() ? "there are no profiles in " + this.file
							: NearestName.question(name.value(), this.profiles.keySet()) + "expected one of "
									+ String.join(", ", this.profiles.keySet()) + ", which are in " + this.file);
		}
		return found;
	}

}
