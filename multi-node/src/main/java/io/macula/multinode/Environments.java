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

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.macula.harness.Arguments;

/**
 * The environments by their names.
 */
final class Environments {

	private static final Map<String, Maker> KNOWN = known();

	/** All that there are, in the order of reports. */
	static final List<String> NAMES = List.copyOf(KNOWN.keySet());

	private Environments() {
	}

	private static Map<String, Maker> known() {
		Map<String, Maker> known = new LinkedHashMap<>();
		known.put(LocalEnvironment.NAME,
				(arguments, processes) -> new LocalEnvironment(provider(arguments), processes));
		known.put(NamespaceEnvironment.NAME,
				(arguments, processes) -> new NamespaceEnvironment(arguments, provider(arguments), processes));
		known.put(ComposeEnvironment.NAME, (arguments, processes) -> new ComposeEnvironment(arguments));
		known.put(KubernetesEnvironment.NAME, KubernetesEnvironment::new);
		known.put(MachinesEnvironment.NAME,
				(arguments, processes) -> new MachinesEnvironment(arguments, ExecutableJar.running().path()));
		return Collections.unmodifiableMap(known);
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
		Maker maker = KNOWN.get(name);
		if (maker == null) {
			throw new CannotRunException(
					"Environment '" + name + "' is not known: expected one of " + String.join(", ", NAMES));
		}
		return maker.make(arguments, processes);
	}

	private static ExecutableJar provider(Arguments arguments) {
		return ExecutableJar.of(arguments.required("provider-jar"), arguments.optional("provider-jars", ""));
	}

	/** Makes an environment. */
	@FunctionalInterface
	private interface Maker {

		Environment make(Arguments arguments, StartedProcesses processes);

	}

}
