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

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.macula.harness.Arguments;

/**
 * The scenarios of a run, in order.
 */
final class ScenarioSuite {

	private static final String STRESS = "stress";

	private final Map<String, Scenario> scenarios = new LinkedHashMap<>();

	private final List<String> arguments = new ArrayList<>();

	/**
	 * Scenarios that were chosen.
	 * @param arguments {@code --only=} for some, with commas between, instead of all;
	 * {@code --rate-seconds=} for how long each rate of the stress lasts: 1 among others
	 * and 5 if it is alone
	 * @param type type of the realm's directory
	 * @throws CannotRunException if there is none of a name
	 */
	ScenarioSuite(Arguments arguments, String type) {
		String only = arguments.optional("only", "");
		Duration rate = rate(arguments.optional("rate-seconds", only.equals(STRESS) ? "5" : "1"));
		all(type, rate);
		if (!only.isEmpty()) {
			List<String> chosen = List.of(only.split(",", -1));
			for (String name : chosen) {
				if (!this.scenarios.containsKey(name)) {
					throw new CannotRunException("Scenario '" + name + "' is not one of the directory '" + type
							+ "': expected one of " + String.join(", ", this.scenarios.keySet()));
				}
			}
			this.scenarios.keySet().retainAll(chosen);
			this.arguments.add("--only=" + only);
		}
		this.arguments.add("--rate-seconds=" + rate.toSeconds());
	}

	private void all(String type, Duration rate) {
		this.scenarios.put("multi-endpoint", (realm, directory) -> new Scenarios(realm).multiEndpoint());
		this.scenarios.put("failover", (realm, directory) -> new LossScenarios(realm).failover());
		this.scenarios.put("connection-caching", (realm, directory) -> new Scenarios(realm).connectionCaching());
		this.scenarios.put("selection", (realm, directory) -> new Scenarios(realm).selection());
		this.scenarios.put("latency", (realm, directory) -> new Scenarios(realm)
			.latency(new LatencyProbe(ExecutableJar.running(), directory)));
		this.scenarios.put("rolling-restart", (realm, directory) -> new LossScenarios(realm).rollingRestart());
		if (type.equals(EmbeddedEngine.TYPE)) {
			this.scenarios.put("seed-loss", (realm, directory) -> new LossScenarios(realm).seedLoss());
		}
		this.scenarios.put(STRESS, (realm, directory) -> new Stress(realm, rate).run());
		if (!type.equals(EmbeddedEngine.TYPE)) {
			this.scenarios.put("migration",
					(realm, directory) -> new Migration(realm, EmbeddedEngine.TYPE, type).run());
		}
	}

	/**
	 * The names.
	 * @return names in order
	 */
	List<String> names() {
		return List.copyOf(this.scenarios.keySet());
	}

	/**
	 * What makes the same choice elsewhere.
	 * @return arguments
	 */
	List<String> arguments() {
		return List.copyOf(this.arguments);
	}

	/**
	 * Run them one after the other. One that does not come to its end is reported so.
	 * @param realm the realm, all of whose providers are up
	 * @param directory for what they write besides
	 * @param reports takes each report as it comes
	 * @throws Exception if there is something that no scenario expects
	 */
	void run(Realm realm, Path directory, Consumer<ScenarioReport> reports) throws Exception {
		for (Map.Entry<String, Scenario> scenario : this.scenarios.entrySet()) {
			try {
				reports.accept(scenario.getValue().run(realm, directory));
			}
			catch (IllegalStateException ex) {
				reports.accept(ScenarioReport.broken(scenario.getKey(), String.valueOf(ex.getMessage())));
			}
		}
	}

	private static Duration rate(String seconds) {
		try {
			int number = Integer.parseInt(seconds);
			if (number > 0) {
				return Duration.ofSeconds(number);
			}
		}
		catch (NumberFormatException ex) {
			// Told below, as a number that makes no sense.
		}
		throw new CannotRunException("--rate-seconds '" + seconds + "' is not valid: expected a number from 1");
	}

	/** A scenario. */
	@FunctionalInterface
	private interface Scenario {

		ScenarioReport run(Realm realm, Path directory) throws Exception;

	}

}
