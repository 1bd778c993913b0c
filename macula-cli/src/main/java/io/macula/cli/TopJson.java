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

package io.macula.cli;

import java.util.LinkedHashMap;
import java.util.Map;

import io.macula.cli.top.TopRow;
import io.macula.cli.top.TopView;
import io.macula.operations.RealmPicture;

/**
 * The rows of {@code top} for programs.
 */
final class TopJson {

	private TopJson() {
	}

	static Map<String, Object> of(RealmPicture picture, TopView view) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put("at", picture.at().toString());
		all.put("realm", picture.realm());
		all.put("complete", picture.complete());
		all.put("trouble", picture.trouble());
		all.put("services", view.of(TopRow.of(picture)).stream().map((row) -> row(row, true)).toList());
		return all;
	}

	private static Map<String, Object> row(TopRow row, boolean service) {
		Map<String, Object> all = new LinkedHashMap<>();
		all.put(service ? "service" : "node", row.name());
		all.put("state", row.state());
		all.put("callsPerSecond", row.rate().calls());
		all.put("failuresPerSecond", row.rate().failures());
		all.put("p50Millis", (row.rate().p50() != null) ? row.p50() : null);
		all.put("p99Millis", (row.rate().p99() != null) ? row.p99() : null);
		all.put("inFlight", row.inFlight());
		all.put("connections", row.connections());
		if (service) {
			all.put("instances", row.instances().stream().map((each) -> row(each, false)).toList());
		}
		else {
			all.put("gone", row.gone());
			all.put("zone", row.zone());
			all.put("application", row.application());
		}
		return all;
	}

}
