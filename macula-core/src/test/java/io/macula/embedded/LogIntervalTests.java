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

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogInterval}.
 */
class LogIntervalTests {

	private long nanos = Long.MAX_VALUE - 5;

	private int logged;

	private final LogInterval interval = new LogInterval(() -> this.nanos);

	@Test
	void whenEntriesFollowEachOtherThenOneAMinuteIsLogged() {
		for (int second = 0; second < 180; second++) {
			this.interval.run(() -> this.logged++);
			this.nanos += TimeUnit.SECONDS.toNanos(1);
		}
		assertThat(this.logged).isEqualTo(3);
	}

}
