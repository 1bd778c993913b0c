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

package io.macula.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code scripts/benchmark.sh --scale} found of a large realm, which is a run of its
 * own.
 */
final class ScaleFigures {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private ScaleFigures() {
	}

	/** A verdict for each bound of the last such run. */
	static List<Targets.Verdict> verdicts(Path directory) throws IOException {
		Path file = directory.resolve("scale.json");
		if (!Files.exists(file)) {
			return List.of(new Targets.Verdict("bounds of a large realm (scripts/benchmark.sh --scale)", "",
					Targets.Result.NOT_MEASURED));
		}
		String run = Files.getLastModifiedTime(file).toString().substring(0, 10);
		List<Targets.Verdict> verdicts = new ArrayList<>();
		for (JsonNode figure : JSON.readTree(Files.readString(file)).path("figures")) {
			if (figure.path("bound").isNumber()) {
				double value = figure.path("value").asDouble();
				double bound = figure.path("bound").asDouble();
				String unit = figure.path("unit").asString();
				verdicts.add(new Targets.Verdict(
						String.format(Locale.ROOT, "large realm, run of %s: %s below %,.0f %s", run,
								figure.path("name").asString(), bound, unit),
						String.format(Locale.ROOT, "%,.1f %s", value, unit),
						(value < bound) ? Targets.Result.REACHED : Targets.Result.MISSED));
			}
		}
		return verdicts;
	}

}
