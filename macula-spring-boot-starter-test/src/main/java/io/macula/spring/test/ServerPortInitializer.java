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

import java.util.HashMap;
import java.util.Map;

import io.macula.spring.MaculaServerStartedEvent;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Sets {@code local.macula.server.port} once the provider's port is bound.
 */
final class ServerPortInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final String SOURCE = "macula.server.ports";

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		context.addApplicationListener(new StartedListener(context));
	}

	@SuppressWarnings("unchecked")
	private static void set(MutablePropertySources sources, int port) {
		PropertySource<?> source = sources.get(SOURCE);
		if (source == null) {
			source = new MapPropertySource(SOURCE, new HashMap<>());
			sources.addFirst(source);
		}
		((Map<String, Object>) source.getSource()).put("local.macula.server.port", port);
	}

	/** A class, as a lambda hides the type of its event. */
	private static final class StartedListener implements ApplicationListener<MaculaServerStartedEvent> {

		private final ConfigurableApplicationContext context;

		StartedListener(ConfigurableApplicationContext context) {
			this.context = context;
		}

		@Override
		public void onApplicationEvent(MaculaServerStartedEvent event) {
			if (event.getApplicationContext() == this.context) {
				set(this.context.getEnvironment().getPropertySources(), event.port());
			}
		}

	}

}
