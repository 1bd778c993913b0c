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

package io.macula.multinode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run came to. Immutable.
 *
 * @param passed whether each criterion held
 * @param environment where providers and clients ran
 * @param directory type of the realm's directory
 * @param cannotRun why nothing could be run, or {@code null}
 * @param at when it began, in UTC
 * @param java version of the JDK of the clients
 * @param system kernel of the machine of the runner
 * @param processors processors of that machine
 * @param facts what else a reader must know of the environment
 * @param scenarios the scenarios in order
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
record Report(boolean passed, String environment, String directory, @Nullable String cannotRun, String at, String java,
		String system, int processors, Map<String, String> facts, List<ScenarioReport> scenarios) {

	private static final String EARLIER = "of the run that began ";

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	Report {
		// What was empty was not written.
		facts = (facts != null) ? facts : Map.of();
		scenarios = (scenarios != null) ? scenarios : List.of();
	}

	/**
	 * A run on this machine, now.
	 * @param environment where
	 * @param directory type of the directory
	 * @return a report without scenarios
	 */
	static Report now(String environment, String directory) {
		return new Report(false, environment, directory, null, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
				System.getProperty("java.version"),
				System.getProperty("os.name") + " " + System.getProperty("os.version"),
				Runtime.getRuntime().availableProcessors(), Map.of(), List.of());
	}

	Report with(Map<String, String> known, List<ScenarioReport> run) {
		return new Report(!run.isEmpty() && run.stream().allMatch(ScenarioReport::passed), this.environment,
				this.directory, null, this.at, this.java, this.system, this.processors, known, List.copyOf(run));
	}

	Report notRun(String reason) {
		return new Report(false, this.environment, this.directory, reason, this.at, this.java, this.system,
				this.processors, Map.of(), List.of());
	}

	/**
	 * The same with what an earlier run has of other scenarios; a fact says of which run
	 * they are.
	 * @param earlier a report of the same environment
	 * @return scenarios in the order of the earlier run, then those that are new
	 */
	Report beside(Report earlier) {
		Map<String, ScenarioReport> all = new LinkedHashMap<>();
		earlier.scenarios.forEach((scenario) -> all.put(scenario.name(), scenario));
		Set<String> others = new LinkedHashSet<>(all.keySet());
		this.scenarios.forEach((scenario) -> all.put(scenario.name(), scenario));
		this.scenarios.forEach((scenario) -> others.remove(scenario.name()));
		Map<String, String> known = new LinkedHashMap<>(this.facts);
		earlier.facts.forEach((fact, names) -> {
			List<String> left = Stream.of(names.split(", ")).filter(others::contains).toList();
			if (fact.startsWith(EARLIER) && !left.isEmpty()) {
				known.put(fact, String.join(", ", left));
				others.removeAll(left);
			}
		});
		if (!others.isEmpty()) {
			known.put(EARLIER + earlier.at, String.join(", ", others));
		}
		return with(known, List.copyOf(all.values()));
	}

	/**
	 * The same without what only plots need.
	 * @return criteria and figures
	 */
	Report summary() {
		return new Report(this.passed, this.environment, this.directory, this.cannotRun, this.at, this.java,
				this.system, this.processors, this.facts,
				this.scenarios.stream().map(ScenarioReport::summary).toList());
	}

	void write(Path file) throws IOException {
		Files.writeString(file, JSON.writeValueAsString(this) + "\n");
	}

	static Report read(Path file) throws IOException {
		return JSON.readValue(Files.readString(file), Report.class);
	}

}
