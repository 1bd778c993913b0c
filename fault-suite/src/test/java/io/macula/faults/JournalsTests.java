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

package io.macula.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.macula.Processed;
import io.macula.faults.CallRecord.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class JournalsTests {

	private static final Duration DEADLINE = Duration.ofSeconds(2);

	@TempDir
	Path directory;

	@Test
	void whenEachCallWasExecutedAsToldThenAllFits() throws IOException {
		journal("n1", "1 multiply 1\n2 add 1\n");
		journal("n2", "1 multiply 1\n4 add 1\n");
		Journals.Account account = new Journals(this.directory)
			.account(List.of(call(1, Kind.MULTIPLY, "OK", Processed.YES), call(2, Kind.ADD, "OK", Processed.YES),
					call(3, Kind.ADD, "UNAVAILABLE", Processed.NO), call(4, Kind.ADD, "UNAVAILABLE", Processed.UNKNOWN),
					call(5, Kind.ADD, "UNAVAILABLE", Processed.UNKNOWN)), DEADLINE);
		assertThat(account.fits()).isTrue();
		assertThat(account.unknown()).extracting(CallRecord::id).containsExactly(5L);
	}

	@Test
	void callThatIsNotIdempotentAndWasExecutedTwiceIsFound() throws IOException {
		journal("n1", "1 add 1\n");
		journal("n2", "1 add 1\n");
		assertThat(account(call(1, Kind.ADD, "OK", Processed.YES)).twice()).hasSize(1);
	}

	@Test
	void callThatWasAnsweredWithoutExecutionIsFound() throws IOException {
		journal("n1", "");
		assertThat(account(call(1, Kind.MULTIPLY, "OK", Processed.YES)).lost()).hasSize(1);
	}

	@Test
	void callThatWasExecutedThoughReportedAsNotProcessedIsFound() throws IOException {
		journal("n1", "1 add 1\n");
		assertThat(account(call(1, Kind.ADD, "UNAVAILABLE", Processed.NO)).wrong()).hasSize(1);
	}

	@Test
	void callThatWasExecutedAfterItsDeadlineIsFound() throws IOException {
		journal("n1", "1 add 2900000000\n2 add 3100000000\n");
		Journals journals = new Journals(this.directory);
		CallRecord inTime = call(1, Kind.ADD, "UNAVAILABLE", Processed.UNKNOWN);
		CallRecord late = call(2, Kind.ADD, "UNAVAILABLE", Processed.UNKNOWN);
		Journals.Account account = journals.account(List.of(inTime, late), DEADLINE);
		assertThat(account.overdue()).containsExactly(late.line());
		assertThat(account.fits()).isFalse();
		assertThat(account.worstAfterEndMillis()).isEqualTo(3099.999999);
	}

	@Test
	void lineThatIsBeingWrittenCountsOnceItIsWhole() throws IOException {
		journal("n1", "1 mul");
		Journals journals = new Journals(this.directory);
		List<CallRecord> calls = List.of(call(1, Kind.MULTIPLY, "OK", Processed.YES));
		assertThat(journals.account(calls, DEADLINE).lost()).hasSize(1);
		journal("n1", "1 multiply 1\n");
		assertThat(journals.account(calls, DEADLINE).lost()).isEmpty();
	}

	@Test
	void recordOfACallSurvivesItsLine() {
		CallRecord call = new CallRecord(7, Kind.TABLE, 1, 2_000_001, "UNAVAILABLE", Processed.UNKNOWN, null,
				"no\tanswer\nin time");
		assertThat(CallRecord.parse(call.line())).isEqualTo(new CallRecord(7, Kind.TABLE, 1, 2_000_001, "UNAVAILABLE",
				Processed.UNKNOWN, null, "no answer in time"));
		assertThat(call.millis()).isEqualTo(2);
	}

	private Journals.Account account(CallRecord call) {
		return new Journals(this.directory).account(List.of(call), DEADLINE);
	}

	private void journal(String node, String text) throws IOException {
		Files.writeString(this.directory.resolve(node + ".journal"), text);
	}

	private static CallRecord call(long id, Kind kind, String code, Processed processed) {
		return new CallRecord(id, kind, 0, 1, code, processed, null, "");
	}

}
