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

package io.macula.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * What a logger is told while a test runs, {@code @BeforeEach} and {@code @AfterEach}
 * included; a field with {@code @RegisterExtension}. The logger is as it was afterwards.
 * Safe for all threads once the test runs.
 */
public final class LogLines implements BeforeEachCallback, AfterEachCallback {

	private final Logger logger;

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {

		@Override
		protected void append(ILoggingEvent event) {
			LogLines.this.events.add(event);
		}

	};

	/** Of the logger during the test, or {@code null} for its own. */
	private @Nullable Level level;

	private boolean elsewhere = true;

	private @Nullable Level levelBefore;

	private boolean elsewhereBefore;

	private LogLines(Logger logger) {
		this.logger = logger;
	}

	/**
	 * The lines of a class.
	 * @param type the class
	 * @return all that its logger lets through
	 */
	public static LogLines of(Class<?> type) {
		return of(type.getName());
	}

	/**
	 * The lines of a logger and those below it.
	 * @param name of the logger
	 * @return all that it lets through
	 */
	public static LogLines of(String name) {
		return new LogLines((Logger) LoggerFactory.getLogger(name));
	}

	/**
	 * Let through what the configuration of the tests does not.
	 * @param level the least that counts
	 * @return this
	 */
	public LogLines from(Level level) {
		this.level = level;
		return this;
	}

	/**
	 * Keep the lines out of the test's own log, for a test that causes thousands.
	 * @return this
	 */
	public LogLines onlyHere() {
		this.elsewhere = false;
		return this;
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		this.levelBefore = this.logger.getLevel();
		this.elsewhereBefore = this.logger.isAdditive();
		if (this.level != null) {
			this.logger.setLevel(this.level);
		}
		this.logger.setAdditive(this.elsewhere && this.elsewhereBefore);
		this.appender.start();
		this.logger.addAppender(this.appender);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.logger.detachAppender(this.appender);
		this.logger.setAdditive(this.elsewhereBefore);
		this.logger.setLevel(this.levelBefore);
	}

	/**
	 * All events so far.
	 * @return grows while the test runs
	 */
	public List<ILoggingEvent> events() {
		return this.events;
	}

	/**
	 * The texts of one level.
	 * @param level the level
	 * @return those so far
	 */
	public List<String> at(Level level) {
		return this.events.stream()
			.filter((event) -> event.getLevel() == level)
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	/** Forget what was told so far. */
	public void clear() {
		this.events.clear();
	}

}
