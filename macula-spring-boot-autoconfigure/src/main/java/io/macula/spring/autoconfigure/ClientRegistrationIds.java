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
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Which client registration of Spring Security gives the tokens of which client service.
 * Safe for all threads.
 */
public final class ClientRegistrationIds {

	private static final String ALL = "macula.client.oauth2.registration-id";

	private final @Nullable String all;

	/** By configured names; empty for none. */
	private final Map<String, String> own;

	private final Map<String, Optional<String>> known = new ConcurrentHashMap<>();

	ClientRegistrationIds(@Nullable String all, Map<String, String> own) {
		this.all = StringUtils.hasText(all) ? all : null;
		this.own = Map.copyOf(own);
	}

	/**
	 * The registration of a client service.
	 * @param clientName its name
	 * @return the registration id, or {@code null} for none
	 */
	public @Nullable String of(String clientName) {
		if (this.own.isEmpty()) {
			return this.all;
		}
		return this.known.computeIfAbsent(clientName, this::find).orElse(null);
	}

	private Optional<String> find(String clientName) {
		return configured(clientName).map(this.own::get)
			.or(() -> Optional.ofNullable(this.all))
			.filter(StringUtils::hasText);
	}

	private Optional<String> configured(String clientName) {
		return MaculaSettings.configuredName(clientName, this.own.keySet());
	}

	/**
	 * Where the registration of a client service is set.
	 * @param clientName its name
	 * @return the key
	 */
	public String setting(String clientName) {
		return configured(clientName).map(ClientRegistrationIds::key).orElse(ALL);
	}

	private static String key(String configuredName) {
		return SettingsFactory.key(configuredName) + ".oauth2.registration-id";
	}

	/**
	 * All registrations that are set.
	 * @return registration ids by the keys that name them
	 */
	public Map<String, String> settings() {
		Map<String, String> settings = new LinkedHashMap<>();
		if (this.all != null) {
			settings.put(ALL, this.all);
		}
		this.own.forEach((name, id) -> {
			if (StringUtils.hasText(id)) {
				settings.put(key(name), id);
			}
		});
		return settings;
	}

}
