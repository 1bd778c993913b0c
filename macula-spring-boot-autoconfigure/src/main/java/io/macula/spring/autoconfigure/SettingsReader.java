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

import java.util.HashMap;
import java.util.Map;

import io.macula.NodeIds;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Reads the settings of a node, when it is made and whenever they may have changed, and
 * refuses those that cannot be. Safe for all threads.
 */
final class SettingsReader {

	private final ListableBeanFactory beanFactory;

	private final PayloadCodecs codecs;

	/** The same for ever, unless one is configured. */
	private final String defaultNodeId;

	SettingsReader(ListableBeanFactory beanFactory, PayloadCodecs codecs, Environment environment) {
		this.beanFactory = beanFactory;
		this.codecs = codecs;
		this.defaultNodeId = NodeIds.generate(environment.getProperty("spring.application.name", "node"));
	}

	/**
	 * Read all settings.
	 * @param environment has them
	 * @param bound what was bound of it already, or {@code null} to bind it
	 * @return the settings
	 * @throws org.springframework.boot.diagnostics.FailureAnalyzedException if one cannot
	 * be
	 * @throws org.springframework.boot.context.properties.bind.BindException if one is
	 * not of its type
	 */
	Reading read(Environment environment, @Nullable MaculaProperties bound) {
		ConfiguredKeys keys = new ConfiguredKeys(environment);
		keys.refuseUnknown(this.beanFactory);
		keys.unresolved().ifPresent((failure) -> {
			throw failure;
		});
		MaculaProperties properties = (bound != null) ? bound : Binder.get(environment)
			.bindOrCreate(KnownKeys.PREFIX.toString(), Bindable.of(MaculaProperties.class));
		Map<String, MaculaProperties.Service> services = keys.services();
		MaculaSettings settings = new SettingsFactory(properties, Strategies.of(this.beanFactory), this.codecs,
				new InvalidSettings(environment))
			.create(this.defaultNodeId, services);
		return new Reading(settings, SettingValues.of(properties, services, keys.ofEngines()));
	}

	/**
	 * What was read at one time. Immutable.
	 *
	 * @param settings the settings
	 * @param values the same as texts
	 */
	record Reading(MaculaSettings settings, SettingValues values) {

		/** The same with another weight of the node. */
		Reading withWeight(int weight) {
			Map<String, String> texts = new HashMap<>(this.values.texts());
			texts.put("macula.provider.weight", String.valueOf(weight));
			return new Reading(this.settings.withProvider(this.settings.provider().withWeight(weight)),
					new SettingValues(texts));
		}

	}

}
