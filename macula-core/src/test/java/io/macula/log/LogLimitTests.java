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

package io.macula.log;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LogLimitTests {

	private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);

	private final List<String> lines = new ArrayList<>();

	private final LogLimit limit = new LogLimit(this.clock::get, Duration.ofSeconds(60), 3);

	@Test
	void whenAKeyRecursThenOneLineIsWrittenInAPeriodAndTheNextCountsTheOthers() {
		log("a");
		log("a");
		log("a");
		pass(60);
		log("a");
		assertThat(this.lines).containsExactly("a");
		pass(1);
		log("a");
		assertThat(this.lines).containsExactly("a", "a (3 more were not logged)");
	}

	@Test
	void whenAPeerComesAndGoesThenAFewLinesAMinuteAreWrittenAndOtherPeersAreStillTold() {
		LogLimit peers = LogLimit.ofPeers(this.clock::get);
		for (int i = 0; i < 10_000; i++) {
			peers.log("a", (suppressed) -> this.lines.add("a" + suppressed));
		}
		peers.log("b", (suppressed) -> this.lines.add("b" + suppressed));
		assertThat(this.lines).containsExactly("a", "a", "a", "a", "a", "b (9995 more were not logged)");
	}

	@Test
	void whenPeersComeWithEverNewNamesThenFewLinesAreWrittenAndNoneOfTheOthersIsRemembered() {
		LogLimit peers = LogLimit.ofPeers(this.clock::get);
		for (int i = 0; i < 50_000; i++) {
			peers.log("peer " + i, (suppressed) -> this.lines.add("a" + suppressed));
		}
		assertThat(this.lines).hasSize(LogLimit.BURST);
		assertThat(peers.size()).isEqualTo(LogLimit.BURST);
	}

	@Test
	void whenPeersComeWithEverNewNamesForTenMinutesThenFewLinesAreWritten() {
		LogLimit peers = LogLimit.ofPeers(this.clock::get);
		for (int i = 0; i < 600_000; i++) {
			peers.log("peer " + i, (suppressed) -> this.lines.add("a" + suppressed));
			this.clock.addAndGet(Duration.ofMillis(1).toNanos());
		}
		assertThat(this.lines).hasSize(LogLimit.BURST + 10 * LogLimit.STEADY - 1);
		pass(3600);
		this.lines.clear();
		for (int i = 0; i < 1000; i++) {
			peers.log("later peer " + i, (suppressed) -> this.lines.add("a" + suppressed));
		}
		assertThat(this.lines).hasSize(LogLimit.BURST);
	}

	@Test
	void whenAnotherKeyComesThenItIsWrittenAtOnce() {
		log("a");
		log("b");
		assertThat(this.lines).containsExactly("a", "b");
	}

	@Test
	void whenTooManyDifferentKeysComeThenTheRestIsCounted() {
		for (int i = 0; i < 1000; i++) {
			log("key " + i);
		}
		assertThat(this.lines).hasSize(3);
		pass(61);
		log("late");
		assertThat(this.lines).last().isEqualTo("late (997 more were not logged)");
	}

	@Test
	void whenALineWasWrittenLateThenItsOwnPeriodCounts() {
		log("a");
		pass(59);
		log("b");
		pass(2);
		log("a");
		log("b");
		assertThat(this.lines).containsExactly("a", "b", "a");
	}

	@Test
	void whenLinesComeAllTheTimeThenNoPeriodHasMoreThanAllowed() {
		for (int second = 0; second < 600; second++) {
			log("key " + second);
			pass(1);
		}
		assertThat(this.lines).hasSize(30);
	}

	@Test
	void whenNothingWasSuppressedSinceTheLastLineThenNothingIsSaidOfIt() {
		log("a");
		log("a");
		pass(61);
		log("a");
		pass(61);
		log("a");
		assertThat(this.lines).containsExactly("a", "a (1 more were not logged)", "a");
	}

	@Test
	void whenALineLogsAgainThenItIsJudgedLikeAnyOther() {
		this.limit.log("a", (suppressed) -> this.limit.log("b", (more) -> this.lines.add("b" + more)));
		assertThat(this.lines).containsExactly("b");
	}

	@Test
	void whenNoLineIsAllowedThenTheLimitIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> new LogLimit(this.clock::get, Duration.ofSeconds(1), 0))
			.withMessageContaining("maxLines 0");
	}

	private void log(String key) {
		this.limit.log(key, (suppressed) -> this.lines.add(key + suppressed));
	}

	private void pass(long seconds) {
		this.clock.addAndGet(Duration.ofSeconds(seconds).toNanos());
	}

}
