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

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DueNodes}.
 */
class DueNodesTests {

	private final DueNodes due = new DueNodes();

	private final List<String> told = new ArrayList<>();

	@Test
	void whenANodeChangesOftenThenItIsToldOnce() {
		this.due.add("a");
		this.due.add("b");
		this.due.add("a");
		this.due.takeRecords(() -> false, this.told::add);
		assertThat(this.told).containsExactly("a", "b");
		assertThat(this.due.hasRecords()).isFalse();
	}

	@Test
	void whenARecordMayWaitThenItIsDueWithTheBatch() {
		this.due.addLater("a");
		assertThat(this.due.hasRecords()).isFalse();
		this.due.batch((nodeId) -> true);
		this.due.takeRecords(() -> false, this.told::add);
		assertThat(this.told).containsExactly("a");
	}

	@Test
	void whenTheRecordIsToldThenTheRenewalIsToldWithIt() {
		this.due.addRenewal("a", false);
		this.due.addRenewal("b", false);
		this.due.add("a");
		this.due.addLater("a");
		this.due.takeRecords(() -> false, this.told::add);
		this.due.batch((nodeId) -> true);
		assertThat(this.due.hasRecords()).isFalse();
		this.due.takeRenewals(this.told::add);
		assertThat(this.told).containsExactly("a", "b");
		assertThat(this.due.hasRenewals()).isFalse();
	}

	@Test
	void whenThePeerKnowsThenNothingIsDue() {
		this.due.add("a");
		this.due.addLater("a");
		this.due.addRenewal("a", false);
		this.due.remove("a");
		this.due.batch((nodeId) -> true);
		assertThat(this.due.hasRecords() || this.due.hasRenewals()).isFalse();
	}

	@Test
	void whenThereAreManyThenOneUpdateHoldsABoundedNumber() {
		IntStream.range(0, 450).forEach((i) -> this.due.add("n" + i));
		List<Integer> sizes = new ArrayList<>();
		while (this.due.hasRecords()) {
			this.told.clear();
			this.due.takeRecords(() -> false, this.told::add);
			sizes.add(this.told.size());
		}
		assertThat(sizes).containsExactly(200, 200, 50);
	}

}
