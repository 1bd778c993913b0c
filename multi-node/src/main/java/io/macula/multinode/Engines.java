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
import java.util.Map;
import java.util.function.Supplier;

import io.macula.harness.Arguments;

/**
 * The engines by the type of their directory.
 */
final class Engines {

	private Engines() {
	}

	/**
	 * An engine that was not started yet.
	 * @param type the type of directory
	 * @param arguments those of the runner: {@code --kubeconfig=} for kubernetes,
	 * {@code --server-jars=} for zookeeper
	 * @param processes where it starts its server
	 * @param address where nodes reach a server on this machine
	 * @return the engine
	 * @throws CannotRunException if the type is not known, or an argument is missing
	 */
	static Engine of(String type, Arguments arguments, StartedProcesses processes, String address) {
		Map<String, Supplier<Engine>> known = new LinkedHashMap<>();
		known.put(EmbeddedEngine.TYPE, EmbeddedEngine::new);
		known.put("static", StaticEngine::new);
		known.put("kubernetes", () -> new KubernetesEngine(kubeconfig(arguments)));
		known.put("dns", () -> new DnsEngine(address));
		known.put("zookeeper", () -> new ZooKeeperEngine(processes, arguments.required("server-jars"), address));
		known.put("etcd", () -> new EtcdEngine(processes, address));
		known.put("discovery-client", DiscoveryClientEngine::new);
		Supplier<Engine> found = known.get(type);
		if (found == null) {
			throw new CannotRunException(
					"Directory '" + type + "' is not known: expected one of " + String.join(", ", known.keySet()));
		}
		return found.get();
	}

	private static String kubeconfig(Arguments arguments) {
		if (!arguments.has("kubeconfig")) {
			throw new CannotRunException("There is no API server: give the file of one by --kubeconfig FILE");
		}
		return arguments.required("kubeconfig");
	}

}
