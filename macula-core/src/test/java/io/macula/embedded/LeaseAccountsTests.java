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
import java.util.Map;
import java.util.stream.IntStream;

import io.macula.embedded.DirectoryUpdate.Digest;
import io.macula.embedded.DirectoryUpdate.Renewal;
import io.macula.embedded.DirectoryUpdate.Upsert;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LeaseAccounts}.
 */
class LeaseAccountsTests {

	private static final Digest OTHER = new Digest(99, 1);

	private final NodeTable table = new NodeTable(() -> 0, 10_000);

	private final LeaseAccounts dialling = new LeaseAccounts(this.table, false);

	private final LeaseAccounts served = new LeaseAccounts(this.table, true);

	@Test
	void whenDigestsAreEqualThenNoAccountIsTold() {
		put(3);
		this.dialling.compare(this.table.digest());
		assertThat(this.dialling.telling()).isFalse();
	}

	@Test
	void whenTheFirstDigestsDifferThenOnlyTheEndThatDialledTells() {
		put(3);
		this.dialling.compare(OTHER);
		this.served.compare(OTHER);
		assertThat(this.dialling.telling()).isTrue();
		assertThat(this.served.telling()).isFalse();
		this.served.compare(OTHER);
		assertThat(this.served.telling()).isTrue();
	}

	@Test
	void whenThereAreManyLeasesThenTheAccountComesInParts() {
		put(2_500);
		this.dialling.compare(OTHER);
		DirectoryUpdate first = tell();
		assertThat(first.begins()).isTrue();
		assertThat(first.ends()).isFalse();
		assertThat(first.renewals()).hasSize(DirectoryUpdate.MAX_ENTRIES);
		this.dialling.compare(OTHER);
		DirectoryUpdate second = tell();
		assertThat(second.begins()).as("a digest meanwhile does not start another one").isFalse();
		DirectoryUpdate last = tell();
		assertThat(last.ends()).isTrue();
		assertThat(last.renewals()).hasSize(500);
		assertThat(this.dialling.telling()).isFalse();
	}

	@Test
	void whenTheTableIsEmptyThenTheAccountSaysSo() {
		this.dialling.compare(OTHER);
		DirectoryUpdate only = tell();
		assertThat(only.begins() && only.ends()).isTrue();
		assertThat(only.renewals()).isEmpty();
	}

	@Test
	void whenThePeersAccountIsCompleteThenWhatItLacksIsKnown() {
		put(3);
		assertThat(this.served.hear(part(true, false, "n0"))).isEmpty();
		assertThat(this.served.hear(part(false, true, "n2"))).containsExactly("n1");
		assertThat(this.served.hear(part(false, true, "n0"))).as("no account without a begin").isEmpty();
	}

	@Test
	void whenThePeersAccountBeginsAgainThenTheFirstBeginCountsForNothing() {
		put(3);
		this.served.hear(part(true, false, "n0"));
		assertThat(this.served.hear(part(true, true, "n1"))).containsExactlyInAnyOrder("n0", "n2");
	}

	private DirectoryUpdate tell() {
		UpdateDraft draft = new UpdateDraft();
		this.dialling.tell(draft);
		return draft.build(TestLoop.self("me", 1), 0);
	}

	private void put(int nodes) {
		IntStream.range(0, nodes)
			.forEach((i) -> this.table.apply(new Upsert(
					new NodeRecord("n" + i, 1, 1, 1, "host", 9443, null, 0, 100, Map.of(), List.of("s"), 15_000), 0,
					0)));
	}

	private static DirectoryUpdate part(boolean begins, boolean ends, String nodeId) {
		return new UpdateDraft().renewal(new Renewal(nodeId, 1, 1, 0, 0))
			.account(begins, ends, 0)
			.build(TestLoop.self("peer", 1), 0);
	}

}
