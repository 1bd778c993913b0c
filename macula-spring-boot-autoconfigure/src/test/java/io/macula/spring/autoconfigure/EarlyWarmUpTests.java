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

package io.macula.spring.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationImportListener;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests when the warm-up begins with the application.
 */
class EarlyWarmUpTests {

	private final MockEnvironment environment = new MockEnvironment();

	@Test
	void whenNothingIsSetThenItIsWantedWhereItHasAProcessorOfItsOwn() {
		assertThat(EarlyWarmUp.wanted(this.environment, 2)).isTrue();
		assertThat(EarlyWarmUp.wanted(this.environment, 1)).isFalse();
	}

	@Test
	void whenItIsSwitchedOffOrTheValueIsInvalidThenItIsNotWanted() {
		assertThat(EarlyWarmUp.wanted(this.environment.withProperty("macula.client.warm-up", "false"), 2)).isFalse();
		assertThat(EarlyWarmUp.wanted(this.environment.withProperty("macula.client.warm-up", "perhaps"), 2)).isFalse();
		assertThat(EarlyWarmUp.wanted(this.environment.withProperty("macula.client.warm-up", "TRUE"), 2)).isTrue();
	}

	@Test
	void whenBeansAreProcessedAheadOfTimeThenItIsNotWanted() {
		System.setProperty(AbstractAotProcessor.AOT_PROCESSING, "true");
		try {
			assertThat(EarlyWarmUp.wanted(this.environment, 2)).isFalse();
		}
		finally {
			System.clearProperty(AbstractAotProcessor.AOT_PROCESSING);
		}
	}

	@Test
	void autoConfigurationCallsIt() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation(getClass().getClassLoader())
			.load(AutoConfigurationImportListener.class)).anyMatch(EarlyWarmUp.class::isInstance);
	}

}
