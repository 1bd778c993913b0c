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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With the files of k8s/base, which need no kustomize for what is looked at here but for
 * the tags of images.
 */
@SuppressWarnings("unchecked")
class PodManifestsTests {

	private final PodManifests manifests = new PodManifests(base(), "registry.example/", "1.2.3");

	private static String base() {
		StringBuilder base = new StringBuilder();
		for (String file : List.of("provider.yaml", "client.yaml", "network-policy.yaml")) {
			try {
				base.append(Files.readString(Path.of("..", "k8s", "base", file))
					.replaceAll("image: (sample-\\w+)", "image: $1:0.1")).append("---\n");
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}
		return base.substring(0, base.length() - "---\n".length());
	}

	@Test
	void aProviderIsThatOfTheManifestsWithItsNodeId() {
		Map<String, Object> deployment = new Yaml()
			.load(this.manifests.provider("node2", Map.of("CALCULATOR_FACTOR", "3"), List.of("--a=b")));
		assertThat((Map<String, Object>) deployment.get("metadata")).containsEntry("name", "calculator-node2");
		Map<String, Object> spec = (Map<String, Object>) deployment.get("spec");
		assertThat(spec).containsEntry("replicas", 1).containsEntry("strategy", Map.of("type", "Recreate"));
		assertThat(spec.get("selector").toString()).contains("multi-node.macula.io/node=node2",
				"app.kubernetes.io/name=calculator");
		Map<String, Object> template = (Map<String, Object>) spec.get("template");
		assertThat(template.get("metadata").toString()).contains("multi-node.macula.io/node=node2");
		Map<String, Object> container = container(template);
		assertThat(container).containsEntry("image", "registry.example/sample-provider:1.2.3")
			.containsEntry("args", List.of("--a=b"))
			.containsKeys("startupProbe", "livenessProbe", "readinessProbe", "securityContext");
		assertThat((List<Object>) container.get("env"))
			.contains(Map.of("name", "MACULA_NODE_ID", "value", "node2"),
					Map.of("name", "CALCULATOR_FACTOR", "value", "3"))
			.doesNotHaveDuplicates()
			.filteredOn((variable) -> variable.toString().contains("MACULA_NODE_ID"))
			.hasSize(1);
	}

	@Test
	void theClientsRunInAPodOfTheManifestsThatStartsNothing() {
		Map<String, Object> pod = new Yaml().load(this.manifests.client());
		assertThat(pod).containsEntry("kind", "Pod");
		assertThat(pod.get("metadata").toString()).contains("app.kubernetes.io/name=calculator-client");
		Map<String, Object> container = container(pod);
		assertThat(container).containsEntry("image", "registry.example/sample-client:1.2.3")
			.doesNotContainKeys("startupProbe", "livenessProbe", "readinessProbe", "lifecycle")
			.containsKey("securityContext");
		assertThat((List<Object>) container.get("env")).hasSize(1);
	}

	@Test
	void allElseIsAppliedButTheAutoscaler() {
		List<Object> kinds = new ArrayList<>();
		new Yaml().loadAll(this.manifests.shared())
			.forEach((document) -> kinds.add(((Map<String, Object>) document).get("kind")));
		assertThat(kinds).contains("Service", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy")
			.doesNotContain("Deployment", "HorizontalPodAutoscaler");
	}

	@Test
	void withoutAnotherTagThatOfTheManifestsHolds() {
		assertThat(new PodManifests(base(), "", "").image("sample-client")).isEqualTo("sample-client:0.1");
	}

	private static Map<String, Object> container(Map<String, Object> template) {
		Map<String, Object> pod = (Map<String, Object>) template.get("spec");
		return ((List<Map<String, Object>>) pod.get("containers")).get(0);
	}

}
