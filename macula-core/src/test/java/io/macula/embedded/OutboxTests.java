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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.macula.ServiceName;
import io.macula.directory.DirectoryLoop;
import io.macula.directory.Snapshot;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Outbox}.
 */
class OutboxTests {

	private static final ServiceName SERVICE = new ServiceName("s");

	private final TestLoop test = new TestLoop();

	private final NodeTable table = new NodeTable(this.test.loop.clock(), 10);

	private final LocalWatches watches = new LocalWatches(this.test.loop, this.table, (watch) -> false, () -> {
	});

	private final Outbox outbox = new Outbox(this.test.loop, this.watches);

	private final Session session = new Session(this.test.loop);

	private final List<DirectoryUpdate> sent = new ArrayList<>();

	OutboxTests() {
		this.session.outgoing().subscribe(this.sent::add);
	}

	@Test
	void whenNothingWasSentForAWhileThenAChangeIsSentAtOnce() {
		change();
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void whenChangesFollowEachOtherCloselyThenTheyAreSentTogether() {
		change();
		for (int i = 0; i < 9; i++) {
			this.test.pass(Duration.ofMillis(1));
			change();
		}
		assertThat(this.sent).hasSize(1);
		this.test.pass(Duration.ofMillis(1));
		assertThat(this.sent).hasSize(2);
		this.test.pass(Duration.ofSeconds(1));
		assertThat(this.sent).hasSize(2);
	}

	@Test
	void whenFlushedThenTheNextChangeWaitsForTheGap() {
		this.test.run(this.outbox::flush);
		change();
		assertThat(this.sent).isEmpty();
		this.test.pass(Outbox.GAP);
		assertThat(this.sent).hasSize(1);
	}

	@Test
	void whenASessionEndedThenItIsSentNothing() {
		this.test.run(() -> {
			this.session.due = true;
			this.outbox.add(this.session);
			this.outbox.remove(this.session);
			this.outbox.flush();
		});
		assertThat(this.sent).isEmpty();
	}

	@Test
	void whenServicesChangedThenTheirWatchesAreToldOnceWithTheFlush() {
		List<Snapshot> seen = new ArrayList<>();
		this.watches.watch(SERVICE).subscribe(seen::add);
		NodeRecord record = new NodeRecord("a", 1, 1, 1, "host", 9443, null, 0, 100, Map.of(), List.of("s"), 15_000);
		this.test.run(() -> {
			this.table.apply(new Upsert(record, 0, 0));
			this.outbox.changed(List.of(SERVICE));
			this.outbox.changed(List.of(SERVICE, new ServiceName("of.no.interest")));
		});
		assertThat(seen).isEmpty();
		this.test.run(this.outbox::flush);
		assertThat(seen).hasSize(1);
		this.test.run(this.outbox::flush);
		assertThat(seen).hasSize(1);
	}

	private void change() {
		this.test.run(() -> {
			this.session.due = true;
			this.outbox.add(this.session);
			this.outbox.flushSoon();
		});
	}

	private static final class Session extends DirectorySession {

		private boolean due;

		Session(DirectoryLoop loop) {
			super(loop);
		}

		@Override
		@Nullable DirectoryUpdate next() {
			if (!this.due) {
				return null;
			}
			this.due = false;
			return new UpdateDraft().build(TestLoop.self("me", 1), 0);
		}

	}

}
