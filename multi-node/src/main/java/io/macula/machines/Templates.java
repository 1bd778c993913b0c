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

package io.macula.machines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What runs a provider, as it lies in the folder {@code machines} for whoever copies it,
 * with the settings of a machine put in. Immutable.
 */
final class Templates {

	private static final String DIRECTORY = "/opt/macula/";

	private static final String JAVA = "/usr/bin/java";

	private static final String NAMESPACE = "kind: Namespace\nmetadata:\n  name: " + Release.SERVICE + "\n";

	private static final String IMAGE = "sample-provider:0.1.0-SNAPSHOT";

	private final String unit;

	private final String manifest;

	private Templates(String unit, String manifest) {
		this.unit = unit;
		this.manifest = manifest;
	}

	/**
	 * Read the templates.
	 * @param folder where they are
	 * @return the templates
	 * @throws CannotDeployException if they cannot be read
	 */
	static Templates read(Path folder) {
		try {
			return new Templates(Files.readString(folder.resolve(Release.SERVICE + ".service")),
					Files.readString(folder.resolve(Release.SERVICE + ".yaml")));
		}
		catch (IOException ex) {
			throw new CannotDeployException(
					"Template " + ex.getMessage() + " cannot be read: fetch the folder machines of the repository", ex);
		}
	}

	/**
	 * The unit of systemd.
	 * @param machine where it is to run
	 * @param limits how long it may take to stop
	 * @return its text
	 */
	String unit(Machine machine, Limits limits) {
		return this.unit.replace(DIRECTORY, machine.directory() + "/")
			.replace(JAVA, machine.java())
			.replaceFirst("(?m)^TimeoutStopSec=.*$", "TimeoutStopSec=" + limits.stop().toSeconds());
	}

	/**
	 * The manifest for K3s. Its namespace says whose it is, so that nobody takes away
	 * another one.
	 * @param machine where it is to run
	 * @param limits how long it may take to stop
	 * @param image what it is to run
	 * @return its text
	 */
	String manifest(Machine machine, Limits limits, String image) {
		return this.manifest
			.replace(NAMESPACE, NAMESPACE + "  annotations:\n    macula.io/machines: " + machine.directory() + "\n")
			.replace(IMAGE, image)
			.replace("port: 8080", "port: " + machine.http())
			.replaceFirst("(?m)(terminationGracePeriodSeconds:) .*$", "$1 " + limits.stop().toSeconds());
	}

}
