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
import io.macula.RpcException;
import io.macula.Status;

/**
 * Words and codes for calls that failed after more than one attempt.
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
				processed(failures));
	}

	/** The deadline was over after some attempts. */
	static Status deadlineOver(String service, Duration deadline, List<AttemptFailure> failures) {
		String before = (failures.isEmpty()) ? "" : " after " + attempts(failures) + ": " + list(failures);
		return new Status(Code.DEADLINE_EXCEEDED,
				"the deadline of " + text(deadline) + " for service '" + service + "' was over" + before,
				processed(failures));
	}

	/** The summary as an exception that carries the single failures. */
	static RpcException exception(Status status, List<AttemptFailure> failures) {
		RpcException exception = new RpcException(status);
		failures.forEach(exception::addSuppressed);
		return exception;
	}

	/** The peer's answer does not fit the contract on this side. */
	static RpcException undecodable(String wireName, RuntimeException cause) {
		return new RpcException(Status.processed(Code.INTERNAL,
				"the answer of " + wireName + " cannot be decoded: " + cause.getMessage()), cause);
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

	private static Processed processed(List<AttemptFailure> failures) {
		return failures.stream().allMatch((failure) -> failure.status().processed() == Processed.NO) ? Processed.NO
				: Processed.UNKNOWN;
	}

}
