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

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that lets settings change at run time where Spring Cloud tells that
 * the environment has changed.
 */
@AutoConfiguration(after = MaculaAutoConfiguration.class)
@ConditionalOnClass(EnvironmentChangeEvent.class)
public final class MaculaRebindingAutoConfiguration {

	@Bean
	@ConditionalOnBean(value = RuntimeSettings.class, search = SearchStrategy.CURRENT)
	SettingsRebinder maculaSettingsRebinder(RuntimeSettings settings) {
		return new SettingsRebinder(settings);
	}

}
