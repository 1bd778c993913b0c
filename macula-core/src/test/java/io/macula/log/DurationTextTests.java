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

package io.macula.log;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DurationTextTests {

	@ParameterizedTest
	@CsvSource({ "PT0S,0 ms", "PT0.25S,250 ms", "PT1S,1 s", "PT1.5S,1.5 s", "PT1.0009S,1 s", "PT30S,30 s", "PT5M,300 s",
			"PT2H,7200 s" })
	void isWrittenInSecondsOrMilliseconds(Duration duration, String text) {
		assertThat(DurationText.of(duration)).isEqualTo(text);
	}

	@ParameterizedTest
	@CsvSource({ "PT0S,0s", "PT30S,30s", "PT0.05S,50ms", "PT1M30S,90s", "PT2M,2m", "PT48H,2d", "PT3H,3h", "PT-1S,-1s",
			"PT-0.5S,-500ms", "PT0.00005S,50us", "PT0.000000001S,1ns", "PT1.5S,1500ms", "PT3504000H,146000d",
			"PT8760H0.000000001S,31536000.000000001s", "PT2562047788015215H30M7.5S,9223372036854775807.5s" })
	void settingsAreToldExactlyAndAsTheyAreWritten(Duration duration, String text) {
		assertThat(DurationText.setting(duration)).isEqualTo(text);
	}

}
