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

package io.macula.spring.security;

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;

/**
 * What a caller is told whose identity could not be verified for a reason that is not its
 * own. Safe for all threads.
 */
final class Unverified {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(Unverified.class));

	private Unverified() {
	}

	/**
	 * The handler was not called: what cannot be verified here may be valid, and another
	 * instance may know. A mistake of the application's own code is not told as
	 * UNAVAILABLE, which counts against the instance: one odd token, sent again and
	 * again, would have all instances ejected.
	 * @param what what could not be verified
	 * @param thrown why; goes to the log alone
	 * @return to be thrown
	 */
	static RpcException of(String what, Exception thrown) {
		boolean mistake = mistake(thrown);
		String failed = what + (mistake ? " cannot be verified" : " cannot be verified at the moment");
		log.warn(failed, thrown);
		return Status.notProcessed(mistake ? Code.UNKNOWN : Code.UNAVAILABLE, failed + "; the provider's log says more")
			.toException();
	}

	/**
	 * What no network and no other process causes, but code that meets what it does not
	 * expect.
	 */
	private static boolean mistake(Exception thrown) {
		return thrown.getCause() == null && (thrown instanceof NullPointerException
				|| thrown instanceof ClassCastException || thrown instanceof IndexOutOfBoundsException
				|| thrown instanceof IllegalArgumentException || thrown instanceof UnsupportedOperationException);
	}

}
