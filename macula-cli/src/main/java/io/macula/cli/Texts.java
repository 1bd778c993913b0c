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
package io.macula.cli;

import java.time.Duration;

/**
 * Values as people read them.
 */
final class Texts {

	private Texts() {
	}

	/** An age in its two largest units: {@code 3d 4h}. */
	static String age(Duration age) {
		if (age.toDays() > 0) {
			return age.toDays() + "d" + part(age.toHoursPart(), "h");
		}
		if (age.toHours() > 0) {
			return age.toHours() + "h" + part(age.toMinutesPart(), "m");
		}
		return (age.toMinutes() > 0) ? age.toMinutes() + "m" + part(age.toSecondsPart(), "s") : age.toSeconds() + "s";
	}

	private static String part(int count, String unit) {
		return (count > 0) ? " " + count + unit : "";
	}

}
