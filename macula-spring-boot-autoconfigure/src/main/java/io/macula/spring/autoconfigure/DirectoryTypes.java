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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.macula.directory.DirectoryEngineFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The directories that an application chose, the preferred one first. Immutable.
 *
 * @param names types of engines, in lower case with dashes
 */
record DirectoryTypes(List<String> names) {

	/** The setting. */
	static final String KEY = "macula.directory.type";

	/** What an environment says, before any properties are bound. */
	static DirectoryTypes of(Environment environment) {
		return of(Binder.get(environment).bind(KEY, Bindable.listOf(String.class)).orElse(List.of()));
	}

	/**
	 * What is configured, or the default.
	 * @param configured texts in any case, with dashes or underscores; empty ones do not
	 * count
	 */
	static DirectoryTypes of(List<String> configured) {
		List<String> names = new ArrayList<>();
		for (String name : configured) {
			if (StringUtils.hasText(name)) {
				names.add(name.strip().toLowerCase(Locale.ROOT).replace('_', '-'));
			}
		}
		return new DirectoryTypes(names.isEmpty() ? List.of(DirectoryEngineFactory.EMBEDDED) : List.copyOf(names));
	}

	String text() {
		return KEY + " is " + String.join(",", this.names);
	}

}
