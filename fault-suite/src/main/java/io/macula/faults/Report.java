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

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Outcome of a run of the suite. Immutable.
 *
 * @param passed whether each criterion of each fault held
 * @param form whole, short, some or soak
 * @param java version of the JVM
 * @param kernel version of the kernel
 * @param processors processors that all processes shared
 * @param faults the faults
 */
record Report(boolean passed, String form, String java, String kernel, int processors, List<FaultReport> faults) {

	private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

	static Report of(String form, List<FaultReport> faults) {
		return new Report(faults.stream().noneMatch(FaultReport::failed), form, System.getProperty("java.version"),
				System.getProperty("os.version"), Runtime.getRuntime().availableProcessors(), List.copyOf(faults));
	}

	/**
	 * A whole run in which some faults were measured again, or for the first time.
	 * @param later what was measured
	 * @param day when
	 */
	Report again(List<FaultReport> later, String day) {
		Map<String, FaultReport> byName = new LinkedHashMap<>();
		this.faults.forEach((fault) -> byName.put(fault.name(), fault));
		later.forEach((fault) -> byName.put(fault.name(), fault.again(day)));
		List<FaultReport> all = List.copyOf(byName.values());
		return new Report(all.stream().noneMatch(FaultReport::failed), this.form, this.java, this.kernel,
				this.processors, all);
	}

	static @Nullable Report read(Path file) {
		return Files.exists(file) ? JSON.readValue(file.toFile(), Report.class) : null;
	}

	void write(Path file) {
		JSON.writeValue(file.toFile(), this);
	}

}
