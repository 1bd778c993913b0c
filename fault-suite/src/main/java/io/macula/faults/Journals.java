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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.macula.Processed;
import io.macula.harness.AppendedLines;

/**
 * What the providers executed, by their journals, compared with what the client was told.
 */
final class Journals {

	/** A busy machine is late, too. */
	private static final long MARGIN_NANOS = 1_000_000_000L;

	private final Path directory;

	private final Map<Path, AppendedLines> files = new HashMap<>();

	private final Map<Long, Execution> executions = new HashMap<>();

	Journals(Path directory) {
		this.directory = directory;
	}

	Path of(String node) {
		return this.directory.resolve(node + ".journal");
	}

	/**
	 * Compare the journals with calls of the client.
	 * @param calls calls that have ended
	 * @param deadline bound of each
	 * @return what does not fit
	 */
	Account account(List<CallRecord> calls, Duration deadline) {
		readOn();
		List<String> twice = new ArrayList<>();
		List<String> lost = new ArrayList<>();
		List<String> wrong = new ArrayList<>();
		List<String> overdue = new ArrayList<>();
		List<CallRecord> unknown = new ArrayList<>();
		long worstAfterEnd = 0;
		for (CallRecord call : calls) {
			Execution execution = this.executions.getOrDefault(call.id(), Execution.NONE);
			int executed = execution.times;
			if (call.kind().once() && executed > 1) {
				twice.add(call.line());
			}
			if (!call.failed() && executed == 0) {
				lost.add(call.line());
			}
			if (call.failed() && call.processed() == Processed.NO && executed > 0 && call.kind().once()) {
				wrong.add(call.line());
			}
			if (call.failed() && call.processed() == Processed.UNKNOWN && executed == 0) {
				unknown.add(call);
			}
			if (executed > 0 && execution.last - call.start() > deadline.toNanos() + MARGIN_NANOS) {
				overdue.add(call.line());
			}
			if (executed > 0 && call.failed() && call.kind().once()) {
				worstAfterEnd = Math.max(worstAfterEnd, execution.last - call.end());
			}
		}
		return new Account(twice, lost, wrong, overdue, unknown, worstAfterEnd / 1e6);
	}

	private void readOn() {
		try (var found = Files.newDirectoryStream(this.directory, "*.journal")) {
			for (Path file : found) {
				readOn(file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Journals cannot be read", ex);
		}
	}

	private void readOn(Path file) {
		for (String line : this.files.computeIfAbsent(file, AppendedLines::new).next()) {
			String[] words = line.split(" ");
			this.executions.merge(Long.parseLong(words[0]), new Execution(1, Long.parseLong(words[2])), Execution::and);
		}
	}

	private record Execution(int times, long last) {

		static final Execution NONE = new Execution(0, 0);

		Execution and(Execution other) {
			return new Execution(this.times + other.times, Math.max(this.last, other.last));
		}

	}

	/**
	 * What does not fit. Immutable.
	 *
	 * @param twice calls of methods that are not idempotent, executed more than once
	 * @param lost calls that succeeded and were never executed
	 * @param wrong calls that failed as not processed and were executed
	 * @param overdue calls that were executed more than a second after their deadline
	 * @param unknown calls that failed as unknown and were never executed
	 * @param worstAfterEndMillis how long after the end of a failed call that is not
	 * idempotent it was executed, at worst
	 */
	record Account(List<String> twice, List<String> lost, List<String> wrong, List<String> overdue,
			List<CallRecord> unknown, double worstAfterEndMillis) {

		boolean fits() {
			return this.twice.isEmpty() && this.lost.isEmpty() && this.wrong.isEmpty() && this.overdue.isEmpty();
		}

		String describe() {
			String text = this.twice.size() + " twice, " + this.lost.size() + " answered without execution, "
					+ this.wrong.size() + " executed though reported as not processed, " + this.overdue.size()
					+ " executed after their deadline";
			return Stream.of(this.twice, this.lost, this.wrong, this.overdue)
				.flatMap(List::stream)
				.findFirst()
				.map((first) -> text + ": " + first)
				.orElse(text);
		}

	}

}
