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

import java.util.List;
import java.util.Map;

import io.macula.harness.Criterion;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of one fault. Immutable.
 *
 * @param name name of the fault
 * @param title what was done
 * @param result {@code PASSED}, {@code FAILED} or {@code SKIPPED}
 * @param noticed what the callers noticed
 * @param criteria what must hold
 * @param measured figures by name
 * @param again day on which it was measured again after a whole run, or {@code null}
 */
record FaultReport(String name, String title, String result, Noticed noticed, List<Criterion> criteria,
		Map<String, Object> measured, @Nullable String again) {

	static final String PASSED = "PASSED";

	static final String FAILED = "FAILED";

	static final String SKIPPED = "SKIPPED";

	FaultReport(String name, String title, String result, Noticed noticed, List<Criterion> criteria,
			Map<String, Object> measured) {
		this(name, title, result, noticed, criteria, measured, null);
	}

	static FaultReport skipped(Fault fault, String reason) {
		return skipped(fault.name(), fault.title(), reason);
	}

	static FaultReport skipped(String name, String title, String reason) {
		return new FaultReport(name, title, SKIPPED, Noticed.NOTHING, List.of(), Map.of("reason", reason));
	}

	FaultReport again(String day) {
		return new FaultReport(this.name, this.title, this.result, this.noticed, this.criteria, this.measured, day);
	}

	boolean failed() {
		return this.result.equals(FAILED);
	}

}
