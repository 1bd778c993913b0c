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

package io.macula.client;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import io.macula.selection.SelectionStrategies;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Settings of a client service.
 */
class ServiceSettingsTests {

	private static final ServiceSettings SETTINGS = ServiceSettings.defaults()
		.withDeadline(Duration.ofSeconds(20))
		.withStrategy("random", SelectionStrategies.random())
		.withAttemptTimeout(Duration.ofSeconds(1))
		.withFailover(new ServiceSettings.Failover(2, Duration.ZERO, Duration.ZERO, 1, 1))
		.withPatience(Duration.ofSeconds(7));

	@Test
	void whenOneSettingIsReplacedByItselfThenTheOthersStay() {
		List<UnaryOperator<ServiceSettings>> changes = List.of((settings) -> settings.withDeadline(settings.deadline()),
				(settings) -> settings.withStrategy(settings.strategyName(), settings.strategy()),
				(settings) -> settings.withAttemptTimeout(settings.attemptTimeout()),
				(settings) -> settings.withFailover(settings.failover()),
				(settings) -> settings.withPatience(settings.patience()));
		assertThat(changes).allSatisfy((change) -> assertThat(change.apply(SETTINGS)).isEqualTo(SETTINGS));
	}

}
