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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.macula.docs.Page.Snippet;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Binds what the pages set in yml as an application does: each name is a setting, each
 * value one that it takes.
 */
class YamlSnippetsTests {

	@Test
	void whatPagesSetInYmlCanBeBound() throws Exception {
		Map<String, Class<?>> types = new LinkedHashMap<>();
		for (String source : Setting.sources()) {
			Class<?> type = Class.forName(source);
			ConfigurationProperties settings = AnnotationUtils.findAnnotation(type, ConfigurationProperties.class);
			if (settings != null) {
				types.put(settings.value(), type);
			}
		}
		assertThat(types).containsKeys("macula", "macula.directory.etcd", "macula.directory.zookeeper");
		List<String> failures = new ArrayList<>();
		int bound = 0;
		for (Page page : Page.all()) {
			for (Snippet snippet : page.snippets()) {
				if (snippet.language().equals("yaml") && snippet.text().matches("(?s)(.*\n)?macula:\n.*")) {
					bound++;
					try {
						bind(snippet, types);
					}
					catch (BindException ex) {
						failures.add(snippet + ": " + ex.getMessage() + ": "
								+ NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
					}
				}
			}
		}
		assertThat(bound).isGreaterThan(25);
		assertThat(failures).isEmpty();
	}

	private static void bind(Snippet snippet, Map<String, Class<?>> types) throws Exception {
		List<ConfigurationPropertySource> sources = new ArrayList<>();
		for (PropertySource<?> document : new YamlPropertySourceLoader().load("snippet",
				new ByteArrayResource(snippet.text().getBytes(StandardCharsets.UTF_8)))) {
			ConfigurationPropertySources.from(document).forEach(sources::add);
		}
		types.forEach((prefix, type) -> {
			Binder binder = new Binder(sources.stream().map((source) -> of(source, prefix, types.keySet())).toList(),
					YamlSnippetsTests::placeholders);
			binder.bind(prefix, Bindable.of(type), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
		});
	}

	/** Without what is another module's, below the same prefix. */
	private static ConfigurationPropertySource of(ConfigurationPropertySource source, String prefix,
			Set<String> prefixes) {
		return source.filter((name) -> prefixes.stream()
			.noneMatch((other) -> other.length() > prefix.length() && other.startsWith(prefix + ".")
					&& (name.toString().equals(other) || name.toString().startsWith(other + "."))));
	}

	private static Object placeholders(Object value) {
		return (value instanceof CharSequence text) ? text.toString().replaceAll("\\$\\{[^}]*}", "x") : value;
	}

}
