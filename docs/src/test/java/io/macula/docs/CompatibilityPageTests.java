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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The versions of docs/compatibility.md are those of the poms.
 */
class CompatibilityPageTests {

	private static final Pattern VERSION = Pattern.compile("<([a-z0-9-]+)\\.version>([^<$]+)</");

	/** The name of a property of a pom, and what stands before its value on the page. */
	private static final Map<String, List<String>> SHOWN = Map.of("spring-boot", List.of("built with "), "netty",
			List.of(""), "jetcd", List.of("jetcd "), "curator", List.of("Curator "), "zookeeper",
			List.of("ZooKeeper client "), "kubernetes-client",
			List.of("fabric8 kubernetes-client ", "the schemas of kubernetes-client "), "spring-cloud-commons",
			List.of("| spring-cloud-commons ", "compiled against spring-cloud-commons "), "eureka-client",
			List.of("Eureka "), "spring-cloud-netflix", List.of("spring-cloud-netflix "), "resilience4j",
			List.of("Resilience4j "));

	@Test
	void eachVersionIsThatOfThePoms() throws IOException {
		String page = String.join(" ", Page.of("docs/compatibility.md").lines());
		Map<String, String> versions = new TreeMap<>();
		for (String module : List.of(".", "macula-bom", "macula-directory-etcd", "macula-directory-zookeeper",
				"macula-directory-kubernetes", "macula-directory-spring-cloud")) {
			Matcher version = VERSION.matcher(Files.readString(Page.ROOT.resolve(module).resolve("pom.xml")));
			while (version.find()) {
				versions.put(version.group(1), version.group(2));
			}
		}
		List<String> missing = new ArrayList<>();
		SHOWN.forEach((name, places) -> places.stream()
			.map((place) -> place + versions.get(name))
			.filter((shown) -> !page.contains(shown))
			.forEach(missing::add));
		assertThat(missing).as("versions of the poms that docs/compatibility.md does not have").isEmpty();
	}

}
