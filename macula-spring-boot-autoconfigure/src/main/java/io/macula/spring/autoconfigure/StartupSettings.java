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

import java.time.Duration;
import java.util.Map;

import io.macula.spring.autoconfigure.MaculaProperties.StartupCheck;

/**
 * Which client services an application waits for before it is ready. Immutable.
 *
 * @param all what holds for a service of which nothing else is said
 * @param services what holds for single client services, by their configured names
 * @param timeout bound of the wait, for all of them together
 */
record StartupSettings(StartupCheck all, Map<String, StartupCheck> services, Duration timeout) {

	StartupSettings {
		services = Map.copyOf(services);
	}

}
