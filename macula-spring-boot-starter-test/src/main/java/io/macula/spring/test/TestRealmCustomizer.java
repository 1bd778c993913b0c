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

package io.macula.spring.test;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Settings of a realm that holds one context only. All customizers are equal, so that
 * contexts are cached; each context has a realm of its own.
 */
final class TestRealmCustomizer implements ContextCustomizer {

	private static final List<ConfigurationPropertyName> ALLOW_LISTS = List.of(
			ConfigurationPropertyName.of("macula.security.allow-call"),
			ConfigurationPropertyName.of("macula.security.allow-provide"));

	private static final String EVERYBODY = "*";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		MutablePropertySources sources = context.getEnvironment().getPropertySources();
		Map<String, Object> settings = settings();
		settings.putAll(openLists(sources));
		sources.addFirst(new MapPropertySource("macula test realm", settings));
	}

	/**
	 * Lists name the identities of another realm. They cannot be removed, since lists of
	 * all sources count together, but each can be one that allows everybody.
	 */
	static Map<String, Object> openLists(Iterable<PropertySource<?>> sources) {
		Map<String, Object> open = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.from(sources)) {
			if (source instanceof IterableConfigurationPropertySource named) {
				for (ConfigurationPropertyName lists : ALLOW_LISTS) {
					named.stream().filter(lists::isAncestorOf).forEach((name) -> {
						open.put(name.toString(), EVERYBODY);
						open.put(lists + "[*]", EVERYBODY);
					});
				}
			}
		}
		return open;
	}

	/** As {@code openssl rand -base64 32} makes it. */
	private static String randomSecret() {
		byte[] random = new byte[32];
		new SecureRandom().nextBytes(random);
		return Base64.getEncoder().encodeToString(random);
	}

	static Map<String, Object> settings() {
		Map<String, Object> settings = new LinkedHashMap<>();
		settings.put("macula.realm.name", "test-" + UUID.randomUUID());
		settings.put("macula.realm.secret", randomSecret());
		settings.put("macula.realm.accepted-secrets", "");
		settings.put("macula.realm.seeds", "");
		settings.put("macula.ssl.bundle", "");
		settings.put("macula.ssl.peer-name", "");
		settings.put("macula.ssl.verify", "true");
		settings.put("macula.ssl.verify-host", "true");
		// A seed for the providers that the test adds, even without services of its own.
		settings.put("macula.provider.enabled", "true");
		settings.put("macula.provider.port", "0");
		settings.put("macula.provider.address", "127.0.0.1");
		settings.put("macula.provider.advertised-host", "127.0.0.1");
		return settings;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TestRealmCustomizer;
	}

	@Override
	public int hashCode() {
		return TestRealmCustomizer.class.hashCode();
	}

}
