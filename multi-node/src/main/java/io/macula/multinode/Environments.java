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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.macula.harness.Arguments;

/**
 * The environments by their names.
 */
final class Environments {

	/** All that there are. */
	static final List<String> NAMES = List.of("local", "netns", "compose", "kubernetes", "machines");

	private Environments() {
	}

	/**
	 * An environment that was not prepared yet.
	 * @param name its name
	 * @param arguments those of the runner
	 * @param processes where it starts its processes
	 * @return the environment
	 * @throws CannotRunException if the name is not known
	 */
	static Environment of(String name, Arguments arguments, StartedProcesses processes) {
		Map<String, Supplier<Environment>> known = new LinkedHashMap<>();
		known.put(LocalEnvironment.NAME, () -> new LocalEnvironment(provider(arguments), processes));
		known.put(NamespaceEnvironment.NAME, () -> new NamespaceEnvironment(arguments, provider(arguments), processes));
		known.put(ComposeEnvironment.NAME, () -> new ComposeEnvironment(arguments));
		known.put(MachinesEnvironment.NAME, () -> new MachinesEnvironment(arguments, ExecutableJar.running().path()));
		Supplier<Environment> found = known.get(name);
		if (found == null) {
			throw new CannotRunException(
					"Environment '" + name + "' is not known: expected one of " + String.join(", ", known.keySet()));
		}
		return found.get();
	}

	private static ExecutableJar provider(Arguments arguments) {
		return ExecutableJar.of(arguments.required("provider-jar"), arguments.optional("provider-jars", ""));
	}

}
