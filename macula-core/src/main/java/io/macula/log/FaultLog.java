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

package io.macula.log;

import java.time.Duration;

import org.slf4j.Logger;

/**
 * Logs failures that calls can cause at any rate: one entry of each message in five
 * seconds, five of all; and whatever is thrown while an exception is printed gets through
 * to no call. Safe for all threads.
 */
public final class FaultLog {

	private final Logger logger;

	private final LogLimit logLimit = new LogLimit(System::nanoTime, Duration.ofSeconds(5), 5);

	/**
	 * A log without entries.
	 * @param logger gets them
	 */
	public FaultLog(Logger logger) {
		this.logger = logger;
	}

	/**
	 * Log a failure, or count it.
	 * @param message what failed
	 * @param cause what was thrown
	 */
	public void warn(String message, Throwable cause) {
		try {
			this.logLimit.log(message, (suppressed) -> this.logger.warn("{}{}", message, suppressed, cause));
		}
		catch (Throwable ex) {
			warnWithoutCause(message, cause, ex);
		}
	}

	/**
	 * Log a failure of this product itself, or count it.
	 * @param message what failed
	 * @param cause what was thrown
	 */
	public void error(String message, Throwable cause) {
		try {
			this.logLimit.log(message, (suppressed) -> this.logger.error("{}{}", message, suppressed, cause));
		}
		catch (Throwable ex) {
			warnWithoutCause(message, cause, ex);
		}
	}

	/** An exception that cannot be printed: its class can. */
	private void warnWithoutCause(String message, Throwable cause, Throwable second) {
		try {
			this.logger.warn("{}; {} cannot be printed: {}", message, cause.getClass().getName(),
					second.getClass().getName());
		}
		catch (Throwable ex) {
			// There is no memory even for that.
			return;
		}
	}

}
