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

import java.nio.charset.StandardCharsets;

import io.macula.Code;
import io.macula.Fingerprint;
import io.macula.Processed;
import io.macula.Status;
import io.macula.codec.CodecException;
import io.macula.wire.Failure;
import org.jspecify.annotations.Nullable;

/**
 * The one table that says whether a failed attempt may be followed by another.
 *
 * <pre>
 * what happened                                     processed?  another attempt
 * no connection, handshake failed, never written,   no          always, at once, not counted,
 *   refused by a draining peer                                  once per instance
 * refused for another reason (overload, expired     no          counted
 *   before the handler ran)
 * the arguments or the method do not fit the        no          at once, not counted, once
 *   instance's version of the contract                          per version, then none
 * the payload codec is not known, or this node      no          at once, not counted, on
 *   may not call the service                                    a few instances, then none
 * connection lost after the write, no answer        unknown     counted, if idempotent
 * anything else, cancelled, the arguments are bad   yes         never
 * </pre>
 */
final class FailoverRule {

	private FailoverRule() {
	}

	static Verdict decide(Failure failure, boolean idempotent) {
		Status status = failure.status();
		if (misfit(failure)) {
			return Verdict.ELSEWHERE;
		}
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
	 * Whether a misfit is one of the payload codec, which instances with one version of
	 * the contract need not have in common.
	 */
	static boolean codecUnknown(Failure misfit) {
		return misfit.status().code() == Code.UNIMPLEMENTED && CodecException.class.getName().equals(misfit.type());
	}

	/**
	 * Whether the instance does not let this node call. Others most likely say the same,
	 * unless lists are just being changed.
	 */
	static boolean forbidden(Failure misfit) {
		return misfit.status().code() == Code.PERMISSION_DENIED && misfit.status().processed() == Processed.NO;
	}

	/**
	 * The version of the contract that an instance says it has, which the call does not
	 * fit.
	 * @return the digest, or {@code null} if it says none
	 */
	static @Nullable String version(Failure misfit) {
		String version = new String(misfit.detail(), StandardCharsets.ISO_8859_1);
		return Fingerprint.isVersion(version) ? version : null;
	}

	/**
	 * Whether the instance has another version of the contract. A payload that is too
	 * large has the same code and no type: it is so everywhere.
	 */
	private static boolean misfit(Failure failure) {
		Status status = failure.status();
		return status.processed() == Processed.NO && (status.code() == Code.UNIMPLEMENTED || forbidden(failure)
				|| (status.code() == Code.INVALID_ARGUMENT && CodecException.class.getName().equals(failure.type())));
	}

	/**
	 * What may follow a failed attempt.
	 */
	enum Verdict {

		/** Another instance at once; does not count as an attempt of the call. */
		TRANSPARENT,
		/**
		 * The same, but never an instance of a version that was asked, since it would say
		 * the same; of instances that do not tell their version a few are asked.
		 */
		ELSEWHERE,
		/** Another attempt, if attempts, budget and deadline allow it. */
		COUNTED,
		/** Nothing: the failure is the call's outcome. */
		NEVER

	}

}
