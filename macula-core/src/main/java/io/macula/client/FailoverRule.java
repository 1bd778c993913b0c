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

import io.macula.Code;
import io.macula.Status;

/**
 * The one table that says whether a failed attempt may be followed by another.
 *
 * <pre>
 * what happened                                     processed?  another attempt
 * no connection, handshake failed, never written,   no          always, at once, not counted,
 *   refused by a draining peer                                  once per instance
 * refused for another reason (overload, unknown     no          counted
 *   service, expired before the handler ran)
 * connection lost after the write, no answer        unknown     counted, if idempotent
 * anything else, cancelled, the arguments are bad   yes         never
 * </pre>
 */
final class FailoverRule {

	private FailoverRule() {
	}

	static Verdict decide(Status status, boolean idempotent) {
		if (status.code() == Code.CANCELLED || status.code() == Code.INVALID_ARGUMENT) {
			return Verdict.NEVER;
		}
		return switch (status.processed()) {
			case NO -> (status.code() == Code.UNAVAILABLE || status.code() == Code.UNAUTHENTICATED)
					? Verdict.TRANSPARENT : Verdict.COUNTED;
			case UNKNOWN -> (idempotent) ? Verdict.COUNTED : Verdict.NEVER;
			case YES -> Verdict.NEVER;
		};
	}

	/**
	 * What may follow a failed attempt.
	 */
	enum Verdict {

		/** Another instance at once; does not count as an attempt of the call. */
		TRANSPARENT,
		/** Another attempt, if attempts, budget and deadline allow it. */
		COUNTED,
		/** Nothing: the failure is the call's outcome. */
		NEVER

	}

}
