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

package io.macula.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each field of each manifest exists and has its type; so do those of patches.
 */
class ManifestSchemaTests {

	static Stream<Path> files() {
		return Stream.of(Manifests.KUBERNETES, Manifests.MACHINES)
			.flatMap((folder) -> Manifests.files(folder).stream());
	}

	@ParameterizedTest
	@MethodSource("files")
	void everyDocumentFitsItsSchema(Path file) {
		List<Map<String, Object>> documents = Manifests.documents(file);
		assertThat(documents).isNotEmpty();
		for (Map<String, Object> document : documents) {
			assertThat(ResourceSchemas.faults(document, false)).as("%s in %s", document.get("kind"), file).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("files")
	void everyPatchFitsItsSchema(Path file) {
		for (Map<String, Object> document : Manifests.documents(file)) {
			if (document.get("patches") instanceof List<?> patches) {
				for (Object patch : patches) {
					String text = String.valueOf(Manifests.object(patch).get("patch"));
					Map<String, Object> patched = withoutDirectives(Manifests.parse(text).get(0));
					assertThat(ResourceSchemas.faults(patched, true)).as("%s in %s", text, file).isEmpty();
				}
			}
		}
	}

	/** A file that nobody names is applied by nobody. */
	@Test
	void everyFileIsPartOfSomethingThatIsApplied() {
		List<Path> reached = new ArrayList<>(Manifests.files(Manifests.KUBERNETES.resolve("kind")));
		Manifests.applicable().forEach((folder) -> reach(folder, reached));
		assertThat(reached).containsAll(Manifests.files(Manifests.KUBERNETES));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			k8s/base/provider.yaml | terminationGracePeriodSeconds: | terminationGraceSeconds: | terminationGraceSeconds
			k8s/base/provider.yaml | unhealthyPodEvictionPolicy | unhealthyPolicy | unhealthyPolicy
			k8s/base/provider.yaml | failureThreshold: 90 | failureThreshold: many | failureThreshold
			k8s/base/provider.yaml | value: "true" | value: true | env
			k8s/base/network-policy.yaml | podSelector | podSelectors | podSelectors
			k8s/kind/be-antwerp.yaml | extraPortMappings | portMappings | portMappings
			k8s/kind/be-antwerp.yaml | protocol: UDP | protocol: QUIC | QUIC
			k8s/gitops/base/release.yaml | retryInterval | retry | retry
			k8s/gitops/base/release.yaml | interval: 10m | interval: soon | soon
			k8s/gitops/base/release.yaml | prune: true | | prune is missing
			k8s/overlays/be-antwerp/kustomization.yaml | components: | component: | component
			""")
	void whatDoesNotFitIsRefused(String file, String written, String mistaken, String told) throws IOException {
		String text = Files.readString(Manifests.ROOT.resolve(file));
		assertThat(text).contains(written);
		List<String> faults = new ArrayList<>();
		Manifests.parse(text.replace(written, (mistaken != null) ? mistaken : ""))
			.forEach((document) -> faults.addAll(ResourceSchemas.faults(document, false)));
		assertThat(faults).isNotEmpty().first().asString().contains(told);
	}

	private static void reach(Path folder, List<Path> reached) {
		Path file = folder.resolve("kustomization.yaml");
		if (reached.contains(file)) {
			return;
		}
		reached.add(file);
		Map<String, Object> kustomization = Manifests.documents(file).get(0);
		for (String field : List.of("resources", "components")) {
			for (Object resource : (List<?>) kustomization.getOrDefault(field, List.of())) {
				Path path = folder.resolve(resource.toString()).normalize();
				if (path.toString().endsWith(".yaml")) {
					reached.add(path);
				}
				else {
					reach(path, reached);
				}
			}
		}
	}

	/** What kustomize does with a part, and null, which takes a field away. */
	private static Map<String, Object> withoutDirectives(Map<String, Object> patch) {
		Map<String, Object> fields = new HashMap<>();
		patch.forEach((name, value) -> {
			if (!name.equals("$patch") && value != null) {
				fields.put(name, plain(value));
			}
		});
		return fields;
	}

	private static Object plain(Object value) {
		if (value instanceof Map<?, ?>) {
			return withoutDirectives(Manifests.object(value));
		}
		if (value instanceof List<?> list) {
			return list.stream().map(ManifestSchemaTests::plain).toList();
		}
		return value;
	}

}
