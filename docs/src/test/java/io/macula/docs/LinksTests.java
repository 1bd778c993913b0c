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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The links of the pages to one another and into the repository.
 */
class LinksTests {

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\"></a>");

	@Test
	void eachLinkLeadsSomewhere() {
		List<String> broken = new ArrayList<>();
		List<Page> pages = new ArrayList<>(Page.all());
		List.of("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md").forEach((path) -> pages.add(Page.of(path)));
		int links = 0;
		for (Page page : pages) {
			boolean code = false;
			for (int line = 0; line < page.lines().size(); line++) {
				String text = page.lines().get(line);
				code = text.startsWith("```") ? !code : code;
				Matcher link = LINK.matcher(code ? "" : text.replaceAll("`[^`]*`", "``"));
				while (link.find()) {
					if (!link.group(1).matches("(https?|mailto):.*")) {
						links++;
						if (!leads(page, link.group(1))) {
							broken.add(page + ":" + (line + 1) + ": " + link.group(1));
						}
					}
				}
			}
		}
		assertThat(links).isGreaterThan(150);
		assertThat(broken).isEmpty();
	}

	private static boolean leads(Page page, String link) {
		String[] parts = link.split("#", 2);
		Path folder = page.path().getNameCount() > 1 ? page.path().getParent() : Path.of("");
		Path target = parts[0].isEmpty() ? page.path() : folder.resolve(parts[0]).normalize();
		if (!Files.exists(Page.ROOT.resolve(target))) {
			return false;
		}
		return parts.length == 1 || anchors(Page.of(target.toString())).contains(parts[1]);
	}

	/** As GitHub makes them of headings, and those that are named. */
	private static Set<String> anchors(Page page) {
		Set<String> anchors = new TreeSet<>();
		Map<String, Integer> seen = new HashMap<>();
		boolean code = false;
		for (String line : page.lines()) {
			code = line.startsWith("```") ? !code : code;
			Matcher named = ANCHOR.matcher(line);
			while (named.find()) {
				anchors.add(named.group(1));
			}
			if (!code && line.matches("#{1,6} .*")) {
				String anchor = line.replaceFirst("#+ ", "")
					.toLowerCase(Locale.ROOT)
					.replaceAll("[^\\p{L}\\p{N} _-]", "")
					.replace(' ', '-');
				int times = seen.merge(anchor, 1, Integer::sum);
				anchors.add((times > 1) ? anchor + "-" + (times - 1) : anchor);
			}
		}
		return anchors;
	}

}
