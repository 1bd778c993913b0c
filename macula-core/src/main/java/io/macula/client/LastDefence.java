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

import io.macula.Code;
import io.macula.RpcException;
import io.macula.Status;
import io.macula.log.FaultLog;
import io.macula.log.PrintableLogger;
import reactor.core.scheduler.Schedulers;

/**
 * What a blocking caller does whose call did not end by its deadline, though everything
 * that bounds it had to end it: once its {@linkplain CallerWait wait} is over it says so,
 * and lets nothing of the call go on. Does not need that any event loop, timer or lock of
 * the call works.
 */
final class LastDefence {

	private static final FaultLog log = new FaultLog(PrintableLogger.of(LastDefence.class));

	private LastDefence() {
	}

	/**
	 * The outcome of a call that has none.
	 * @param wireName of the method
	 * @param deadline that is over
	 * @param wait of the caller, which is over
	 * @param known what is known of the call's state
	 * @param cancel ends the call; may block
	 * @return what its caller is thrown
	 */
	static RpcException overdue(String wireName, Duration deadline, CallerWait wait, String known, Runnable cancel) {
		String over = "the deadline of " + Failures.text(deadline) + " for '" + wireName + "' is over, and ";
		RpcException error = Failures.exception(wireName, Status.unknown(Code.DEADLINE_EXCEEDED, wait.othersRan()
				? over + "nothing ended the call: this is a defect of Macula, please report it with this message"
						+ " and a thread dump; " + known
				: over + "the threads of this process that end calls have not run since: give it more of a"
						+ " processor, or find what blocks them by a thread dump"),
				null);
		if (wait.othersRan()) {
			log.error("A call outlived its deadline", error);
		}
		else {
			log.warn("A call outlived its deadline, since no event loop ran", error);
		}
		try {
			// Whatever keeps the call from its end may keep this from its end, too.
			Schedulers.boundedElastic().schedule(cancel);
		}
		catch (Throwable ex) {
			// No thread or no room is left for it: the caller is told what counts.
			error.addSuppressed(ex);
		}
		return error;
	}

}
