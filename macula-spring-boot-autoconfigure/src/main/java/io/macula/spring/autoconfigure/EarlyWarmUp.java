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

import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/**
 * Begins the warm-up while Spring makes the context, instead of when it makes the node:
 * by then most of what the node needs is loaded. Not where it would compete for the only
 * processor, nor where no node is made.
 */
final class EarlyWarmUp implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	private static final String WARM_UP = "macula.client.warm-up";

	/** After the settings have been read from the files. */
	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		if (wanted(event.getEnvironment(), Runtime.getRuntime().availableProcessors())) {
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
