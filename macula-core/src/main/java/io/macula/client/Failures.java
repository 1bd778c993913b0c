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

package io.macula.client;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

import io.macula.Code;
import io.macula.Endpoint;
import io.macula.Instance;
import io.macula.Processed;
import io.macula.Status;
import io.macula.wire.Failure;

/**
 * Words and codes for calls that failed. Whatever ends a call, its status is never better
 * than its worst attempt: if one may have been processed, so may the call. Each attempt
 * is named in the message, and those that do not speak for the whole call are suppressed
 * exceptions of the one that does.
 */
final class Failures {

	/** Stands in where a call failed before an instance was chosen. */
	static final Instance NOBODY = Instance.of("(none)", new Endpoint("none", 1));

	private Failures() {
	}

	/** All attempts failed. */
	static Status summary(String service, List<AttemptFailure> failures, boolean allTried) {
		String what = (allTried) ? "all providers failed" : "all attempts failed";
		return new Status(commonCode(failures),
				what + " for service '" + service + "' after " + attempts(failures) + ": " + list(failures),
				worst(Processed.NO, failures));
	}

	/** The deadline was over after some attempts. */
	static Status deadlineOver(String service, Duration deadline, List<AttemptFailure> failures) {
		String before = (failures.isEmpty()) ? "" : " after " + attempts(failures) + ": " + list(failures);
		return new Status(Code.DEADLINE_EXCEEDED,
				"the deadline of " + text(deadline) + " for service '" + service + "' was over" + before,
				worst(Processed.NO, failures));
	}

	/** Something else than an attempt ended the call, for example an empty directory. */
	static Status stopped(Status reason, List<AttemptFailure> failures) {
		if (failures.isEmpty()) {
			return reason;
		}
		// Instances there were: not to be found is true of the next call only.
		Code code = (reason.code() == Code.NOT_FOUND) ? Code.UNAVAILABLE : reason.code();
		return new Status(code, reason.message() + after(failures), worst(reason.processed(), failures));
	}

	/**
	 * A failure that speaks for the whole call, with the type and detail it came with.
	 * @param last the failure
	 * @param failures all failures, the last one included
	 * @param othersOpen whether an attempt is given up whose fate nobody will know
	 */
	static Failure last(Failure last, List<AttemptFailure> failures, boolean othersOpen) {
		Status status = last.status();
		Processed processed = worst(status.processed(), failures);
		if (othersOpen && processed == Processed.NO) {
			processed = Processed.UNKNOWN;
		}
		if (failures.size() == 1 && processed == status.processed()) {
			return last;
		}
		String message = (failures.size() == 1) ? status.message() : status.message() + after(failures);
		return new Failure(new Status(status.code(), message, processed), last.type(), last.detail());
	}

	/** The exception of a call, carrying the failures of its attempts. */
	static Throwable withSuppressed(Throwable exception, List<AttemptFailure> failures) {
		failures.forEach(exception::addSuppressed);
		return exception;
	}

	static String text(Duration duration) {
		long millis = duration.toMillis();
		return (millis % 1000 == 0) ? millis / 1000 + " s" : millis + " ms";
	}

	private static String attempts(List<AttemptFailure> failures) {
		return (failures.size() == 1) ? "1 attempt" : failures.size() + " attempts";
	}

	private static String list(List<AttemptFailure> failures) {
		return failures.stream()
			.map((failure) -> failure.instance() + " -> " + failure.status())
			.collect(Collectors.joining("; "));
	}

	private static Code commonCode(List<AttemptFailure> failures) {
		Code code = failures.get(0).code();
		return failures.stream().allMatch((failure) -> failure.code() == code) ? code : Code.UNAVAILABLE;
	}

	private static String after(List<AttemptFailure> failures) {
		return " (after " + attempts(failures) + ": " + list(failures) + ")";
	}

	/** The order of the constants is that from good to bad. */
	private static Processed worst(Processed least, List<AttemptFailure> failures) {
		Processed worst = least;
		for (AttemptFailure failure : failures) {
			Processed processed = failure.status().processed();
			worst = (processed.compareTo(worst) > 0) ? processed : worst;
		}
		return worst;
	}

}
