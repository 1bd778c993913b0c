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

package io.macula.faults;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import io.macula.harness.Arguments;

/**
 * What the suite was started with. Immutable.
 *
 * @param prefix prefix of the network namespaces, unique on the machine
 * @param linkd the daemon that makes links bad
 * @param fakeClock the library that makes clocks wrong
 * @param suiteJar this suite
 * @param directory for report, logs and journals
 * @param secret the realm's secret
 * @param quick whether durations are shortened
 * @param networks networks in which faults run
 */
record Options(String prefix, Path linkd, Path fakeClock, Path suiteJar, Path directory, String secret, boolean quick,
		Set<Addressing> networks) {

	static Options of(Arguments named) {
		return new Options(named.required("prefix"), Path.of(named.required("linkd")),
				Path.of(named.required("fake-clock")), Path.of(named.required("suite-jar")),
				Path.of(named.required("directory")), named.required("secret"),
				Boolean.parseBoolean(named.optional("short", "false")), named.has("network")
						? EnumSet.of(Addressing.of(named.required("network"))) : EnumSet.allOf(Addressing.class));
	}

}
