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

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What runs a provider on a machine.
 */
enum Mode {

	/** A unit of systemd. */
	SYSTEMD(true, "unit " + Release.SERVICE + ".service"),
	/** A container of Docker. */
	DOCKER(true, "container " + Release.SERVICE),
	/** A pod of the K3s that the machine is. */
	K3S(true, "namespace " + Release.SERVICE),
	/** A process of its own, by whoever logs in. */
	PROCESS(false, "process");

	private final boolean needsRoot;

	private final String thing;

	Mode(boolean needsRoot, String thing) {
		this.needsRoot = needsRoot;
		this.thing = thing;
	}

	/**
	 * A mode by the name that is given.
	 * @param key its name
	 * @return the mode
	 * @throws CannotDeployException if there is none
	 */
	static Mode of(String key) {
		return Stream.of(values())
			.filter((mode) -> mode.key().equals(key))
			.findFirst()
			.orElseThrow(() -> new CannotDeployException("Mode '" + key + "' is not known: expected "
					+ Stream.of(values()).map(Mode::key).collect(Collectors.joining(", "))));
	}

	String key() {
		return name().toLowerCase(Locale.ROOT);
	}

	boolean needsRoot() {
		return this.needsRoot;
	}

	/**
	 * What runs a provider, of which a machine has one.
	 * @return its kind and name
	 */
	String thing() {
		return this.thing;
	}

	/**
	 * Whether it runs an image, and not a jar.
	 * @return true with containers
	 */
	boolean runsImage() {
		return this == DOCKER || this == K3S;
	}

}
