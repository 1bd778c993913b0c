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

package io.macula.cli.doctor;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What one check found. Immutable.
 *
 * @param target the node that was looked at, as {@code host:port}; {@code null} for this
 * machine
 * @param check name of the check, for example {@code udp}
 * @param outcome how it is
 * @param seen what was seen, a clause
 * @param remedy what to do, or {@code null} where nothing has to be done
 */
public record Finding(@Nullable String target, String check, Outcome outcome, String seen, @Nullable String remedy) {

	static Finding ok(String check, String seen) {
		return new Finding(null, check, Outcome.OK, seen, null);
	}

	static Finding warning(String check, String seen, String remedy) {
		return new Finding(null, check, Outcome.WARNING, seen, remedy);
	}

	static Finding failed(String check, String seen, @Nullable String remedy) {
		return new Finding(null, check, Outcome.FAILED, seen, remedy);
	}

	static Finding skipped(String check, String why) {
		return new Finding(null, check, Outcome.SKIPPED, why, null);
	}

	Finding of(String node) {
		return new Finding(node, this.check, this.outcome, this.seen, this.remedy);
	}

	/** How a check ended. */
	public enum Outcome {

		/** As it should be. */
		OK,
		/** It works, but not as well as it could, or not for long. */
		WARNING,
		/** It does not work. */
		FAILED,
		/** It could not be looked at. */
		SKIPPED;

		/**
		 * For people and JSON.
		 * @return the name in small letters
		 */
		public String text() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

}
