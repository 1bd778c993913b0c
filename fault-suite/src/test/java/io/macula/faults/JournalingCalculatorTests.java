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

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.macula.Processed;
import io.macula.faults.CallRecord.Kind;
import io.macula.sample.Answer;
import io.macula.sample.OutOfRangeException;
import io.macula.sample.Question;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JournalingCalculatorTests {

	@TempDir
	Path directory;

	@Test
	void journalHoldsALineForEachExecutionInWhicheverShape() throws Exception {
		Path journal = this.directory.resolve("n1.journal");
		try (JournalingCalculator calculator = calculator(journal.toString())) {
			calculator.multiply(new Question(7, 1));
			calculator.add(new Question(8, 1));
			calculator.multiplyLater(new Question(9, 1)).toCompletableFuture().join();
			calculator.addLater(new Question(10, 1)).toCompletableFuture().join();
			calculator.table(new Question(11, 1), 3).blockLast();
		}
		assertThat(Files.readAllLines(journal)).map((line) -> line.replaceAll(" \\d+$", ""))
			.containsExactly("7 multiply", "8 add", "9 multiply", "10 add", "11 table");
	}

	@Test
	void whenACallIsRefusedThenItIsNotWrittenDown() throws Exception {
		Path journal = this.directory.resolve("n1.journal");
		try (JournalingCalculator calculator = calculator(journal.toString())) {
			assertThatExceptionOfType(OutOfRangeException.class).isThrownBy(() -> calculator.add(new Question(7, -1)));
		}
		assertThat(journal).isEmptyFile();
	}

	@Test
	void whatIsWrittenIsWhatTheJournalsAreReadBy() throws Exception {
		Journals journals = new Journals(this.directory);
		try (JournalingCalculator calculator = calculator(journals.of("n1").toString())) {
			calculator.add(new Question(7, 1));
			calculator.add(new Question(7, 1));
		}
		CallRecord call = new CallRecord(7, Kind.ADD, 0, 1, "OK", Processed.YES, "n1", "");
		assertThat(journals.account(List.of(call), Duration.ofSeconds(30)).twice()).containsExactly(call.line());
	}

	@Test
	void whenThereIsNoJournalThenItAnswersAllTheSame() throws Exception {
		try (JournalingCalculator calculator = calculator("")) {
			assertThat(calculator.multiply(new Question(7, 21))).isEqualTo(new Answer("n1", 42));
		}
	}

	private static JournalingCalculator calculator(String journal) throws Exception {
		return new JournalingCalculator("n1", Duration.ZERO, journal);
	}

}
