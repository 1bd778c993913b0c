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

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * A free port for the provider of a test that has no realm of its own: contexts are
 * cached, so that several of them live at once, beside an application that the developer
 * runs. Stands above the application's files, which say where it listens in earnest, and
 * below what the test, the command line or the environment say. All customizers are
 * equal, so that contexts are cached.
 */
final class FreePortCustomizer implements ContextCustomizer {

	private static final String SOURCE = "macula free port";

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
		MutablePropertySources sources = context.getEnvironment().getPropertySources();
		MapPropertySource port = new MapPropertySource(SOURCE, Map.of("macula.provider.port", "0"));
		if (sources.contains(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)) {
			sources.addAfter(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, port);
		}
		else {
			sources.addLast(port);
		}
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof FreePortCustomizer;
	}

	@Override
	public int hashCode() {
		return FreePortCustomizer.class.hashCode();
	}

}
