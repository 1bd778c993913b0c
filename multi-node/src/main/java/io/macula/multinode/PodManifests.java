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

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * What a run has in its namespace: the manifests as they are, but a Deployment with one
 * pod or none for each provider, so that a node can stay away, and a pod for the clients.
 */
final class PodManifests {

	/** Label of all that belongs to one provider. */
	static final String NODE_LABEL = "multi-node.macula.io/node";

	/** Name of the pod of the clients. */
	static final String CLIENT = "multi-node-client";

	/** Selects that pod. */
	static final String CLIENT_LABEL = "multi-node.macula.io/client=true";

	private static final String DEPLOYMENT = "Deployment";

	private final String base;

	private final String registry;

	private final String tag;

	/**
	 * Manifests of a run.
	 * @param base those of {@code k8s/base}, as kustomize makes them
	 * @param registry what comes before the names of the images, with a slash at its end;
	 * may be empty
	 * @param tag tag of the images; empty for that of the manifests
	 */
	PodManifests(String base, String registry, String tag) {
		this.base = base;
		this.registry = registry;
		this.tag = tag;
	}

	/**
	 * All but what has pods. There is no autoscaler: the run says how many there are.
	 * @return YAML
	 */
	String shared() {
		List<Object> documents = new ArrayList<>();
		for (Object document : load()) {
			if (!List.of(DEPLOYMENT, "HorizontalPodAutoscaler").contains(map(document).get("kind"))) {
				documents.add(document);
			}
		}
		return new Yaml().dumpAll(documents.iterator());
	}

	/**
	 * A provider.
	 * @param node its node id
	 * @param environment more variables of its container
	 * @param settings arguments of its application
	 * @return YAML
	 */
	String provider(String node, Map<String, String> environment, List<String> settings) {
		Map<String, Object> deployment = deployment("sample-provider");
		Map<String, Object> metadata = map(deployment.get("metadata"));
		metadata.put("name", name(node));
		map(metadata.computeIfAbsent("labels", (key) -> new LinkedHashMap<>())).put(NODE_LABEL, node);
		Map<String, Object> spec = map(deployment.get("spec"));
		spec.put("replicas", 1);
		// Two pods of one node id would be one node that moves to and fro.
		spec.put("strategy", Map.of("type", "Recreate"));
		map(map(spec.get("selector")).get("matchLabels")).put(NODE_LABEL, node);
		Map<String, Object> template = map(spec.get("template"));
		map(map(template.get("metadata")).get("labels")).put(NODE_LABEL, node);
		Map<String, Object> pod = map(template.get("spec"));
		// Otherwise nobody can kill the first process of a container.
		pod.put("shareProcessNamespace", true);
		Map<String, Object> container = container(pod);
		Map<String, String> values = new LinkedHashMap<>(environment);
		values.put("MACULA_NODE_ID", node);
		List<Object> variables = list(container.get("env"));
		variables.removeIf((variable) -> values.containsKey(String.valueOf(map(variable).get("name"))));
		values.forEach((name, value) -> variables.add(Map.of("name", name, "value", value)));
		container.put("args", settings);
		return new Yaml().dump(deployment);
	}

	/**
	 * A pod like those of the client, in which nothing runs yet.
	 * @return YAML
	 */
	String client() {
		Map<String, Object> template = map(map(deployment("sample-client").get("spec")).get("template"));
		Map<String, Object> pod = map(template.get("spec"));
		pod.put("restartPolicy", "Never");
		pod.put("terminationGracePeriodSeconds", 1);
		// A pod is spread by hashes that only a Deployment gives.
		pod.remove("topologySpreadConstraints");
		Map<String, Object> container = container(pod);
		List.of("startupProbe", "livenessProbe", "readinessProbe", "lifecycle", "ports").forEach(container::remove);
		container.put("command", List.of("bash", "-c", "sleep infinity"));
		// Settings of the scenarios come from the runner.
		list(container.get("env"))
			.removeIf((variable) -> !"MACULA_REALM_SECRET".equals(String.valueOf(map(variable).get("name"))));
		Map<String, Object> resources = map(container.get("resources"));
		// Two JVMs at times.
		map(resources.get("requests")).put("memory", "1Gi");
		map(resources.get("limits")).put("memory", "1Gi");
		Map<String, Object> metadata = new LinkedHashMap<>();
		metadata.put("name", CLIENT);
		Map<String, Object> labels = map(map(template.get("metadata")).get("labels"));
		String[] own = CLIENT_LABEL.split("=");
		labels.put(own[0], own[1]);
		metadata.put("labels", labels);
		Map<String, Object> manifest = new LinkedHashMap<>();
		manifest.put("apiVersion", "v1");
		manifest.put("kind", "Pod");
		manifest.put("metadata", metadata);
		manifest.put("spec", pod);
		return new Yaml().dump(manifest);
	}

	/**
	 * The image of a sample.
	 * @param sample its name
	 * @return as a container names it
	 */
	String image(String sample) {
		return String
			.valueOf(container(map(map(map(deployment(sample).get("spec")).get("template")).get("spec"))).get("image"));
	}

	/**
	 * The Deployment of a provider.
	 * @param node its node id
	 * @return the name
	 */
	static String name(String node) {
		return "calculator-" + node;
	}

	private Map<String, Object> deployment(String sample) {
		for (Object document : load()) {
			Map<String, Object> manifest = map(document);
			if (DEPLOYMENT.equals(manifest.get("kind"))) {
				Map<String, Object> container = container(
						map(map(map(manifest.get("spec")).get("template")).get("spec")));
				String image = String.valueOf(container.get("image"));
				int colon = image.lastIndexOf(':');
				if (image.substring(0, colon).equals(sample)) {
					container.put("image",
							this.registry + sample + (this.tag.isEmpty() ? image.substring(colon) : ":" + this.tag));
					return manifest;
				}
			}
		}
		throw new CannotRunException("k8s/base has no Deployment with the image " + sample);
	}

	private Iterable<Object> load() {
		return new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(this.base);
	}

	private static Map<String, Object> container(Map<String, Object> pod) {
		Iterator<Object> containers = list(pod.get("containers")).iterator();
		return map(containers.next());
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(@Nullable Object value) {
		return (Map<String, Object>) Objects.requireNonNull(value, "k8s/base lacks a part");
	}

	@SuppressWarnings("unchecked")
	private static List<Object> list(@Nullable Object value) {
		return (List<Object>) Objects.requireNonNull(value, "k8s/base lacks a part");
	}

}
