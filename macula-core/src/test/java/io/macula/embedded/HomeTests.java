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

package io.macula.embedded;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HomeTests {

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	@Test
	void whenAnIdHadManyHomesThenTheThreeOfTheLongestTenureStay() {
		List<Home> homes = List.of();
		for (int tenure : new int[] { 30, 2, 20, 1, 10 }) {
			homes = Home.and(homes, home(tenure), 0);
		}
		assertThat(homes).containsExactly(home(30), home(20), home(10));
	}

	@Test
	void whenAHomeIsOlderThanItsTenureOrAnHourThenItIsForgotten() {
		List<Home> homes = Home.and(Home.and(List.of(), home(5), 0), home(600), 0);
		assertThat(homes).hasSize(2);
		Home latest = new Home(null, "c:1", MINUTE, 5 * MINUTE);
		assertThat(Home.and(homes, latest, 5 * MINUTE)).containsExactly(home(600), latest);
		assertThat(home(600).stands(60 * MINUTE - 1)).isTrue();
		assertThat(home(600).stands(60 * MINUTE)).isFalse();
	}

	private static Home home(int minutes) {
		return new Home("owner" + minutes, "host" + minutes + ":1", minutes * MINUTE, 0);
	}

}
