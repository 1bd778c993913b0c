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

package io.macula.codec;

import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.module.blackbird.BlackbirdModule;

/**
 * Access to properties without reflection, by Jackson's module of that name. It changes
 * what a value costs, not how it is coded, so an application may leave it out.
 */
final class Blackbird {

	private Blackbird() {
	}

	/**
	 * Add the module, if it is there and fits this Jackson.
	 * @param builder of the mapper
	 */
	static void addTo(MapperBuilder<?, ?> builder) {
		try {
			Present.addTo(builder);
		}
		catch (LinkageError ex) {
			// Values are coded by reflection then.
		}
	}

	/** Of its own, since loading it needs the module. */
	private static final class Present {

		static void addTo(MapperBuilder<?, ?> builder) {
			builder.addModule(new BlackbirdModule());
		}

	}

}
