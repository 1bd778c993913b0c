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

import io.macula.node.RealmNode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurationImportEvent;
import org.springframework.boot.autoconfigure.AutoConfigurationImportListener;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;

/**
 * Begins the warm-up as soon as it is known that a node will be made, while Spring makes
 * the context: when it comes to the node most of what that needs is loaded. Not where it
 * would compete for the only processor.
 */
final class EarlyWarmUp implements AutoConfigurationImportListener, EnvironmentAware {

	private static final String WARM_UP = "macula.client.warm-up";

	private @Nullable Environment environment;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void onAutoConfigurationImportEvent(AutoConfigurationImportEvent event) {
		if (event.getCandidateConfigurations().contains(MaculaAutoConfiguration.class.getName())
				&& this.environment != null && wanted(this.environment, Runtime.getRuntime().availableProcessors())) {
			RealmNode.warmUp();
		}
	}

	/**
	 * Whoever gives something else than a boolean is told so when the settings are bound.
	 */
	static boolean wanted(Environment environment, int processors) {
		return processors > 1 && "true".equalsIgnoreCase(environment.getProperty(WARM_UP, "true"))
				&& !Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
	}

}
