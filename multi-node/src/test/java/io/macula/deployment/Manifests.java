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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.macula.harness.Shell;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What is written in the folders {@code k8s} and {@code docker}.
 */
final class Manifests {

	static final Path ROOT = Path.of("..");

	static final Path KUBERNETES = ROOT.resolve("k8s");

	static final Path MACHINES = ROOT.resolve("machines");

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private Manifests() {
	}

	/**
	 * All files of a folder and below.
	 * @param folder the folder
	 * @return files whose name ends in {@code .yaml}
	 */
	static List<Path> files(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> file.toString().endsWith(".yaml")).sorted().toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The documents of a file.
	 * @param file the file
	 * @return in their order
	 */
	static List<Map<String, Object>> documents(Path file) {
		try {
			return parse(Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The documents of a text. A key that is there twice is refused, as by Kubernetes.
	 * @param text YAML
	 * @return in their order
	 */
	static List<Map<String, Object>> parse(String text) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		List<Map<String, Object>> documents = new ArrayList<>();
		for (Object document : new Yaml(options).loadAll(text)) {
			documents.add(object(document));
		}
		return documents;
	}

	/**
	 * The folders that can be applied.
	 * @return those with a kustomization that is no component
	 */
	static List<Path> applicable() {
		return files(KUBERNETES).stream()
			.filter((file) -> file.endsWith("kustomization.yaml"))
			.filter((file) -> documents(file).get(0).get("kind").equals("Kustomization"))
			.map(Path::getParent)
			.toList();
	}

	/**
	 * What kustomize makes of a folder.
	 * @param folder one of {@link #applicable()}
	 * @return the documents
	 */
	static List<Map<String, Object>> rendered(Path folder) {
		return parse(Shell.run(LIMIT, List.of("kubectl", "kustomize", folder.toString())));
	}

	/**
	 * Whether there is the program that {@link #rendered(Path)} needs.
	 * @return true if so
	 */
	static boolean canRender() {
		return Stream.of(System.getenv("PATH").split(":"))
			.anyMatch((folder) -> Files.isExecutable(Path.of(folder, "kubectl")));
	}

	@SuppressWarnings("unchecked")
	static Map<String, Object> object(Object value) {
		return (Map<String, Object>) value;
	}

}
