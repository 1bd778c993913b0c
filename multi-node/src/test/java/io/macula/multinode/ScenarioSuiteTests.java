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

package io.macula.multinode;

import io.macula.harness.Arguments;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ScenarioSuiteTests {

	@Test
	void aSeedIsLostWhereThereAreSeedsAndARealmMovesToWhereItIsNot() {
		assertThat(suite("embedded").names()).containsExactly("multi-endpoint", "failover", "connection-caching",
				"selection", "latency", "rolling-restart", "seed-loss", "stress");
		assertThat(suite("etcd").names()).doesNotContain("seed-loss").endsWith("stress", "migration");
	}

	@Test
	void whenSomeAreChosenThenTheyKeepTheirOrder() {
		ScenarioSuite suite = suite("embedded", "--only=stress,failover");
		assertThat(suite.names()).containsExactly("failover", "stress");
		assertThat(suite.arguments()).containsExactly("--only=stress,failover", "--rate-seconds=1");
	}

	@Test
	void whenTheStressIsAloneThenItTakesItsTime() {
		assertThat(suite("embedded", "--only=stress").arguments()).containsExactly("--only=stress", "--rate-seconds=5");
	}

	@Test
	void whenThereIsNoneOfANameThenTheMessageHasTheOthers() {
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(() -> suite("etcd", "--only=failover,seed-los"))
			.withMessageStartingWith(
					"Scenario 'seed-los' is not one of the directory 'etcd': expected one of multi-end");
		// Otherwise none would be run.
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(() -> suite("embedded", "--only=,"))
			.withMessageStartingWith("Scenario '' is not one of the directory 'embedded': expected one of multi-end");
		assertThatExceptionOfType(CannotRunException.class).isThrownBy(() -> suite("etcd", "--rate-seconds=soon"))
			.withMessage("--rate-seconds 'soon' is not valid: expected a number from 1");
	}

	private static ScenarioSuite suite(String type, String... arguments) {
		return new ScenarioSuite(Arguments.parse(arguments), type);
	}

}
