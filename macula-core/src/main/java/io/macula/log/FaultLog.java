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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

import org.slf4j.Logger;

/**
 * Logs failures that calls can cause at any rate: in five seconds one entry of each
 * message and cause, three of each message, five of all; what was left out is told when
 * they have passed. Causes differ by class, message without its digits, or place. And
 * whatever is thrown while an exception is printed gets through to no call. Safe for all
 * threads.
 */
public final class FaultLog {

	private static final Duration PERIOD = Duration.ofSeconds(5);

	private static final int MAX_LINES = 5;

	private static final int LONGEST_TEXT = 200;

	private static final Pattern DIGITS = Pattern.compile("[0-9]+");

	private final Logger logger;

	private final LogLimit logLimit;

	/** Runs what it is given when the period has passed. */
	private final Executor afterwards;

	/** What was left out last. */
	private volatile String leftOut = "";

	private final AtomicBoolean toBeTold = new AtomicBoolean();

	/**
	 * A log without entries.
	 * @param logger gets them
	 */
	public FaultLog(Logger logger) {
		this(logger, System::nanoTime,
				CompletableFuture.delayedExecutor(PERIOD.toMillis() + 100, TimeUnit.MILLISECONDS));
	}

	FaultLog(Logger logger, LongSupplier clock, Executor afterwards) {
		this.logger = logger;
		this.logLimit = new LogLimit(clock, PERIOD, MAX_LINES);
		this.afterwards = afterwards;
	}

	/**
	 * Log a failure, or count it.
	 * @param message what failed
	 * @param cause what was thrown
	 */
	public void warn(String message, Throwable cause) {
		log(message, cause, (suppressed) -> this.logger.warn("{}{}", message, suppressed, cause));
	}

	/**
	 * Log a failure of this product itself, or count it.
	 * @param message what failed
	 * @param cause what was thrown
	 */
	public void error(String message, Throwable cause) {
		log(message, cause, (suppressed) -> this.logger.error("{}{}", message, suppressed, cause));
	}

	private void log(String message, Throwable cause, Consumer<String> line) {
		try {
			if (!this.logLimit.log(message, () -> variant(cause), line)) {
				this.leftOut = message;
				if (this.toBeTold.compareAndSet(false, true)) {
					this.afterwards.execute(this::tellLeftOut);
				}
			}
		}
		catch (Throwable ex) {
			warnWithoutCause(message, cause, ex);
		}
	}

	private void tellLeftOut() {
		this.toBeTold.set(false);
		long count = this.logLimit.takeSuppressed();
		if (count > 0) {
			this.logger.warn("{} more failures were not logged within {} s, the last of them: {}", count,
					PERIOD.toSeconds(), this.leftOut);
		}
	}

	/** What another failure would have to say to be another one. */
	private static String variant(Throwable cause) {
		String type = cause.getClass().getName();
		try {
			String message = cause.getMessage();
			String text = (message == null) ? "" : message.substring(0, Math.min(message.length(), LONGEST_TEXT));
			StackTraceElement[] trace = cause.getStackTrace();
			return type + ": " + DIGITS.matcher(text).replaceAll("#") + ((trace.length > 0) ? " at " + trace[0] : "");
		}
		catch (RuntimeException ex) {
			return type;
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
