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
import java.util.Map;

import io.macula.ServiceName;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Gone;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LocalWatches}.
 */
class LocalWatchesTests {

	private static final ServiceName SERVICE = new ServiceName("s");

	private final TestLoop test = new TestLoop();

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final List<String> interests = new ArrayList<>();

	private boolean known;

	private final LocalWatches watches = new LocalWatches(this.test.loop, this.table, (watch) -> this.known,
			this::noteInterests);

	private final List<Snapshot> seen = new ArrayList<>();

	@Test
	void whenNothingIsKnownThenNothingIsTold() {
		watch();
		this.test.run(() -> this.watches.tell(List.of(SERVICE)));
		this.test.run(this.watches::tellKnown);
		assertThat(this.seen).isEmpty();
	}

	@Test
	void whenItBecomesKnownThatNobodyServesThenAnEmptySnapshotIsToldOnce() {
		watch();
		this.known = true;
		this.test.run(this.watches::tellKnown);
		this.test.run(this.watches::tellKnown);
		assertThat(this.seen).hasSize(1);
		assertThat(this.seen.get(0).instances()).isEmpty();
	}

	@Test
	void whenAnInstanceIsKnownThenItIsToldAtOnce() {
		put();
		watch();
		assertThat(this.seen).hasSize(1);
		assertThat(this.seen.get(0).instances()).hasSize(1);
	}

	@Test
	void whenToldOnceThenTheEndOfTheLastInstanceIsToldToo() {
		put();
		watch();
		this.test.run(() -> this.table.apply(new Gone("a", 1, 2, 0, true)));
		this.test.run(() -> this.watches.tell(List.of(SERVICE)));
		assertThat(this.seen).hasSize(2);
		assertThat(this.seen.get(1).instances()).isEmpty();
	}

	@Test
	void whenASecondSubscriberComesThenItHasTheLatestAtOnceAndTheInterestStays() {
		put();
		Disposable first = watch();
		Disposable second = watch();
		assertThat(this.seen).hasSize(2);
		assertThat(this.interests).containsExactly("[s]");
		first.dispose();
		assertThat(this.interests).containsExactly("[s]");
		second.dispose();
		assertThat(this.interests).containsExactly("[s]", "[]");
	}

	private Disposable watch() {
		return this.watches.watch(SERVICE).subscribe(this.seen::add);
	}

	private void put() {
		this.test.run(() -> this.table.apply(new Upsert(
				new NodeRecord("a", 1, 1, 1, "host", 9443, null, 0, 100, Map.of(), List.of("s"), 15_000), 0, 0)));
	}

	private void noteInterests() {
		this.interests.add(this.watches.all().stream().map((watch) -> watch.service().value()).toList().toString());
	}

}
