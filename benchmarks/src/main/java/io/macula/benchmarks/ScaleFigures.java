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
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code scripts/benchmark.sh --scale} found of a large realm and {@code --start} of
 * starts, which are runs of their own.
 */
final class ScaleFigures {

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private ScaleFigures() {
	}

	/** A verdict for each bound of the last run with a large realm. */
	static List<Targets.Verdict> verdicts(Path directory) throws IOException {
		Path file = directory.resolve("scale.json");
		return Files.exists(file) ? verdicts(file, "large realm")
				: List.of(notMeasured("bounds of a large realm (scripts/benchmark.sh --scale)"));
	}

	/** A verdict for each bound of the last run of starts, with each JDK. */
	static List<Targets.Verdict> ofStarts(Path directory) throws IOException {
		List<Targets.Verdict> verdicts = new ArrayList<>();
		try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "start-*.json")) {
			for (Path file : StreamSupport.stream(files.spliterator(), false).sorted().toList()) {
				String jdk = file.getFileName().toString().replaceAll("\\D", "");
				verdicts.addAll(verdicts(file, "start with JDK " + jdk));
			}
		}
		return verdicts.isEmpty()
				? List.of(notMeasured("start to the first answer beside Spring gRPC (scripts/benchmark.sh --start)"))
				: verdicts;
	}

	private static Targets.Verdict notMeasured(String target) {
		return new Targets.Verdict(target, "", Targets.Result.NOT_MEASURED);
	}

	private static List<Targets.Verdict> verdicts(Path file, String what) throws IOException {
		String run = Files.getLastModifiedTime(file).toString().substring(0, 10);
		List<Targets.Verdict> verdicts = new ArrayList<>();
		for (JsonNode figure : JSON.readTree(Files.readString(file)).path("figures")) {
			if (figure.path("bound").isNumber()) {
				double value = figure.path("value").asDouble();
				double bound = figure.path("bound").asDouble();
				String unit = figure.path("unit").asString();
				verdicts.add(new Targets.Verdict(
						String.format(Locale.ROOT, "%s, run of %s: %s below %,.0f %s", what, run,
								figure.path("name").asString(), bound, unit),
						String.format(Locale.ROOT, "%,.1f %s", value, unit),
						(value < bound) ? Targets.Result.REACHED : Targets.Result.MISSED));
			}
		}
		return verdicts;
	}

}
