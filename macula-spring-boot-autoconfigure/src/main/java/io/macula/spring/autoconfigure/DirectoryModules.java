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

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * The dependencies that bring directory engines, by the type of the engine.
 */
final class DirectoryModules {

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("macula.directory");

	private static final Map<String, String> BY_TYPE = new LinkedHashMap<>();

	static {
		BY_TYPE.put("kubernetes", "io.macula:macula-directory-kubernetes");
		BY_TYPE.put("dns", "io.macula:macula-directory-kubernetes");
		BY_TYPE.put("zookeeper", "io.macula:macula-directory-zookeeper");
		BY_TYPE.put("etcd", "io.macula:macula-directory-etcd");
		BY_TYPE.put("discovery-client", "io.macula:macula-directory-spring-cloud");
	}

	private DirectoryModules() {
	}

	/**
	 * The dependency of an engine, or {@code null} if there is none of that type.
	 */
	static @Nullable String of(String type) {
		return BY_TYPE.get(type);
	}

	/**
	 * The dependency that knows a setting, or {@code null}.
	 */
	static @Nullable String ofKey(ConfigurationPropertyName key) {
		int elements = PREFIX.getNumberOfElements();
		return PREFIX.isAncestorOf(key) ? of(key.getElement(elements, Form.DASHED)) : null;
	}

	/**
	 * All types, with the dependency of each, without those given.
	 */
	static String others(Iterable<String> present) {
		Map<String, String> others = new LinkedHashMap<>(BY_TYPE);
		present.forEach(others::remove);
		return others.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + " by " + entry.getValue())
			.collect(Collectors.joining(", "));
	}

	static Iterable<String> types() {
		return BY_TYPE.keySet();
	}

}
