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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.macula.Processed;
import io.macula.harness.AppendedLines;

/**
 * What the providers executed, by their journals, compared with what the client was told.
 */
final class Journals {

	private final Path directory;

	private final Map<Path, AppendedLines> files = new HashMap<>();

	private final Map<Long, Integer> executions = new HashMap<>();

	Journals(Path directory) {
		this.directory = directory;
	}

	Path of(String node) {
		return this.directory.resolve(node + ".journal");
	}

	/**
	 * Compare the journals with calls of the client.
	 * @param calls calls that have ended
	 * @return what does not fit
	 */
	Account account(List<CallRecord> calls) {
		readOn();
		List<String> twice = new ArrayList<>();
		List<String> lost = new ArrayList<>();
		List<String> wrong = new ArrayList<>();
		int unknownExecuted = 0;
		for (CallRecord call : calls) {
			int executed = this.executions.getOrDefault(call.id(), 0);
			if (call.kind().once() && executed > 1) {
				twice.add(call.line());
			}
			if (!call.failed() && executed == 0) {
				lost.add(call.line());
			}
			if (call.failed() && call.processed() == Processed.NO && executed > 0 && call.kind().once()) {
				wrong.add(call.line());
			}
			if (call.failed() && call.processed() == Processed.UNKNOWN && executed > 0) {
				unknownExecuted++;
			}
		}
		return new Account(twice, lost, wrong, unknownExecuted);
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
			this.executions.merge(Long.parseLong(line.substring(0, line.indexOf(' '))), 1, Integer::sum);
		}
	}

	/**
	 * What does not fit. Immutable.
	 *
	 * @param twice calls of methods that are not idempotent, executed more than once
	 * @param lost calls that succeeded and were never executed
	 * @param wrong calls that failed as not processed and were executed
	 * @param unknownExecuted calls that failed as unknown and were executed
	 */
	record Account(List<String> twice, List<String> lost, List<String> wrong, int unknownExecuted) {

		boolean fits() {
			return this.twice.isEmpty() && this.lost.isEmpty() && this.wrong.isEmpty();
		}

		String describe() {
			String text = this.twice.size() + " twice, " + this.lost.size() + " answered without execution, "
					+ this.wrong.size() + " executed though reported as not processed";
			return fits() ? text : text + ": "
					+ (this.twice.isEmpty() ? (this.lost.isEmpty() ? this.wrong : this.lost) : this.twice).get(0);
		}

	}

}
