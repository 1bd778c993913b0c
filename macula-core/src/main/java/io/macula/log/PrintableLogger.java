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

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.AbstractLogger;
import org.slf4j.spi.LocationAwareLogger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The logger of a type, each line of which is one line whatever others put into it: the
 * arguments and the messages of exceptions are made {@link Printable}. All loggers of the
 * product are such. Safe for all threads.
 */
public final class PrintableLogger extends AbstractLogger {

	private static final long serialVersionUID = 1L;

	/** Where the caller stands above this, for layouts that tell it. */
	private static final String CALLED = AbstractLogger.class.getName();

	private static final int ARGUMENT = 1000;

	private final transient Logger target;

	private PrintableLogger(Logger target) {
		this.name = target.getName();
		this.target = target;
	}

	/**
	 * The logger of a type.
	 * @param type names it
	 * @return the logger
	 */
	public static Logger of(Class<?> type) {
		return new PrintableLogger(LoggerFactory.getLogger(type));
	}

	@Override
	protected String getFullyQualifiedCallerName() {
		return CALLED;
	}

	@Override
	protected void handleNormalizedLoggingCall(Level level, @Nullable Marker marker, String pattern,
			Object @Nullable [] arguments, @Nullable Throwable thrown) {
		String message = Printable.text(pattern, Printable.MESSAGE);
		Object[] printable = (arguments != null)
				? Arrays.stream(arguments).map(PrintableLogger::printable).toArray(Object[]::new) : new Object[0];
		Throwable cause = PrintableThrowable.of(thrown);
		if (this.target instanceof LocationAwareLogger aware) {
			aware.log(marker, CALLED, level.toInt(), message, printable, cause);
			return;
		}
		LoggingEventBuilder event = this.target.atLevel(level);
		if (marker != null) {
			event = event.addMarker(marker);
		}
		event.setCause(cause).log(message, printable);
	}

	private static @Nullable Object printable(@Nullable Object argument) {
		return (argument == null || argument instanceof Number || argument instanceof Boolean) ? argument
				: Printable.text(String.valueOf(argument), ARGUMENT);
	}

	@Override
	public boolean isTraceEnabled() {
		return this.target.isTraceEnabled();
	}

	@Override
	public boolean isTraceEnabled(Marker marker) {
		return this.target.isTraceEnabled(marker);
	}

	@Override
	public boolean isDebugEnabled() {
		return this.target.isDebugEnabled();
	}

	@Override
	public boolean isDebugEnabled(Marker marker) {
		return this.target.isDebugEnabled(marker);
	}

	@Override
	public boolean isInfoEnabled() {
		return this.target.isInfoEnabled();
	}

	@Override
	public boolean isInfoEnabled(Marker marker) {
		return this.target.isInfoEnabled(marker);
	}

	@Override
	public boolean isWarnEnabled() {
		return this.target.isWarnEnabled();
	}

	@Override
	public boolean isWarnEnabled(Marker marker) {
		return this.target.isWarnEnabled(marker);
	}

	@Override
	public boolean isErrorEnabled() {
		return this.target.isErrorEnabled();
	}

	@Override
	public boolean isErrorEnabled(Marker marker) {
		return this.target.isErrorEnabled(marker);
	}

}
