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

import java.util.ArrayList;
import java.util.List;

import io.macula.log.NearestName;
import io.macula.log.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Which lists of a picture a browser wants beside nodes, services and edges.
 *
 * @param instances whether it wants the instances
 * @param connections whether it wants the connections
 */
record PictureParts(boolean instances, boolean connections) {

	private static final List<String> NAMES = List.of("map", "instances", "connections");

	/** As a browser names them: {@code map,instances}. */
	static PictureParts of(@Nullable String parts) {
		List<String> wanted = new ArrayList<>();
		for (String part : ((parts != null) ? parts : "").split(",")) {
			String name = part.strip();
			if (!name.isEmpty() && !NAMES.contains(name)) {
				throw Problems.of(400, "Part '" + Printable.text(name) + "' is not known: "
						+ NearestName.question(name, NAMES) + "expected some of " + String.join(", ", NAMES));
			}
			wanted.add(name);
		}
		return new PictureParts(wanted.contains("instances"), wanted.contains("connections"));
	}

}
