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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The settings as the pages have them, beside those that there are.
 */
class SettingsPageTests {

	private static final Path PAGE = Page.ROOT.resolve("docs/settings.md");

	private static final Pattern ROW = Pattern
		.compile("\\| `([a-z.-]+)` \\| (?:`[^|]*`)? \\| (?:`[^|]*`)? \\| ([0-9.]+) \\| .*");

	private static final Pattern VERSION = Pattern
		.compile("<artifactId>macula-parent</artifactId>\\s*<version>([0-9]+\\.[0-9]+)");

	private static final String INTRODUCTION = """
			# Settings

			All settings of all modules, from the metadata that an editor completes them by. This page is generated:
			`SettingsPageTests` compares it with what the modules have, and writes it anew with
			`mvn -pl docs -am test -Dtest=SettingsPageTests -Dsurefire.failIfNoSpecifiedTests=false -Dmacula.docs.write=true`.
			How they are written, and what is checked at the start: [README](../README.md#settings); settings of one client
			service and of one method: [resilience](resilience.md#rules-for-one-method); engines: [engines](engines.md);
			what can change while the application runs: [operations](operations.md#settings-at-run-time).

			A duration is written as `500ms`, `10s` or `2m`, a size as `16KB` or `16MB`.
			""";

	private static Map<String, Setting> settings;

	@BeforeAll
	static void read() throws IOException {
		settings = Setting.all();
		assertThat(settings).containsKeys("macula.realm.name", "macula.directory.etcd.endpoints",
				"macula.directory.zookeeper.connect-string", "macula.directory.kubernetes.namespace");
	}

	/** A setting keeps the version that the page has for it; a new one gets this one. */
	@Test
	void thePageHasEachSetting() throws IOException {
		String old = Files.exists(PAGE) ? Files.readString(PAGE) : "";
		Map<String, String> since = new LinkedHashMap<>();
		old.lines().map(ROW::matcher).filter(Matcher::matches).forEach((row) -> since.put(row.group(1), row.group(2)));
		Matcher version = VERSION.matcher(Files.readString(Page.ROOT.resolve("pom.xml")));
		assertThat(version.find()).isTrue();
		String page = INTRODUCTION + Setting.tables(settings, since, version.group(1));
		if (Boolean.getBoolean("macula.docs.write")) {
			Files.writeString(PAGE, page);
			return;
		}
		assertThat(old)
			.as("docs/settings.md is out of date. Write it anew: mvn -pl docs -am test -Dtest=SettingsPageTests "
					+ "-Dsurefire.failIfNoSpecifiedTests=false -Dmacula.docs.write=true")
			.isEqualTo(page);
	}

	/** Also by an entry of a map, each of which has settings of its own. */
	private static boolean exists(String name) {
		return settings.values().stream().anyMatch((setting) -> {
			boolean below = name.startsWith(setting.name() + ".");
			return name.equals(setting.name()) || (below && setting.type().matches("java\\.util\\.(Map|List)<.*"));
		});
	}

	@Test
	void noNameOfASettingInProseIsMisspelt() {
		Pattern named = Pattern.compile("`(macula\\.(?:realm|node|provider|client|directory|transport|ssl|security"
				+ "|propagation|operations)\\.[a-z][a-z.-]*[a-z])(?:=[^`]*)?`");
		Set<String> metrics = new TreeSet<>();
		Pattern metric = Pattern.compile("\\| `([a-z.]+)` \\| (?:timer|gauge|counter) \\|.*");
		for (String line : Page.of("docs/operations.md").lines()) {
			Matcher row = metric.matcher(line);
			if (row.matches()) {
				metrics.add(row.group(1));
			}
		}
		Set<String> unknown = new TreeSet<>();
		for (Page page : Page.all()) {
			for (String line : page.lines()) {
				Matcher name = named.matcher(line);
				while (name.find()) {
					String setting = name.group(1);
					if (!metrics.contains(setting) && !exists(setting)
							&& settings.keySet().stream().noneMatch((known) -> known.startsWith(setting + "."))) {
						unknown.add(page + ": " + setting);
					}
				}
			}
		}
		assertThat(unknown).as("no setting, and no beginning of one").isEmpty();
	}

	@Test
	void valuesAreNamedAndOthersMayBeSetWhereTheyMay() {
		Setting engine = new Setting("macula-spring-boot-autoconfigure", "macula.x.y",
				"java.util.Map<a.b.C$D,java.lang.String>", null, "Engines", List.of("a", "b"), true, null);
		Setting mode = new Setting("macula-spring-boot-autoconfigure", "macula.x.z", "io.macula.X$Mode", "c", "Mode",
				List.of("c"), false, null);
		assertThat(Setting.tables(Map.of("y", engine, "z", mode), Map.of(), "0.2")).contains(
				"| `macula.x.y` | `Map<D, String>` |  | 0.2 | Engines. Known: `a`, `b` |\n",
				"| `macula.x.z` |  | `c` | 0.2 | Mode. One of `c` |\n");
	}

	@Test
	void aDeprecatedSettingSaysWhatComesInItsPlace() {
		Setting setting = new Setting("macula-directory-x", "macula.directory.x.y", "java.time.Duration", "1s", "Time",
				List.of(), true, "macula.directory.x.z");
		assertThat(Setting.tables(Map.of("y", setting), Map.of("macula.directory.x.y", "0.1"), "0.2")).isEqualTo("""

				## macula.directory.x

				Module `macula-directory-x`.

				| setting | type | default | since | meaning |
				| --- | --- | --- | --- | --- |
				| `macula.directory.x.y` | `Duration` | `1s` | 0.1 | Time. **Deprecated: use macula.directory.x.z** |
				""");
	}

}
