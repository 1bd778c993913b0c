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

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.macula.embedded.DirectoryUpdate.Gone;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Tombstones}.
 */
class TombstonesTests {

	private final Tombstones tombstones = new Tombstones(3);

	@Test
	void whenWithdrawnThenOnlyALaterRecordIsNotCovered() {
		this.tombstones.bury(new Gone("a", 2, 3, 7, true), null, List.of(), 0, 0);
		assertThat(this.tombstones.cover("a", 2, 3, 100)).isTrue();
		assertThat(this.tombstones.cover("a", 1, 9, 100)).isTrue();
		assertThat(this.tombstones.cover("a", 2, 4, 0)).isFalse();
		assertThat(this.tombstones.cover("a", 3, 0, 0)).isFalse();
		assertThat(this.tombstones.cover("b", 1, 1, 0)).isFalse();
	}

	@Test
	void whenExpiredThenALaterRenewalIsNotCoveredEither() {
		this.tombstones.bury(new Gone("a", 2, 3, 7, false), null, List.of(), 0, 0);
		assertThat(this.tombstones.cover("a", 2, 3, 7)).isTrue();
		assertThat(this.tombstones.cover("a", 2, 3, 8)).isFalse();
	}

	@Test
	void whenAnEndIsKnownThenAnEarlierOneIsToo() {
		Gone gone = new Gone("a", 2, 3, 7, true);
		assertThat(this.tombstones.know(gone)).isFalse();
		this.tombstones.bury(gone, null, List.of(), 0, 0);
		assertThat(this.tombstones.know(gone)).isTrue();
		assertThat(this.tombstones.know(new Gone("a", 1, 9, 0, true))).isTrue();
		assertThat(this.tombstones.know(new Gone("a", 2, 4, 0, true))).isFalse();
		assertThat(this.tombstones.gone("a")).isEqualTo(gone);
	}

	@Test
	void whenFiveMinutesOrFourLeasesHavePassedThenItIsForgotten() {
		long lease = TimeUnit.MINUTES.toNanos(2);
		this.tombstones.bury(new Gone("a", 1, 1, 0, true), null, List.of(), 0, 0);
		this.tombstones.bury(new Gone("b", 1, 1, 0, true), null, List.of(), lease, 0);
		this.tombstones.forget(TimeUnit.MINUTES.toNanos(5) - 1);
		assertThat(this.tombstones.gone("a")).isNotNull();
		this.tombstones.forget(TimeUnit.MINUTES.toNanos(5));
		assertThat(this.tombstones.gone("a")).isNull();
		this.tombstones.forget(4 * lease - 1);
		assertThat(this.tombstones.gone("b")).isNotNull();
		this.tombstones.forget(4 * lease);
		assertThat(this.tombstones.gone("b")).isNull();
	}

	@Test
	void whenThereAreTooManyThenTheOldestGoesFirst() {
		for (String nodeId : new String[] { "a", "b", "c", "d" }) {
			this.tombstones.bury(new Gone(nodeId, 1, 1, 0, true), null, List.of(), 0, 0);
		}
		assertThat(this.tombstones.gone("a")).isNull();
		assertThat(this.tombstones.gone("b")).isNotNull();
		assertThat(this.tombstones.gone("d")).isNotNull();
	}

	@Test
	void whenTheNodeIsBackThenNothingIsRemembered() {
		this.tombstones.bury(new Gone("a", 1, 1, 0, true), null, List.of(), 0, 0);
		this.tombstones.remove("a");
		assertThat(this.tombstones.cover("a", 1, 1, 0)).isFalse();
	}

}
