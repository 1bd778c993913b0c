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

package io.macula.console;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the console.
 *
 * @param steering Whether operators may drain, resume, eject, restore, and weight through
 * the console.
 * @param interval How often nodes tell what changed; 200 milliseconds to a minute.
 * @param search How often it is looked for nodes of which there was no sign.
 * @param maxNodes Most nodes that are watched.
 * @param askFirst Addresses of nodes, host:port, that are asked first whom they know; by
 * default the seeds, and whom the directory names.
 * @param maxBrowsers Most pages that are served live at once.
 * @param users Who may log in, by name; replaces the user of spring.security.user.
 */
@ConfigurationProperties("macula.console")
record ConsoleProperties(@DefaultValue("false") boolean steering, @DefaultValue("1s") Duration interval,
		@DefaultValue("10s") Duration search, @DefaultValue("2000") int maxNodes, @DefaultValue List<String> askFirst,
		@DefaultValue("64") int maxBrowsers, @DefaultValue Map<String, User> users) {

	ConsoleProperties {
		if (maxBrowsers < 1) {
			throw new IllegalArgumentException(
					"macula.console.max-browsers=" + maxBrowsers + " is not valid: expected 1 or more");
		}
	}

	/**
	 * Somebody who may log in.
	 *
	 * @param password Password, encoded as by the Spring Boot CLI, such as
	 * {bcrypt}$2a$...; {noop} stands before a plain one.
	 * @param roles What the user may do besides looking; CALLER may call services,
	 * OPERATOR may call and steer.
	 */
	record User(String password, @DefaultValue Set<String> roles) {

	}

}
