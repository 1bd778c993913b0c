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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * An environment as it would be if some of its properties were others, so that they can
 * be looked at before they hold.
 */
final class TrialEnvironment extends AbstractEnvironment {

	private static final String OVERRIDES = "maculaRunTimeSettings";

	/** Boot's view of all others. */
	private static final String ATTACHED = "configurationProperties";

	private static final Origin ACTUATOR = new Origin() {

		@Override
		public String toString() {
			return "the actuator";
		}

	};

	private TrialEnvironment() {
	}

	private static PropertySource<?> overrides(Map<String, String> overrides) {
		Map<String, Object> values = new LinkedHashMap<>();
		overrides.forEach((key, value) -> values.put(key, OriginTrackedValue.of(value, ACTUATOR)));
		return new OriginTrackedMapPropertySource(OVERRIDES, values, true);
	}

	/**
	 * An environment to read from.
	 * @param overrides what goes before everything else
	 * @param own the environment of the context
	 * @param parents that of a parent context, whose properties may have changed since
	 * the context took them over, or {@code null}
	 */
	static TrialEnvironment of(Map<String, String> overrides, ConfigurableEnvironment own,
			@Nullable ConfigurableEnvironment parents) {
		TrialEnvironment trial = new TrialEnvironment();
		MutablePropertySources sources = trial.getPropertySources();
		List<PropertySource<?>> late = new ArrayList<>();
		if (parents != null) {
			boolean shared = false;
			for (PropertySource<?> source : parents.getPropertySources()) {
				if (own.getPropertySources().contains(source.getName())) {
					shared = true;
				}
				else if (shared) {
					late.add(source);
				}
				else {
					// Put before everything that both have, so it is to win.
					sources.addLast(source);
				}
			}
		}
		for (PropertySource<?> source : own.getPropertySources()) {
			PropertySource<?> newer = (parents != null) ? parents.getPropertySources().get(source.getName()) : null;
			sources.addLast((newer != null) ? newer : source);
		}
		late.forEach(sources::addLast);
		sources.remove(ATTACHED);
		sources.addFirst(overrides(overrides));
		trial.setConversionService(own.getConversionService());
		ConfigurationPropertySources.attach(trial);
		return trial;
	}

}
