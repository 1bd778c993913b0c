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
import java.util.Set;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeldRecord}: each transition of its lease.
 */
class HeldRecordTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final HeldRecord held = held(1, "here", false);

	@Test
	void whenALeaseHasAlmostPassedThenItIsOverdue() {
		long counted = 15 * SECOND - 4 * SECOND / 5;
		this.held.judge(counted - 1);
		assertThat(this.held.overdue()).isFalse();
		this.held.judge(counted);
		assertThat(this.held.overdue()).isTrue();
	}

	@Test
	void whenRenewedThenItIsCurrentAgain() {
		this.held.judge(20 * SECOND);
		assertThat(this.held.renew(1, null, 20 * SECOND)).isTrue();
		this.held.judge(20 * SECOND);
		assertThat(this.held.overdue()).isFalse();
		assertThat(this.held.renewals()).isEqualTo(1);
	}

	@Test
	void whenARenewalIsNotLaterThenItChangesNothing() {
		this.held.renew(5, null, 10 * SECOND);
		assertThat(this.held.renew(5, null, 14 * SECOND)).isFalse();
		assertThat(this.held.renew(4, null, 14 * SECOND)).isFalse();
		assertThat(this.held.sinceRenewalNanos(14 * SECOND)).isEqualTo(4 * SECOND);
	}

	@Test
	void whenALaterRenewalHappenedEarlierThenTheLeaseIsNotShortened() {
		this.held.renew(5, null, 10 * SECOND);
		assertThat(this.held.renew(6, null, 8 * SECOND)).isTrue();
		assertThat(this.held.sinceRenewalNanos(10 * SECOND)).isZero();
	}

	@Test
	void whenThisNodeStoodStillThenTheTimeIsGivenBackUntilTheNextRenewal() {
		this.held.forgive(60 * SECOND);
		this.held.judge(74 * SECOND);
		assertThat(this.held.overdue()).isFalse();
		assertThat(this.held.upsert(74 * SECOND).ageMillis()).as("told as it is").isEqualTo(74_000);
		this.held.renew(1, null, 74 * SECOND);
		this.held.judge(89 * SECOND);
		assertThat(this.held.overdue()).isTrue();
	}

	@Test
	void whenItIsThatOfThisNodeThenItHasNoAge() {
		HeldRecord own = held(1, "here", true);
		assertThat(own.upsert(1000 * SECOND).ageMillis()).isZero();
		assertThat(own.renewal(1000 * SECOND).ageMillis()).isZero();
	}

	@Test
	void whenTheReplacedLifeOfAnotherAddressRenewsThenBothAddressesAreNamed() {
		HeldRecord later = held(2, "there", false);
		later.replace(this.held, 0);
		assertThat(later.hearOlder(1, 0)).as("not renewed since").isNull();
		assertThat(later.hearOlder(1, 1)).isEqualTo("here:9443 and there:9443");
		assertThat(later.hearOlder(1, 1)).as("named already").isNull();
		assertThat(later.hearOlder(1, 2)).isNotNull();
		assertThat(later.hearOlder(0, 9)).as("an even earlier life").isNull();
	}

	@Test
	void whenANodeRestartsAtItsAddressThenThatIsNoConflict() {
		HeldRecord later = held(2, "here", false);
		later.replace(this.held, 0);
		assertThat(later.hearOlder(1, 9)).isNull();
	}

	@Test
	void whenTheContentChangesThenAConflictIsNotForgotten() {
		HeldRecord later = held(2, "there", false);
		later.replace(this.held, 0);
		HeldRecord changed = held(2, "there", false);
		changed.replace(later, 0);
		assertThat(changed.hearOlder(1, 1)).isNotNull();
	}

	private static HeldRecord held(long term, String host, boolean own) {
		return new HeldRecord(
				new NodeRecord("a", term, 1, term, host, 9443, null, 0, 100, Map.of(), List.of("s"), 15_000), Set.of(),
				own, 0, null, 0, Long.MAX_VALUE);
	}

}
